"""The advisories of the sample database: real ones, each with the page it was published on, and one planted."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: What is no real advisory is called.
PLANTED = "REHEARSAL-2026-0001"
PIP = "pip::GitHub Security Advisory Pip"


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


def _debian(package: str, cve: str, severity: str, title: str, fixed: str = "", release: str = "13") -> Advisory:
    source = f"https://security-tracker.debian.org/tracker/{cve}"
    return Advisory(f"debian {release}", package, cve, severity, title, source, fixed=(fixed,) if fixed else ())


#: The releases that a stand-in may be of, as etc/debian_version calls them: a system of which the database knew nothing
#: would stop at the gate. The tracker's page says of each that it is not fixed there.
RELEASES = ("11", "12", "13")


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
    *(_debian("tar", "CVE-2005-2541", "LOW", "Setuid files are extracted without a warning", release=release)
      for release in RELEASES),
)  # fmt: skip


def planted(package: str, severity: str) -> Advisory:
    """An advisory for every version of a Python package, as if it had been published now. Not a real one, and named so.

    Names of packages are in lower case in the database, with ``-`` for ``_`` and ``.`` (PEP 503).
    """
    name = re.sub(r"[-_.]+", "-", package).lower()
    title = "Planted by the rehearsal: an advisory published after the release"
    page = f"https://example.invalid/{PLANTED}"
    return Advisory(PIP, name, PLANTED, severity, title, page, (">=0",), ("999.0.0",), PLANTED)
