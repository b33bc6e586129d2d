"""A small vulnerability database of real advisories, for rehearsals and tests where the public one cannot be reached.

It is a sample: it knows the few advisories of :mod:`advisories` and nothing of any other.
It is served as the OCI artifact that the scanner downloads, from a registry on this machine, so the download is real.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from datetime import datetime, timedelta

from rehearsal.cloud.advisories import ADVISORIES, Advisory
from rehearsal.cloud.boltfile import Bucket, bolt_file
from release.releases.artifact import Artifact, artifact_of

#: Said wherever a result rests on this database.
NOTICE = "sample database: a few real advisories, not the public vulnerability database"

_LAYER_TYPE = "application/vnd.aquasec.trivy.db.layer.v1.tar+gzip"
_CONFIG_TYPE = "application/vnd.aquasec.trivy.config.v1+json"
_SEVERITIES = ("UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL")


def database_file(advisories: tuple[Advisory, ...] = ADVISORIES) -> bytes:
    """The bbolt file in the form that trivy-db's schema 2 has."""
    root: dict[str, dict[str, Bucket | bytes]] = {"vulnerability": {}, "data-source": {}}
    for advisory in advisories:
        pip = advisory.bucket.startswith("pip::")
        name, url = (
            ("ghsa", "https://github.com/advisories") if pip else ("debian", "https://salsa.debian.org/security")
        )
        source = {"ID": name, "Name": advisory.bucket, "URL": url}
        root["data-source"][advisory.bucket] = _json(source)
        package = dict(_bucket(root.setdefault(advisory.bucket, {}), advisory.package))
        package[advisory.id] = _json(_entry(advisory, pip))
        root[advisory.bucket][advisory.package] = package
        root["vulnerability"][advisory.id] = _json(
            {
                "Title": advisory.title,
                "Severity": advisory.severity,
                "VendorSeverity": {name: _SEVERITIES.index(advisory.severity)},
                "References": [advisory.source],
            }
        )
    return bolt_file(root)


def artifact(
    now: datetime,
    *,
    content: bytes | None = None,
    next_update: datetime | None = None,
    version: int = 2,
) -> Artifact:
    """The sample database as the scanner downloads it, dated ``now`` (its publisher is this machine)."""
    metadata = {
        "Version": version,
        "NextUpdate": (next_update or now + timedelta(hours=24)).isoformat(),
        "UpdatedAt": now.isoformat(),
        "DownloadedAt": "0001-01-01T00:00:00Z",
    }
    files = {"trivy.db": database_file() if content is None else content, "metadata.json": _json(metadata)}
    layer = gzip.compress(_tar(files), mtime=0)
    return artifact_of(layer, _LAYER_TYPE, "db.tar.gz", config_type=_CONFIG_TYPE)


def _entry(advisory: Advisory, pip: bool) -> dict[str, object]:
    if not pip:
        return {"FixedVersion": advisory.fixed[0]} if advisory.fixed else {"Status": 2}
    entry: dict[str, object] = {"VulnerableVersions": list(advisory.vulnerable), "VendorIDs": [advisory.ghsa]}
    return entry | ({"PatchedVersions": list(advisory.fixed)} if advisory.fixed else {})


def _bucket(parent: Bucket, name: str) -> Bucket:
    value = parent.get(name, {})
    assert not isinstance(value, bytes)
    return value


def _tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _json(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
