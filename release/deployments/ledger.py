"""A target's ledger: its claims and outcomes, read from a repository of artifacts, newest first.

No other database exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from release.deployments.claims import Result, Served
from release.deployments.ledgerentries import Entry, named, read
from release.errors import NotFoundError
from release.releases.ports import Store


class Ledger:
    """One target's deployments as they are now, newest first; each page of documents is read once, when it is needed.

    Raises ConflictError, from whatever looks at an entry that contradicts itself.
    """

    def __init__(self, environment: str, store: Store, repository: str) -> None:
        self.environment, self.repository = environment, repository
        self.names = named(environment, store.tags(repository))
        self._unread = read(self.names, store, repository)
        self._seen: list[Entry] = []

    def __iter__(self) -> Iterator[Entry]:
        place = 0
        while True:
            while place < len(self._seen):
                yield self._seen[place]
                place += 1
            entry = next(self._unread, None)
            if entry is None:
                return
            self._seen.append(entry)

    @property
    def newest(self) -> Entry | None:
        """The newest entry, however it ended."""
        return next(iter(self), None)

    @property
    def next_number(self) -> int:
        """The number of the next claim."""
        return self.names[0].number + 1 if self.names else 1

    @property
    def open(self) -> tuple[Entry, ...]:
        """The claims without an outcome. Only names are read for it, then their documents."""
        numbers = {each.number for each in self.names if not each.results}
        return tuple(self._of(numbers))

    @property
    def removal(self) -> int:
        """The number of the entry that took the environment away last; 0 when none did. What is older is history."""
        return next((each.number for each in self.names if Result.REMOVED in each.results), 0)

    @property
    def removed(self) -> Entry | None:
        """The entry that took the environment away, as long as nothing came after it."""
        return self.newest if self.removal and self.removal == self.names[0].number else None

    def proven(self) -> Iterator[Entry]:
        """The proven entries since the environment was made, newest first."""
        return self._of({n.number for n in self.names if Result.PROVEN in n.results and n.number > self.removal})

    def _of(self, numbers: set[int]) -> Iterator[Entry]:
        left = len(numbers)
        for entry in self if numbers else ():
            if entry.number in numbers:
                yield entry
                left -= 1
                if not left:
                    return

    @property
    def live(self) -> Entry | None:
        """The newest proven entry: what the target runs, unless a deployment since then failed for good."""
        return next(self.proven(), None)

    @property
    def served(self) -> Mapping[str, Served]:
        """What each function was last proven to serve; a put-back may have published versions of its own for it."""
        live = self.live
        for entry in self if live else ():
            if entry.outcome and entry.result in (Result.PROVEN, Result.PUT_BACK):
                return entry.outcome.functions
        return {}

    def previous(self) -> Entry:
        """The proven deployment before the live release went in for the first time.

        Going back twice must not swing between two releases. So a live entry that is itself a return leads to the
        deployment that once brought its release forward, and from there to the one before it.

        Raises:
            NotFoundError: there is none.
        """
        live = self.live
        target = next(self.way_back(), None)
        if target is None:
            raise NotFoundError(
                f"{self.environment} has no deployment before {f'v{live.claim.version}' if live else 'the first'}",
                untouched="everything",
                next_step=f"release history {self.environment}",
            )
        return target

    def way_back(self) -> Iterator[Entry]:
        """Where rollbacks that name no version lead from the live release, one after another."""
        entry = self.live
        while entry is not None:
            release, entry = entry.claim.release, self._before(entry)
            if entry is not None and entry.claim.release != release:
                yield entry

    def _before(self, entry: Entry) -> Entry | None:
        """The step back from an entry: a return leads to what it brought back, a deployment to what was live then.

        What was live then may have been pruned since; then to what was live before that.
        """
        if entry.claim.action == "rollback":
            return next((e for e in self._older(entry) if e.claim.release == entry.claim.release), None)
        return next((e for e in self._older(entry) if e.number <= entry.claim.before), None)

    def _older(self, entry: Entry) -> Iterator[Entry]:
        return (each for each in self.proven() if each.number < entry.number)

    def of_version(self, version: str) -> Entry:
        """The newest proven entry of ``version``. Raises NotFoundError: it was never proven here."""
        seen: dict[str, None] = {}
        for entry in self.proven():
            if entry.claim.version == version:
                return entry
            seen[entry.claim.version] = None
        raise NotFoundError(
            f"v{version} was never proven in {self.environment} (known: {', '.join(seen) or 'nothing yet'})",
            untouched="everything",
            next_step=f"release history {self.environment}",
        )

    def has_proven(self, release: str) -> bool:
        """Whether the release with this record's digest was ever proven here, be it before a removal."""
        proven = self._of({each.number for each in self.names if Result.PROVEN in each.results})
        return any(entry.claim.release == release for entry in proven)
