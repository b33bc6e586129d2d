"""Every way a command can refuse, with its exit code and the sentence a person needs next.

Each error says three things: what is wrong, what was left untouched, and what to do next (docs/architecture.md,
rule 11). The exit codes are part of the public interface: scripts and workflows branch on them (docs/cli.md).
"""

from __future__ import annotations

from typing import Any, ClassVar


class ReleaseError(Exception):
    """Base of every refusal.

    Args:
        message: what is wrong, in one sentence.
        untouched: what was left as it was ("nothing was pushed").
        next_step: the command or action that comes next.

    Attributes:
        means: what the exit code says, for ``--help`` and docs/cli.md.
        usual_step: what comes next where a refusal names nothing itself; only a class has one for which it is true
            wherever it is raised. Every other refusal names its own (a test looks at all of them).
        report: what is known besides (a scan's findings, a deployment's images), a release.report.Report; or None.
    """

    exit_code: ClassVar[int] = 8
    means: ClassVar[str] = ""
    heading: ClassVar[str] = "Refused"
    usual_step: ClassVar[str] = ""
    report: Any = None

    def __init__(self, message: str, *, untouched: str = "", next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.untouched = untouched
        self.next_step = next_step

    def lines(self) -> list[str]:
        """The refusal as lines for a terminal, most important first."""
        lines = [self.message]
        if self.untouched:
            lines.append(f"left as it was: {self.untouched}")
        if next_step := self.next_step or self.usual_step:
            lines.append(f"next: {next_step}")
        return lines


class UsageError(ReleaseError):
    """The command line or release.toml is wrong."""

    exit_code = 2
    means = "the command line or release.toml is wrong; nothing was started"


class NothingToRelease(ReleaseError):  # noqa: N818 - not a failure, so not named one
    """There is nothing to release."""

    exit_code = 3
    means = "not a failure: there is nothing to release"


class GateError(ReleaseError):
    """A gate blocks, the scan or a size budget, or could not tell."""

    exit_code = 4
    means = "a gate blocks (the scan, a size budget), or could not tell"


class NotFoundError(ReleaseError):
    """A version, digest, tag or environment that was named does not exist."""

    exit_code = 5
    means = "a version, digest, tag or environment that was named does not exist"


class ConflictError(ReleaseError):
    """A name is taken by another digest, or a newer deployment is live."""

    exit_code = 6
    means = "a name is taken by another digest, or a newer deployment is live"


class MachineError(ReleaseError):
    """What the command needs is missing: an engine, a tool, credentials, disk, a port."""

    exit_code = 7
    means = "what the command needs is missing: engine, tool, credentials, disk, port"


class RemoteError(ReleaseError):
    """AWS, a registry or a tool answered with a failure, or not at all."""

    exit_code = 8
    means = "AWS, a registry or a tool answered with a failure, or not at all"
    usual_step = "run the same command again; the option -v, before the command, shows every process and what it said"


class DeployFailed(ReleaseError):  # noqa: N818 - the outcome's name, as people say it
    """The deployment failed its proof; the deployment before is live again."""

    exit_code = 9
    means = "the deployment failed its proof; the deployment before is live again"
    heading = "Failed, and put back"


class PutBackFailed(ReleaseError):  # noqa: N818 - the outcome's name, as people say it
    """The deployment failed and putting back failed too."""

    exit_code = 10
    means = "the deployment failed and putting back failed too: a person must act"
    heading = "Failed, and not put back: a person must act"


def exit_codes() -> dict[int, str]:
    """Every exit code of the command and what it says."""
    codes = {
        0: "done, or there was nothing to do",
        1: "a bug in this package (a traceback is printed)",
        130: "interrupted",
    }
    own = [error for error in ReleaseError.__subclasses__() if error.__module__ == __name__]
    return dict(sorted((codes | {error.exit_code: error.means for error in own}).items()))
