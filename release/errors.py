"""Every way a command can refuse, with its exit code and the sentence a person needs next.

Each error says three things: what is wrong, what was left untouched, and what to do next (design.md, rule 11).
The exit codes are part of the public interface: scripts and workflows branch on them.

====  ======================  ==============================================================
code  error                   meaning
====  ======================  ==============================================================
0     --                      done, or there was nothing to do
1     --                      a bug in this package (a traceback is printed)
2     UsageError              the command line or release.toml is wrong; nothing was started
3     NothingToRelease        not a failure: there is nothing to release
4     GateError               the scan gate blocks, or could not tell
5     NotFoundError           a version, digest, tag or environment that was named does not exist
6     ConflictError           a name is taken by another digest, or a newer deployment is live
7     MachineError            what the command needs is missing: engine, tool, credentials, disk, port
8     RemoteError             AWS, a registry or a tool answered with a failure, or not at all
9     DeployFailed            the deployment failed its proof; the deployment before is live again
10    PutBackFailed           the deployment failed and putting back failed too: a person must act
130   --                      interrupted
====  ======================  ==============================================================
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
        report: what is known besides (a scan's findings, a deployment's images), a core.report.Report; or None.
    """

    exit_code: ClassVar[int] = 8
    heading: ClassVar[str] = "Refused"
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
        if self.next_step:
            lines.append(f"next: {self.next_step}")
        return lines


class UsageError(ReleaseError):
    """The command line or release.toml is wrong."""

    exit_code = 2


class NothingToRelease(ReleaseError):  # noqa: N818 - not a failure, so not named one
    """There is nothing to release."""

    exit_code = 3


class GateError(ReleaseError):
    """The scan gate blocks, or could not tell."""

    exit_code = 4


class NotFoundError(ReleaseError):
    """A version, digest, tag or environment that was named does not exist."""

    exit_code = 5


class ConflictError(ReleaseError):
    """A name is taken by another digest, or a newer deployment is live."""

    exit_code = 6


class MachineError(ReleaseError):
    """What the command needs is missing: an engine, a tool, credentials, disk, a port."""

    exit_code = 7


class RemoteError(ReleaseError):
    """AWS, a registry or a tool answered with a failure, or not at all."""

    exit_code = 8


class DeployFailed(ReleaseError):  # noqa: N818 - the outcome's name, as people say it
    """The deployment failed its proof; the deployment before is live again."""

    exit_code = 9
    heading = "Failed, and put back"


class PutBackFailed(ReleaseError):  # noqa: N818 - the outcome's name, as people say it
    """The deployment failed and putting back failed too."""

    exit_code = 10
    heading = "Failed, and not put back: a person must act"
