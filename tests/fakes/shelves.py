"""What lies in the fake registry and the fake store, listed and deleted as Amazon ECR does it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from release.errors import NotFoundError
from release.releases.ports import Shelves
from release.releases.shelved import ManifestLinks, Shelved, links_of
from tests.fakes.journal import Journal
from tests.fakes.registry import FakeRegistry
from tests.fakes.store import FakeStore

_BATCH = 100


class _Place(NamedTuple):
    host: FakeRegistry | FakeStore
    repository: str


class FakeShelves(Shelves):
    """Attributes:
    refuses: digest -> why the registry does not delete it.
    batches: how many digests each request to delete had.
    """

    def __init__(self, journal: Journal, *hosts: FakeRegistry | FakeStore) -> None:
        self.journal, self.hosts = journal, hosts
        self.refuses: dict[str, str] = {}
        self.batches: list[int] = []

    def repositories(self, below: str) -> Sequence[str]:
        return sorted(name for host in self.hosts for name in host.named if name.startswith(f"{below}/"))

    def contents(self, repository: str) -> Sequence[Shelved]:
        self.journal.meanwhile()
        host, _ = self._place(repository)
        return [
            Shelved(digest, tuple(sorted(self._tags(repository, digest))), pushed, self._size(repository, digest))
            for digest, pushed in host.pushed[repository].items()
        ]

    def links(self, repository: str, digests: Sequence[str]) -> Mapping[str, ManifestLinks]:
        host, _ = self._place(repository)
        if missing := [digest for digest in digests if digest not in host.pushed[repository]]:
            raise NotFoundError(f"{repository} has no {missing[0]}", next_step="release another version")
        return {digest: links_of(host.blobs[repository][digest], digest) for digest in digests}

    def delete(self, repository: str, digests: Sequence[str]) -> Mapping[str, str]:
        host, _ = self._place(repository)
        refused: dict[str, str] = {}
        wanted = list(dict.fromkeys(digests))
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            self.batches.append(len(batch))
            with self.journal.change(f"delete {len(batch)} of {repository}"):
                for number, digest in enumerate(batch):
                    if number:
                        self.journal.point(f"between two of {repository}")
                    if why := self.refuses.get(digest) or self._held(repository, digest):
                        refused[digest] = why
                    elif digest in host.pushed[repository]:
                        host.delete(repository, digest)
        return refused

    def _held(self, repository: str, digest: str) -> str:
        """Amazon ECR User Guide, "Deleting an image": what a manifest list references is deleted after the list."""
        others = self.links(repository, list(self._place(repository).host.pushed[repository]))
        listed = any(digest in link.parts for link in others.values())
        return "ImageReferencedByManifestList: it is part of an index" if listed else ""

    def _place(self, repository: str) -> _Place:
        for host in self.hosts:
            if repository in host.named:
                return _Place(host, repository)
        raise NotFoundError(f"the registry has no repository {repository}", next_step="deploy pipeline.yaml")

    def _tags(self, repository: str, digest: str) -> Iterator[str]:
        return (tag for tag, named in self._place(repository).host.named[repository].items() if named == digest)

    def _size(self, repository: str, digest: str) -> int:
        return len(self._place(repository).host.blobs[repository][digest])
