"""What pruning looks at and what it decides, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from release.deployments.claims import Result
from release.deployments.ledgerentries import Entry
from release.releases.record import ReleaseRecord
from release.releases.shelved import ManifestLinks, Shelved


@dataclass(frozen=True)
class Surroundings:
    """One environment: what it has, and what was asked of it.

    Attributes:
        asked: whether entries of its ledger, and what only they need, may go.
        repository: its ledger's.
        entries: its deployments, newest first.
        outcomes: number -> the digests of its outcomes.
        runs: release -> how the target itself says that it needs it ("staging runs it").
        serves: the digests of images that the target itself names.
        back: the releases that a rollback leads to, the next one first.
        removal: the number of the entry that took the environment away last; up to it, entries are history.
    """

    name: str
    asked: bool
    repository: str
    entries: tuple[Entry, ...] = ()
    outcomes: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    runs: Mapping[str, str] = field(default_factory=dict)
    serves: frozenset[str] = frozenset()
    back: tuple[str, ...] = ()
    removal: int = 0

    @property
    def live(self) -> Entry | None:
        """The newest proven entry."""
        return next((entry for entry in self.present if entry.is_proven), None)

    @property
    def present(self) -> tuple[Entry, ...]:
        """The entries since the environment was made: what is older is of one that was removed, and needs nothing."""
        return tuple(entry for entry in self.entries if entry.number > self.removal)


@dataclass(frozen=True)
class Holdings:
    """A project's registry and its targets, as they are at one moment.

    Attributes:
        repository: the one of the records.
        records: digest -> what lies there, and the record; None for what is no release.
        images: repository -> what lies there.
        links: repository -> digest -> what a manifest says of others, of those that no record names.
        states: repository -> its names, of the records and of each ledger: tells later whether anything moved.
    """

    environments: tuple[Surroundings, ...]
    repository: str
    records: Mapping[str, tuple[Shelved, ReleaseRecord | None]]
    images: Mapping[str, tuple[Shelved, ...]]
    links: Mapping[str, Mapping[str, ManifestLinks]]
    states: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class PruneVerdict:
    """One thing in the registry, and whether it goes.

    Attributes:
        kind: "record", "image" or "entry".
        digests: what is deleted, in order; of an entry its outcomes, then its claim.
        name: what a person calls it.
        size: compressed bytes that its own manifest names; layers may be shared.
    """

    kind: str
    repository: str
    digests: tuple[str, ...]
    name: str
    size: int
    goes: bool
    why: str


@dataclass(frozen=True)
class PrunePlan:
    """What goes, what stays, and why.

    Attributes:
        asked: the environments that were asked for.
        everything: whether what no deployment ever named was asked for, too.
        open: claims that are open; while there is one nothing is deleted.
        verdicts: of every record, every image and every ledger entry of the environments that were asked for.
        steps: what to delete, ``(repository, digests)``, in the order in which a crash leaves nothing half.
        states: as in :class:`Holdings`.
    """

    asked: tuple[str, ...]
    everything: bool
    open: tuple[str, ...]
    verdicts: tuple[PruneVerdict, ...]
    steps: tuple[tuple[str, tuple[str, ...]], ...]
    states: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def going(self) -> tuple[PruneVerdict, ...]:
        """What goes."""
        return tuple(each for each in self.verdicts if each.goes)


def results(outcomes: Mapping[Result, str]) -> tuple[str, ...]:
    """The digests of a deployment's outcomes, in an order that is always the same."""
    return tuple(outcomes[result] for result in Result if result in outcomes)
