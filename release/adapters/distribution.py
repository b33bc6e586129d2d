"""The registry protocol (OCI distribution specification 1.1), as far as pushing by digest needs it.

Why not ``docker push`` or a copy tool: an engine may compress layers anew when it loads an archive, which changes the
digest that was scanned, and the archive's very bytes are what has to arrive. Every blob is uploaded under its digest
and every answer is checked against it; what is there already is not sent again, so a push that was cut off goes on.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urljoin

from release import oci
from release.adapters.layout import blob_path
from release.adapters.registryhttp import PASSING, RegistryHttp
from release.digest import sha256
from release.errors import NotFoundError, RemoteError
from release.images.model import Archive
from release.oci import DOCKER_LIST, IMAGE_MANIFESTS, OCI_INDEX, OCI_MANIFEST, Layer, Manifest
from release.releases.artifact import Artifact

log = logging.getLogger("release.registry")

_UPLOAD_TRIES = 3
_MANIFESTS = ", ".join((*sorted(IMAGE_MANIFESTS), OCI_INDEX, DOCKER_LIST))


def pauses(first: float) -> tuple[float, ...]:
    """Seconds to wait, one after another, for a registry to show what it took; 15 in all when the first is 0.5.

    The distribution specification promises nothing about when; registries of several machines need some seconds.
    """
    return tuple(first * 2**number for number in range(5))


class Distribution:
    """One registry.

    Args:
        host, authorization, backoff: as :class:`release.adapters.registryhttp.RegistryHttp` takes them.
    """

    def __init__(self, host: str, authorization: Callable[[], str] = lambda: "", *, backoff: float = 0.5) -> None:
        self.http, self.backoff = RegistryHttp(host, authorization, backoff=backoff), backoff

    def manifest(self, repository: str, digest: str) -> Manifest:
        """The image manifest ``digest``, verified. Raises NotFoundError, ConflictError for an index."""
        raw = self.raw_manifest(repository, digest)
        config = oci.config_descriptor(raw)
        return oci.parse_manifest(raw, self.blob(repository, config.digest))

    def raw_manifest(self, repository: str, digest: str) -> bytes:
        """The manifest's bytes, verified. Raises NotFoundError."""
        return self.http.get(f"{repository}/manifests/{digest}", digest, _MANIFESTS)

    def blob(self, repository: str, digest: str) -> bytes:
        """A small blob's bytes, verified. Raises NotFoundError."""
        return self.http.get(f"{repository}/blobs/{digest}", digest)

    def push(self, repository: str, archive: Archive) -> None:
        """Upload the archive's missing blobs, then its manifest under its digest."""
        for part in (*archive.manifest.layers, archive.manifest.config):
            self.push_blob(repository, part, partial(_pieces, blob_path(archive.path, part.digest)))
        raw = blob_path(archive.path, archive.digest).read_bytes()
        self.push_manifest(repository, raw, archive.manifest.media_type)

    def push_artifact(self, repository: str, artifact: Artifact, tag: str = "") -> None:
        """Upload the artifact's missing blobs, then its manifest under ``tag``, or without one under its digest.

        Again is no error.
        """
        for content in (artifact.config, artifact.layer):
            self.push_blob(repository, Layer(sha256(content), len(content), ""), partial(bytes, content))
        self.push_manifest(repository, artifact.manifest, OCI_MANIFEST, tag)

    def push_manifest(self, repository: str, raw: bytes, media_type: str, tag: str = "") -> None:
        """Upload a manifest under ``tag`` or its digest, when all that it names is there; then see that it is there.

        Raises RemoteError: it is refused, or the registry does not show what it took (faults.md, 56).
        """
        digest, headers = sha256(raw), {"Content-Type": media_type}
        answer = self.http.request("PUT", f"{repository}/manifests/{tag or digest}", raw, headers, again=True)
        self.http.expect(answer, (200, 201), f"the manifest {digest}")
        for pause in (*pauses(self.backoff), None):
            try:
                self.raw_manifest(repository, digest)
            except NotFoundError as error:
                if pause is None:
                    raise RemoteError(
                        f"{repository} does not show the manifest {digest} that it took",
                        untouched="every tag",
                        next_step="run the same command again; what arrived is kept",
                    ) from error
                time.sleep(pause)
            else:
                return

    def push_blob(self, repository: str, part: Layer, content: Callable[[], bytes | Iterator[bytes]]) -> None:
        """Have the blob ``part`` in the repository; ``content`` gives its bytes anew at each try.

        An upload that broke off is begun anew: what arrived of it is unknown.
        """
        for left in reversed(range(_UPLOAD_TRIES)):
            if self._has(repository, part.digest):
                break
            log.info("uploading %s (%.1f MB)", part.digest[:19], part.size / 1e6)
            if self._uploaded(self._begun(repository, part.digest), part, content(), last=not left):
                break
            time.sleep(self.backoff * 2 ** (_UPLOAD_TRIES - left))

    def download(self, repository: str, part: Layer, target: Path) -> None:
        """Write the blob ``part`` to ``target``, whole and verified, or not at all.

        Raises:
            NotFoundError: it is not there.
            RemoteError: it broke off, or is another one; what arrived is thrown away.
        """
        new = target.with_name(target.name + ".part")
        path = f"{repository}/blobs/{part.digest}"
        seen, size = hashlib.sha256(), 0
        answer = self.http.request("GET", path, whole=False)
        try:
            self.http.expect(answer, (200,), path, part.digest)
            with new.open("wb") as file:
                for piece in self.http.pieces(answer):
                    seen.update(piece)
                    size += file.write(piece)
                    if size > part.size:
                        break
            if (size, f"sha256:{seen.hexdigest()}") != (part.size, part.digest):
                raise RemoteError(f"the registry's answer for {part.digest} has another digest")
            new.replace(target)
        finally:
            answer.release_conn()
            new.unlink(missing_ok=True)

    def _has(self, repository: str, digest: str) -> bool:
        answer = self.http.request("HEAD", f"{repository}/blobs/{digest}")
        if answer.status == 404:
            return False
        # A redirect names where the blob is; the signature in it is for GET alone, so it is not followed.
        self.http.expect(answer, (200, 302, 307), f"blob {digest}")
        return True

    def _begun(self, repository: str, digest: str) -> str:
        """Where the blob ``digest`` is to be put: an upload that was begun."""
        begun = self.http.request("POST", f"{repository}/blobs/uploads/")
        self.http.expect(begun, (202,), f"an upload to {repository}")
        location = begun.headers.get("Location")
        if not location:
            raise RemoteError(f"the registry named no place to upload to {repository}")
        url = urljoin(self.http.base, location)
        return url + ("&" if "?" in url else "?") + f"digest={digest}"

    def _uploaded(self, url: str, part: Layer, content: bytes | Iterator[bytes], *, last: bool) -> bool:
        """Whether the blob arrived; what may be well again in a moment is an error at the ``last`` try only."""
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(part.size)}
        try:
            answer = self.http.request("PUT", url, content, headers)
        except RemoteError:
            if last:
                raise
            return False
        if answer.status in PASSING and not last:
            return False
        self.http.expect(answer, (201,), f"blob {part.digest}")
        return True


def _pieces(path: Path) -> Iterator[bytes]:
    """A file's content."""
    with path.open("rb") as content:
        while piece := content.read(1 << 20):
            yield piece
