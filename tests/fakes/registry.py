"""A registry with immutable tags that believes nothing it did not compute."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from release import oci
from release.errors import ConflictError, NotFoundError, RemoteError
from release.images.model import Archive, TagOutcome
from release.images.ports import Registry
from release.oci import OCI_INDEX, Manifest
from release.releases.artifact import sbom_artifact, sbom_tag
from tests.fakes.journal import Journal
from tests.support import ociimage

HOST = "registry.test"
#: When everything was pushed, where a test gives no clock.
BEGINNING = datetime(2026, 11, 25, tzinfo=UTC)


class FakeRegistry(Registry):
    """Repositories made beforehand, as pipeline.yaml makes them.

    Attributes:
        blobs: repository -> digest -> content, manifests included.
        named: repository -> tag -> digest.
        drop_pushes: so many pushes lose their connection after the blobs, before the manifest.
        attached: digest -> the bills of materials beside it.
        pushed: repository -> the digest of each manifest -> when it was pushed, by ``now``.
        lose_answers: so many times a tag is written, but the answer never arrives.
    """

    def __init__(self, journal: Journal, *repositories: str) -> None:
        self.journal = journal
        self.blobs: dict[str, dict[str, bytes]] = {repository: {} for repository in repositories}
        self.named: dict[str, dict[str, str]] = {repository: {} for repository in repositories}
        self.pushed: dict[str, dict[str, datetime]] = {repository: {} for repository in repositories}
        self.now: Callable[[], datetime] = lambda: BEGINNING
        self.drop_pushes = 0
        self.lose_answers = 0
        self.attached: dict[str, set[bytes]] = {}

    def tags(self, repository: str) -> Mapping[str, str]:
        self.journal.ask()
        self._check(repository)
        return dict(self.named[repository])

    def manifest(self, repository: str, digest: str) -> Manifest:
        self.journal.ask()
        return self.pulled(repository, digest)

    def pulled(self, repository: str, digest: str) -> Manifest:
        """An image as Lambda pulls it: no question of ours."""
        self._check(repository)
        raw = self._blob(repository, digest)
        return oci.parse_manifest(raw, self._blob(repository, oci.config_descriptor(raw).digest))

    def push(self, repository: str, archive: Archive) -> None:
        self._check(repository)
        blobs = ociimage.read_blobs(archive.path)
        with self.journal.change(f"push {repository}"):
            for digest in (layer.digest for layer in (*archive.manifest.layers, archive.manifest.config)):
                assert ociimage.digest_of(blobs[digest]) == digest, "a registry refuses bytes of another digest"
                self.blobs[repository][digest] = blobs[digest]
            self.journal.point(f"between the blobs and the manifest of {repository}")
            if self.drop_pushes:
                self.drop_pushes -= 1
                raise RemoteError("the registry did not answer: connection reset", next_step="run it again")
            assert ociimage.digest_of(blobs[archive.digest]) == archive.digest
            self._keep(repository, blobs[archive.digest])

    def put_index(self, repository: str, tag: str, *parts: str) -> str:
        """What ``docker push`` with attestations leaves: ``tag`` on an index of ``parts``; its digest."""
        listed = [{"digest": digest} for digest in parts]
        raw = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}).encode()
        self.named[repository][tag] = self._keep(repository, raw)
        return self.named[repository][tag]

    def attach(self, repository: str, digest: str, sbom: bytes) -> None:
        self._check(repository)
        artifact = sbom_artifact(sbom, self._blob(repository, digest))
        with self.journal.change(f"attach to {digest}"):
            self.attached.setdefault(digest, set()).add(sbom)
            self.blobs[repository] |= {ociimage.digest_of(each): each for each in (artifact.config, artifact.layer)}
            self._keep(repository, artifact.manifest)
        self.tag(repository, artifact.digest, sbom_tag(artifact))

    def bill(self, repository: str, digest: str) -> bytes:
        self.journal.ask()
        self._check(repository)
        return self._blob(repository, digest)

    def tag(self, repository: str, digest: str, tag: str) -> TagOutcome:
        self._check(repository)
        self._blob(repository, digest)
        assert len(tag) <= 128, "OCI distribution specification 1.1: a tag has at most 128 characters"
        known = self.named[repository].get(tag)
        if known == digest:
            return TagOutcome.ALREADY_THERE
        if known:
            raise ConflictError(f"tag {tag} of {repository} names {known} already", next_step="the next version")
        with self.journal.change(f"tag {tag} of {repository}"):
            self.named[repository][tag] = digest
        if self.lose_answers:
            self.lose_answers -= 1
            raise RemoteError(f"no answer about tag {tag}", next_step="run it again")
        return TagOutcome.WRITTEN

    def uri(self, repository: str, digest: str) -> str:
        self._check(repository)
        return f"{HOST}/{repository}@{digest}"

    def delete(self, repository: str, digest: str) -> None:
        """What a careless lifecycle rule does: the image and its tags are gone."""
        del self.blobs[repository][digest]
        self.pushed[repository].pop(digest, None)
        self.named[repository] = {t: d for t, d in self.named[repository].items() if d != digest}

    def _keep(self, repository: str, manifest: bytes) -> str:
        digest = ociimage.digest_of(manifest)
        self.blobs[repository][digest] = manifest
        self.pushed[repository].setdefault(digest, self.now())
        return digest

    def _check(self, repository: str) -> None:
        if repository not in self.named:
            raise NotFoundError(f"the registry has no repository {repository}", next_step="deploy pipeline.yaml")

    def _blob(self, repository: str, digest: str) -> bytes:
        if digest not in self.blobs[repository]:
            raise NotFoundError(f"{repository} has no {digest}", next_step="publish it")
        return self.blobs[repository][digest]
