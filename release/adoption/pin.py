"""The one commit that all workflows of a team are called at."""

from __future__ import annotations

from dataclasses import dataclass

from release.adoption.answers import PLACEHOLDER_OWNER
from release.adoption.surroundings import RepositoryAround
from release.errors import MachineError

#: What the pipeline's repository is called where nobody renamed it.
REPOSITORY = "lambda-image-release"


@dataclass(frozen=True)
class Provenance:
    """Where this command comes from.

    Attributes:
        home: ``OWNER/REPO`` on GitHub; "" when nothing tells.
        commit: 40 hex digits; "" when nothing tells.
        version: of the command.
        changed: whether files of it differ from that commit.
    """

    home: str
    commit: str
    version: str
    changed: bool = False

    @property
    def label(self) -> str:
        """The version as the comment behind a pin has it; Dependabot reads those of releases."""
        return f"v{self.version}"


def home(provenance: Provenance, around: RepositoryAround) -> str:
    """The repository that has the workflows, as near as it can be told without asking."""
    if provenance.home:
        return provenance.home
    owner = around.github.partition("/")[0] or PLACEHOLDER_OWNER
    return f"{owner}/{REPOSITORY}"


def unknown_commit(provenance: Provenance) -> MachineError:
    """The refusal of a command that does not know which commit it is of."""
    return MachineError(
        f"nothing tells of which commit this command is ({provenance.version}), so no workflow can be called at it",
        untouched="everything",
        next_step="install a wheel that `make wheel` built in a clone, or run the command from a clone",
    )
