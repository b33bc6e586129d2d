"""A command's result, in the forms its readers take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Report:
    """One command's result.

    Attributes:
        data: for ``--json``.
        text: for a terminal.
        summary: Markdown for the job summary; "" adds nothing.
        outputs: step outputs.
        notes: what a person should know beside ``text``, where that holds nothing else: for standard error.
        exit_code: of the command: 0, or that of an outcome that is no failure (errors.NothingToRelease).
    """

    data: Mapping[str, Any]
    text: str
    summary: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    exit_code: int = 0
