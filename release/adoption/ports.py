"""What the adoption needs of the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class TranslationJob:
    """A template to expand.

    Attributes:
        where: its path in the repository, for errors.
        text: the template as it is written.
        parameters: the values that are known; the template's defaults count beside them.
    """

    where: str
    text: str
    parameters: Mapping[str, str]


class Translator(Protocol):
    """Expands SAM templates into what CloudFormation makes."""

    def translate(self, jobs: Sequence[TranslationJob]) -> Sequence[Mapping[str, Any]]:
        """The CloudFormation template of each job, in their order, short forms of intrinsic functions written out.

        Raises:
            UsageError: SAM refuses a template.
            MachineError: there is no translator, or it broke.
        """
        ...


class ProjectFiles(Protocol):
    """The files of the working tree, by their path from its top."""

    def read(self, path: str) -> bytes:
        """A file's content. Raises NotFoundError."""
        ...

    def write(self, path: str, text: str) -> None:
        """Write ``path`` whole or not at all. Raises MachineError."""
        ...


class Forge(Protocol):
    """GitHub's REST API, read only."""

    def get(self, path: str) -> Any:
        """The answer to a GET of ``path`` (``repos/acme/orders/environments``) as JSON; None for 404.

        Raises:
            MachineError: there is no program that asks, or it is not signed in.
            RemoteError: GitHub refused, or did not answer.
        """
        ...
