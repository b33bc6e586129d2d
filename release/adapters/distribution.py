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

import urllib3

from release import oci
from release.adapters.layout import blob_path
from release.digest import sha256
from release.errors import NotFoundError, RemoteError
from release.images.model import Archive
from release.oci import DOCKER_LIST, IMAGE_MANIFESTS, OCI_INDEX, OCI_MANIFEST, Layer, Manifest
from release.releases.artifact import Artifact

log = logging.getLogger("release.registry")

#: Answers of a registry that may be well again in a moment.
_PASSING = (429, 500, 502, 503, 504)
_UPLOAD_TRIES = 3


class Distribution:
    """One registry.

    Args:
        host: ``host[:port]``; plain HTTP is spoken with localhost only.
        authorization: gives the ``Authorization`` header's value, or "".
        backoff: seconds before the second retry, doubled at each one after it.
    """

    def __init__(self, host: str, authorization: Callable[[], str] = lambda: "", *, backoff: float = 0.5) -> None:
        local = host.partition(":")[0] in ("localhost", "127.0.0.1")
        self.base = f"{'http' if local else 'https'}://{host}/v2/"
        self.authorization, self.backoff = authorization, backoff
        retries = urllib3.Retry(
            total=4,
            backoff_factor=backoff,
            status_forcelist=_PASSING,
            allowed_methods=("GET", "HEAD", "POST"),  # POST only begins an upload; one begun twice is forgotten
            raise_on_status=False,
        )
        self.pool = urllib3.PoolManager(retries=retries, timeout=urllib3.Timeout(connect=10, read=120))

    def manifest(self, repository: str, digest: str) -> Manifest:
        """The image manifest ``digest``, verified. Raises NotFoundError, ConflictError for an index."""
        raw = self._get(f"{repository}/manifests/{digest}", digest, accept=True)
        config = oci.config_descriptor(raw)
        return oci.parse_manifest(raw, self._get(f"{repository}/blobs/{config.digest}", config.digest))

    def raw_manifest(self, repository: str, digest: str) -> bytes:
        """The manifest's bytes, verified. Raises NotFoundError."""
        return self._get(f"{repository}/manifests/{digest}", digest, accept=True)

    def push(self, repository: str, archive: Archive) -> None:
        """Upload the archive's missing blobs, then its manifest under its digest."""
        for part in (*archive.manifest.layers, archive.manifest.config):
            self._push_blob(repository, part.digest, part.size, partial(_pieces, blob_path(archive.path, part.digest)))
        raw = blob_path(archive.path, archive.digest).read_bytes()
        self._push_manifest(repository, raw, archive.manifest.media_type)

    def push_artifact(self, repository: str, artifact: Artifact, tag: str = "") -> None:
        """Upload the artifact's missing blobs, then its manifest under ``tag``, or without one under its digest.

        Again is no error.
        """
        for content in (artifact.config, artifact.layer):
            self._push_blob(repository, sha256(content), len(content), partial(bytes, content))
        self._push_manifest(repository, artifact.manifest, OCI_MANIFEST, tag)

    def push_blob(self, repository: str, part: Layer, content: Callable[[], bytes | Iterator[bytes]]) -> None:
        """Have the blob ``part`` in the repository; ``content`` gives its bytes anew at each try."""
        self._push_blob(repository, part.digest, part.size, content)

    def push_manifest(self, repository: str, raw: bytes, media_type: str) -> None:
        """Upload a manifest under its digest, when all that it names is there."""
        self._push_manifest(repository, raw, media_type)

    def blob(self, repository: str, digest: str) -> bytes:
        """A small blob's bytes, verified. Raises NotFoundError."""
        return self._get(f"{repository}/blobs/{digest}", digest)

    def download(self, repository: str, part: Layer, target: Path) -> None:
        """Write the blob ``part`` to ``target``, whole and verified, or not at all.

        Raises:
            NotFoundError: it is not there.
            RemoteError: it broke off, or is another one; what arrived is thrown away.
        """
        new = target.with_name(target.name + ".part")
        path, headers = f"{repository}/blobs/{part.digest}", self._signed({})
        seen, size = hashlib.sha256(), 0
        try:
            answer = self.pool.request("GET", urljoin(self.base, path), headers=headers, preload_content=False)
            if answer.status == 404:
                raise NotFoundError(f"{repository} has no {part.digest}", untouched="everything")
            self._expect(answer, (200,), path)
            with new.open("wb") as file:
                for piece in answer.stream(1 << 20):
                    seen.update(piece)
                    size += file.write(piece)
                    if size > part.size:
                        break
            answer.release_conn()
            if (size, f"sha256:{seen.hexdigest()}") != (part.size, part.digest):
                raise RemoteError(f"the registry's answer for {part.digest} has another digest")
            new.replace(target)
        except urllib3.exceptions.HTTPError as error:
            raise self._silent(error) from error
        finally:
            new.unlink(missing_ok=True)

    def _push_manifest(self, repository: str, raw: bytes, media_type: str, tag: str = "") -> None:
        digest = sha256(raw)
        answer = self._request("PUT", f"{repository}/manifests/{tag or digest}", raw, {"Content-Type": media_type})
        self._expect(answer, (200, 201), f"the manifest {digest}")
        if sha256(self.raw_manifest(repository, digest)) != digest:
            raise RemoteError(f"{repository} does not give back the manifest {digest} that it took")

    def _push_blob(
        self, repository: str, digest: str, size: int, content: Callable[[], bytes | Iterator[bytes]]
    ) -> None:
        """Have the blob in the repository. An upload that broke off is begun anew: what arrived of it is unknown."""
        for left in reversed(range(_UPLOAD_TRIES)):
            if self._has(repository, digest):
                break
            log.info("uploading %s (%.1f MB)", digest[:19], size / 1e6)
            if self._uploaded(self._begun(repository, digest), digest, size, content(), last=not left):
                break
            time.sleep(self.backoff * 2 ** (_UPLOAD_TRIES - left))

    def _uploaded(self, url: str, digest: str, size: int, content: bytes | Iterator[bytes], *, last: bool) -> bool:
        """Whether the blob arrived; what may be well again in a moment is an error at the ``last`` try only."""
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        try:
            answer = self._request("PUT", url, content, headers)
        except RemoteError:
            if last:
                raise
            return False
        if answer.status in _PASSING and not last:
            return False
        self._expect(answer, (201,), f"blob {digest}")
        return True

    def _has(self, repository: str, digest: str) -> bool:
        answer = self._request("HEAD", f"{repository}/blobs/{digest}")
        if answer.status == 404:
            return False
        # A redirect names where the blob is; the signature in it is for GET alone, so it is not followed.
        self._expect(answer, (200, 302, 307), f"blob {digest}")
        return True

    def _begun(self, repository: str, digest: str) -> str:
        """Where the blob ``digest`` is to be put: an upload that was begun."""
        begun = self._request("POST", f"{repository}/blobs/uploads/")
        self._expect(begun, (202,), f"an upload to {repository}")
        location = begun.headers.get("Location")
        if not location:
            raise RemoteError(f"the registry named no place to upload to {repository}")
        url = urljoin(self.base, location)
        return url + ("&" if "?" in url else "?") + f"digest={digest}"

    def _get(self, path: str, digest: str, *, accept: bool = False) -> bytes:
        headers = {"Accept": ", ".join(sorted(IMAGE_MANIFESTS)) + f", {OCI_INDEX}, {DOCKER_LIST}"} if accept else {}
        answer = self._request("GET", path, headers=headers)
        if answer.status == 404:
            raise NotFoundError(f"{path.rpartition('/')[0]} has no {digest}", untouched="everything")
        self._expect(answer, (200,), path)
        if sha256(answer.data) != digest:
            raise RemoteError(f"the registry's answer for {digest} has another digest")
        return answer.data

    def _request(
        self,
        method: str,
        path: str,
        body: bytes | Iterator[bytes] | None = None,
        headers: dict[str, str] | None = None,
    ) -> urllib3.BaseHTTPResponse:
        sent = self._signed(headers or {})
        try:
            return self.pool.request(
                method, urljoin(self.base, path), body=body, headers=sent, redirect=method == "GET"
            )
        except urllib3.exceptions.HTTPError as error:
            raise self._silent(error) from error

    def _signed(self, headers: dict[str, str]) -> dict[str, str]:
        authorization = self.authorization()
        return {**headers, **({"Authorization": authorization} if authorization else {})}

    def _silent(self, error: Exception) -> RemoteError:
        return RemoteError(
            f"the registry at {self.base} did not answer: {error}",
            untouched="every tag",
            next_step="run the same command again; what arrived is kept",
        )

    def _expect(self, answer: urllib3.BaseHTTPResponse, statuses: tuple[int, ...], what: str) -> None:
        if answer.status not in statuses:
            body = answer.data[:300].decode(errors="replace").strip() if answer.data else ""
            raise RemoteError(
                f"the registry answered {answer.status} for {what}: {body}",
                untouched="every tag",
                next_step="run the same command again; what arrived is kept",
            )


def _pieces(path: Path) -> Iterator[bytes]:
    """A file's content."""
    with path.open("rb") as content:
        while piece := content.read(1 << 20):
            yield piece
