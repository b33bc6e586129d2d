"""The gate's verdict on an image: the findings as the policy judged them (release/gate/judging.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from release.errors import UsageError
from release.gate.findings import Finding
from release.gate.policy import AcceptedRisk, GatePolicy
from release.gate.remedy import remedies


class GateOutcome(Enum):
    """What the gate says. Only PASS lets an image through; UNDECIDED waits for a look at what is live."""

    PASS = "pass"
    UNDECIDED = "undecided"
    BLOCK = "block"
    CANNOT_TELL = "cannot tell"


class Decision(Enum):
    """What the policy says about one finding."""

    BLOCKS = "blocks"
    UNDECIDED = "undecided"
    REPORTED = "reported"
    KNOWN = "known"
    ACCEPTED = "accepted"
    NOT_AFFECTED = "not affected"


@dataclass(frozen=True)
class Judged:
    """A finding with the policy's decision, its reason, and the day it was first seen."""

    finding: Finding
    decision: Decision
    reason: str
    since: date


@dataclass(frozen=True)
class Verdict:
    """The verdict on one image.

    Attributes:
        doubts: why nobody can tell; any of them blocks.
        notes: what a reader should know and what changed nothing (a VEX statement that was not applied).
        used: the accepted risks that covered a finding.
    """

    image: str
    digest: str
    judged: tuple[Judged, ...] = ()
    doubts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    used: frozenset[AcceptedRisk] = frozenset()

    @property
    def outcome(self) -> GateOutcome:
        """Cannot tell comes first: with a doubt the list of findings may not be the whole list."""
        if self.doubts:
            return GateOutcome.CANNOT_TELL
        if self.of(Decision.BLOCKS):
            return GateOutcome.BLOCK
        return GateOutcome.UNDECIDED if self.of(Decision.UNDECIDED) else GateOutcome.PASS

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that block, worst first."""
        return tuple(judged.finding for judged in self.of(Decision.BLOCKS))

    @property
    def remedies(self) -> tuple[str, ...]:
        """One line per thing to do, for what blocks."""
        return remedies(self.blocking)

    def of(self, decision: Decision) -> tuple[Judged, ...]:
        """The findings with this decision, worst first."""
        return tuple(judged for judged in self.judged if judged.decision is decision)


def cannot_tell(image: str, digest: str, reasons: Sequence[str]) -> Verdict:
    """The verdict when there is no report at all; ``reasons`` is never empty."""
    return Verdict(image, digest, doubts=tuple(reasons) or ("there is no report",))


def checked_accepted(policy: GatePolicy, verdicts: Sequence[Verdict]) -> None:
    """Raises UsageError when an accepted risk covers nothing in any image of this scan: it is misspelt, or over.

    Not for a scan that could not tell, nor for one of only some images: there a finding may merely not have been seen.
    """
    if any(verdict.doubts for verdict in verdicts):
        return
    used = frozenset[AcceptedRisk]().union(*(verdict.used for verdict in verdicts))
    unused = [risk for risk in policy.accepted if risk not in used]
    if unused:
        names = ", ".join(f"{risk.id} ({risk.package or risk.purl or risk.path})" for risk in unused)
        raise UsageError(
            f"release.toml: gate.accept covers nothing that was found: {names}",
            untouched="the registry and every environment",
            next_step="take the entry out of release.toml, or mend its spelling",
        )
