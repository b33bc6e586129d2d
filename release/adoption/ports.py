"""What the adoption needs of the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from release.adoption.surroundings import RepositoryAround


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


@dataclass(frozen=True)
class FileChange:
    """A file as it is and as it shall be; None where it is not there.

    Attributes:
        program: whether it is one that is run.
    """

    path: str
    before: bytes | None
    after: bytes | None
    program: bool = False

    @property
    def lines(self) -> int:
        """How many it will have; 0 for what is no text, or goes."""
        return 0 if self.after is None or b"\0" in self.after else len(self.after.splitlines())


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


class Questions(Protocol):
    """The person who typed the command."""

    @property
    def there(self) -> bool:
        """Whether somebody can answer."""
        ...

    def show(self, text: str) -> None:
        """Show ``text`` before the command's own result."""
        ...

    def ask(self, question: str) -> str:
        """What was typed; "" for the return key alone. Raises UsageError: the input ended."""
        ...


class OwnFiles(Protocol):
    """This command as files: what a repository gets that keeps everything itself."""

    def texts(self) -> Mapping[str, str]:
        """Its workflows, the action that sets it up, and its locked packages, by their paths in its repository."""
        ...

    def wheel(self) -> tuple[str, bytes]:
        """The name and the content of its wheel. Raises MachineError: it cannot be packed."""
        ...


class RepositoryView(Protocol):
    """The git repository that is changed."""

    def surroundings(self) -> RepositoryAround:
        """What it is. Raises NotFoundError: there is none, or it has no working tree."""
        ...


class FileChanges(Protocol):
    """The files of the working tree, several of them changed together."""

    def read(self, path: str) -> bytes:
        """A file's content. Raises NotFoundError."""
        ...

    def apply(self, changes: Sequence[FileChange]) -> None:
        """All of them or none. Raises MachineError: a folder cannot be written. UsageError: a path leads elsewhere."""
        ...


@dataclass(frozen=True)
class ShelfFacts:
    """A repository of images: whether its tags may move, and whether anything is deleted in it by a rule."""

    immutable: bool
    lifecycle: bool


@dataclass(frozen=True)
class RoleFacts:
    """A role: who may become it, as the trust policy's document."""

    arn: str
    trust: Mapping[str, Any]


class Account(Protocol):
    """What release doctor looks at in one region of an account. Each method raises MachineError and RemoteError."""

    def identity(self) -> str:
        """Whom AWS takes this process for, as an ARN."""
        ...

    def template(self, stack: str) -> str | None:
        """The template that a stack was last deployed with, as it was written; None where there is no such stack."""
        ...

    def repository(self, name: str) -> ShelfFacts | None:
        """A repository; None where there is none."""
        ...

    def role(self, name: str) -> RoleFacts | None:
        """A role; None where there is none."""
        ...

    def policy(self, name: str) -> bool:
        """Whether the account has a managed policy of its own of that name."""
        ...

    def alarms(self, names: Sequence[str]) -> Mapping[str, str]:
        """Name -> state (``OK``, ``ALARM``, ``INSUFFICIENT_DATA``) of those alarms that are there."""
        ...
