"""A small vulnerability database of real advisories, for rehearsals and tests where the public one cannot be reached.

It is a sample: it knows the few advisories below, each with the page it was published on, and nothing of any other.
It is served as the OCI artifact that the scanner downloads, from a registry on this machine, so the download is real.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from dataclasses import dataclass
from datetime import datetime, timedelta

from rehearsal.cloud.boltfile import Bucket, bolt_file
from release.releases.artifact import Artifact, artifact_of

#: Said wherever a result rests on this database.
NOTICE = "sample database: a few real advisories, not the public vulnerability database"

PIP = "pip::GitHub Security Advisory Pip"
_LAYER_TYPE = "application/vnd.aquasec.trivy.db.layer.v1.tar+gzip"
_CONFIG_TYPE = "application/vnd.aquasec.trivy.config.v1+json"
_SEVERITIES = ("UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL")


@dataclass(frozen=True)
class Advisory:
    """One published advisory. ``vulnerable`` are version ranges, ``fixed`` the first versions without it."""

    bucket: str
    package: str
    id: str
    severity: str
    title: str
    source: str
    vulnerable: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    ghsa: str = ""


def _pip(package: str, cve: str, ghsa: str, severity: str, title: str, vulnerable: str, *fixed: str) -> Advisory:
    ranges = tuple(vulnerable.split(" || "))
    source = f"https://github.com/advisories/{ghsa}"
    return Advisory(PIP, package, cve, severity, title, source, ranges, fixed, ghsa)


def _debian(package: str, cve: str, severity: str, title: str, fixed: str = "") -> Advisory:
    source = f"https://security-tracker.debian.org/tracker/{cve}"
    return Advisory("debian 13", package, cve, severity, title, source, fixed=(fixed,) if fixed else ())


ADVISORIES = (
    _pip("pyjwt", "CVE-2022-29217", "GHSA-ffqj-6fqr-9h24", "HIGH",
         "Key confusion through non-blocklisted public key formats", ">=1.5.0, <2.4.0", "2.4.0"),
    _pip("pyjwt", "CVE-2024-53861", "GHSA-75c5-xw7c-p5pm", "LOW",
         "Issuer field partial matches allowed", "=2.10.0", "2.10.1"),
    _pip("pyjwt", "CVE-2026-32597", "GHSA-752w-5fwx-jx9f", "HIGH",
         "PyJWT accepts unknown crit header extensions", "<2.12.0", "2.12.0"),
    _pip("pyjwt", "CVE-2026-48523", "GHSA-jq35-7prp-9v3f", "MEDIUM",
         "Algorithm allow-list bypass when decoding with PyJWK / PyJWKClient keys", ">=2.9.0, <2.13.0", "2.13.0"),
    _pip("pyjwt", "CVE-2026-48525", "GHSA-w7vc-732c-9m39", "MEDIUM",
         "Unauthenticated denial of service by unbounded Base64URL decoding", "<2.13.0", "2.13.0"),
    _pip("pyjwt", "CVE-2026-48526", "GHSA-xgmm-8j9v-c9wx", "HIGH",
         "Public-key JWK accepted as HMAC secret enables forged HS256 tokens", "<2.13.0", "2.13.0"),
    _pip("urllib3", "CVE-2025-66418", "GHSA-gm62-xv2j-4w53", "HIGH",
         "Unbounded number of links in the decompression chain", ">=1.24, <2.6.0", "2.6.0"),
    _pip("urllib3", "CVE-2025-66471", "GHSA-2xpw-w6gg-jr37", "HIGH",
         "Streaming API improperly handles highly compressed data", ">=1.0, <2.6.0", "2.6.0"),
    _pip("requests", "CVE-2024-47081", "GHSA-9hjg-9r4m-mvj7", "MEDIUM",
         "Requests leaks .netrc credentials by malicious URLs", "<2.32.4", "2.32.4"),
    _pip("jinja2", "CVE-2025-27516", "GHSA-cpwx-vrp4-4pq7", "MEDIUM",
         "Sandbox breakout through the attr filter selecting a format method", "<=3.1.5", "3.1.6"),
    _pip("cryptography", "CVE-2024-26130", "GHSA-6vqw-3v5j-54x4", "HIGH",
         "NULL pointer dereference in pkcs12.serialize_key_and_certificates", ">=38.0.0, <42.0.4", "42.0.4"),
    _pip("pyarrow", "CVE-2023-47248", "GHSA-5wvp-7f3h-6wmm", "CRITICAL",
         "Arbitrary code execution when loading a malicious data file", ">=0.14.0, <14.0.1", "14.0.1"),
    _debian("openssl", "CVE-2025-9230", "MEDIUM",
            "Out-of-bounds read and write in RFC 3211 KEK unwrap", "3.5.1-1+deb13u1"),
    _debian("tar", "CVE-2005-2541", "LOW", "Setuid files are extracted without a warning"),
)  # fmt: skip


#: Published the day after, for the daily look at what is live. Not a real advisory, and named so.
TOMORROW = Advisory(
    PIP, "pyarrow", "REHEARSAL-2026-0001", "HIGH", "Planted by the rehearsal: an advisory published after the release",
    "https://example.invalid/REHEARSAL-2026-0001", (">=0.0.1",), ("999.0.0",), "REHEARSAL-2026-0001",
)  # fmt: skip


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
