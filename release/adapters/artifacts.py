"""Artifacts into a registry (OCI distribution specification 1.1, "Push"): bills of materials, the sample database."""

from __future__ import annotations

from urllib.parse import urljoin

import urllib3

from release.digest import sha256
from release.errors import RemoteError
from release.oci import OCI_MANIFEST
from release.releases.artifact import Artifact


def push_artifact(host: str, repository: str, artifact: Artifact, *, tag: str = "", authorization: str = "") -> str:
    """Upload ``artifact`` under ``tag``, or without one under its digest; returns its digest. Again is no error.

    Args:
        host: ``host[:port]``; plain HTTP is spoken with localhost only.
        authorization: the ``Authorization`` header's value, or "".

    Raises:
        RemoteError: the registry refused, or did not answer.
    """
    scheme = "http" if host.partition(":")[0] in ("localhost", "127.0.0.1") else "https"
    base = f"{scheme}://{host}/v2/{repository}/"
    common = {"Authorization": authorization} if authorization else {}
    try:
        with urllib3.PoolManager(timeout=urllib3.Timeout(connect=10, read=120), headers=common) as pool:
            for blob in (artifact.config, artifact.layer):
                begun = pool.request("POST", f"{base}blobs/uploads/", headers=common)
                _expect(begun, 202, repository)
                location = urljoin(base, begun.headers.get("Location", ""))
                url = f"{location}{'&' if '?' in location else '?'}digest={sha256(blob)}"
                headers = common | {"Content-Type": "application/octet-stream"}
                _expect(pool.request("PUT", url, body=blob, headers=headers), 201, repository)
            headers = common | {"Content-Type": OCI_MANIFEST}
            url = f"{base}manifests/{tag or artifact.digest}"
            _expect(pool.request("PUT", url, body=artifact.manifest, headers=headers), 201, repository)
    except urllib3.exceptions.HTTPError as error:
        raise RemoteError(
            f"the registry at {host} did not take an artifact for {repository}: {error}",
            untouched="every image and tag",
            next_step="run the same command again",
        ) from error
    return artifact.digest


def _expect(answer: urllib3.BaseHTTPResponse, status: int, repository: str) -> None:
    if answer.status != status:
        body = answer.data[:200].decode(errors="replace").strip()
        raise RemoteError(
            f"the registry answered {answer.status} for an artifact of {repository}: {body}",
            untouched="every image and tag",
            next_step="run the same command again",
        )
