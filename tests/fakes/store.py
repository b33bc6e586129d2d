"""Repositories of artifacts with immutable tags, which believe nothing they did not compute."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from release.digest import sha256
from release.errors import ConflictError, NotFoundError, RemoteError
from release.images.model import TagOutcome
from release.oci import Layer
from release.releases.ports import Store
from release.releases.stored import Content, Stored, manifest_of, parse
from tests.fakes.journal import Journal
from tests.fakes.registry import BEGINNING

#: A manifest is read a hundred times in a long life, and it is the same each time.
_parsed = functools.lru_cache(maxsize=4096)(parse)


class FakeStore(Store):
    """Repositories made beforehand, as pipeline.yaml makes them.

    Attributes:
        blobs: repository -> digest -> content, manifests included.
        named: repository -> tag -> digest.
        pushed: repository -> the digest of each manifest -> when it was pushed, by ``now``.
        reads: how many requests reading documents took.
        lose_answers: so many times a tag is written, but the answer never arrives.
    """

    def __init__(self, journal: Journal, *repositories: str) -> None:
        self.journal = journal
        self.blobs: dict[str, dict[str, bytes]] = {repository: {} for repository in repositories}
        self.named: dict[str, dict[str, str]] = {repository: {} for repository in repositories}
        self.pushed: dict[str, dict[str, datetime]] = {repository: {} for repository in repositories}
        self.now: Callable[[], datetime] = lambda: BEGINNING
        self.reads = self.lose_answers = 0

    def tags(self, repository: str) -> Mapping[str, str]:
        self.journal.meanwhile()
        self.journal.ask()
        return dict(self._named(repository))

    def read(self, repository: str, digests: Sequence[str]) -> Mapping[str, Stored]:
        assert 0 < len(digests) <= 100, "Amazon ECR API reference, BatchGetImage: 1 to 100 image ids"
        self.journal.meanwhile()
        self.journal.ask()
        self.reads += 1
        return {digest: self._stored(repository, digest) for digest in digests}

    def _stored(self, repository: str, digest: str) -> Stored:
        stored = _parsed(self._blob(repository, digest), digest)
        return replace(stored, config=self._blob(repository, stored.config_layer.digest))

    def fetch(self, repository: str, layer: Layer, target: Path) -> None:
        self.journal.ask()
        target.write_bytes(self._blob(repository, layer.digest))

    def blob(self, repository: str, digest: str) -> bytes:
        return self._blob(repository, digest)

    def put(self, repository: str, config: Content, layers: Sequence[tuple[str, Path]] = ()) -> str:
        self._named(repository)
        files = [(kind, path.read_bytes()) for kind, path in layers]
        raw = manifest_of(config, [Layer(sha256(content), len(content), kind) for kind, content in files])
        with self.journal.change(f"put {config.media_type} into {repository}"):
            for content in (config.content, *(content for _, content in files), raw):
                self.blobs[repository][sha256(content)] = content
            self.pushed[repository].setdefault(sha256(raw), self.now())
        return sha256(raw)

    def tag(self, repository: str, digest: str, tag: str) -> TagOutcome:
        self._blob(repository, digest)
        assert len(tag) <= 128, "OCI distribution specification 1.1: a tag has at most 128 characters"
        if self._is_named(repository, digest, tag):
            return TagOutcome.ALREADY_THERE
        with self.journal.change(f"tag {tag} of {repository}"):
            if self._is_named(repository, digest, tag):  # somebody else was faster
                return TagOutcome.ALREADY_THERE
            self.named[repository][tag] = digest
        if self.lose_answers:
            self.lose_answers -= 1
            raise RemoteError(f"no answer about tag {tag}", next_step="run it again")
        return TagOutcome.WRITTEN

    def _is_named(self, repository: str, digest: str, tag: str) -> bool:
        known = self._named(repository).get(tag)
        if known not in (None, digest):
            raise ConflictError(f"tag {tag} of {repository} names {known} already", next_step="release history ENV")
        return known is not None

    def delete(self, repository: str, digest: str) -> None:
        """What a careless person does: the artifact and its names are gone."""
        del self.blobs[repository][digest]
        self.pushed[repository].pop(digest, None)
        self.named[repository] = {t: d for t, d in self.named[repository].items() if d != digest}

    def _named(self, repository: str) -> dict[str, str]:
        if repository not in self.named:
            raise NotFoundError(f"the registry has no repository {repository}", next_step="deploy pipeline.yaml")
        return self.named[repository]

    def _blob(self, repository: str, digest: str) -> bytes:
        self._named(repository)
        if digest not in self.blobs[repository]:
            raise NotFoundError(f"{repository} has no {digest}", next_step="release another version")
        return self.blobs[repository][digest]
