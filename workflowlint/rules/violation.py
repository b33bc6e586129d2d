"""What a rule says, and the names that several rules know."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from workflowlint.workflow import Workflow

SETUP = "$/.github/actions/setup"
CREDENTIALS = "aws-actions/configure-aws-credentials@"
MAIN = "main"


@dataclass(frozen=True, order=True)
class Violation:
    """One mistake: where, and what to do."""

    file: str
    where: str
    message: str


Rule = Callable[[Mapping[str, Workflow]], Iterator[Violation]]
