"""What release publish knows of a release before its record is written: bills, starts, verdicts, changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.releases.drafting import Draft
    from release.releases.publish import Publication
    from release.releases.record import RecordedVerdict, ReleaseRecord


def draft(
    wiring: Wiring,
    version: str,
    commit: str,
    plans: Sequence[Publication],
    zips: Mapping[str, str],
    there: Mapping[str, bytes],
    earlier: ReleaseRecord | None,
) -> Draft:
    """What is known of the release: of this run, and of an image that did not change what the one before knew."""
    from release.images import startfigures
    from release.releases import takenover
    from release.releases.drafting import Draft

    images = {plan.image: plan.digest for plan in plans}
    parts = {**images, **zips}
    starts = {name: wiring.starts.start(name, digest) for name, digest in images.items()}
    measured = {name: startfigures.figures(record) for name, record in starts.items() if record}
    return Draft(
        version=version,
        commit=commit,
        images={plan.image: (plan.inputs, plan.digest) for plan in plans},
        sboms={name: there.get(name) or wiring.records.sbom(name, digest) for name, digest in parts.items()},
        starts={**takenover.starts(images, earlier), **measured},
        verdicts={name: _verdict(wiring, name, digest) for name, digest in parts.items()},
        changes=_changes(wiring, commit),
        branch=wiring.git.checkout(commit).branch,
    )


def _verdict(wiring: Wiring, image: str, digest: str) -> RecordedVerdict:
    """What the gate said, as the record keeps it; "not scanned" where a record of the digest is not on this machine."""
    from release.gate.verdict import Decision
    from release.releases.record import RecordedVerdict

    scan = wiring.records.record(image, digest)
    if scan is None:
        return RecordedVerdict("not scanned here", "")
    reported = sorted(key for key, (decision, _) in scan.findings.items() if decision is not Decision.BLOCKS)
    return RecordedVerdict(scan.outcome.value, scan.policy, tuple(reported))


def _changes(wiring: Wiring, commit: str) -> str:
    """The section of the changelog that this release adds; "" when no commit asks for one."""
    from release.errors import NothingToRelease
    from release.versions import sections

    try:
        return sections.next_section(
            wiring.git, wiring.versions, wiring.git.position(commit)[1][:10], commit, changes=wiring.changes
        ).text
    except NothingToRelease:
        return ""
