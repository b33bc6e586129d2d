"""The gate's written policy: the ``[gate]`` table of release.toml as frozen values.

Every key that is not known, every accepted risk that is not complete, is an error that names it: a misspelt key must
not silently mean its default, and nobody may accept a risk without a name, a reason and a last day.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from packageurl import PackageURL

from release.errors import UsageError
from release.gate.findings import Finding, Kind, Severity, normal_name

_RULE_KEYS = ("block", "misconfigurations", "unknown", "unfixed", "end-of-life", "mode", "expect")
_AGE_KEYS = ("database", "database-max-age-hours", "scan-max-age-hours", "max-acceptance-days")
_KEYS = frozenset((*_RULE_KEYS, *_AGE_KEYS, "vex", "harmless-warnings", "accept"))
_ACCEPT_KEYS = frozenset(("id", "package", "purl", "path", "image", "reason", "who", "expires"))
_ACTIONS = ("block", "report")
_MODES = ("all", "new-only")

_VULNERABILITY_ID = re.compile(
    r"(?:CVE-(?:19|20)\d{2}-\d{4,}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}|PYSEC-\d{4}-\d+|TEMP-\d{7}-[0-9A-F]{6}"
    r"|DSA-\d{4}-\d+|ALAS[0-9A-Z]*-\d{4}-\d+)\Z"
)
_RULE_ID = re.compile(r"(?:[A-Z]{2,}(?:-[A-Z]+)*-\d{4}|DS\d{3}|[a-z0-9]+(?:-[a-z0-9]+)+)\Z")
DEFAULT_DATABASE = "ghcr.io/aquasecurity/trivy-db:2"


@dataclass(frozen=True)
class AcceptedRisk:
    """A finding that somebody answers for until a day.

    Exactly one of ``package``, ``purl`` and ``path`` says where it is accepted; ``image`` narrows it to one image.
    ``expires`` is the last day on which it holds.
    """

    id: str
    reason: str
    who: str
    expires: date
    package: str = ""
    purl: str = ""
    path: str = ""
    image: str = ""

    def covers(self, finding: Finding, image: str) -> bool:
        """Whether this entry is about ``finding`` in ``image``."""
        if self.id not in finding.names or (self.image and self.image != image):
            return False
        if self.path:
            return finding.kind is not Kind.VULNERABILITY and finding.where.lstrip("/") == self.path.lstrip("/")
        if self.package:
            return bool(finding.package) and normal_name(finding.package) == normal_name(self.package)
        return purl_covers(self.purl, finding.purl)


@dataclass(frozen=True)
class GatePolicy:
    """What the gate does with what the scanner found. See docs/release-toml for the keys.

    Attributes:
        block: severities of vulnerabilities that block; UNKNOWN is not among them, ``unknown_blocks`` decides on it.
        misconfigurations: severities of misconfigurations that block.
        new_only: only what the live image does not already have blocks.
        expect: kinds of packages that every image must show, so that an image that hides them cannot pass.
        hash: ``sha256:…`` of the table, so that a result made under another policy is told apart.
    """

    block: frozenset[Severity]
    misconfigurations: frozenset[Severity]
    unknown_blocks: bool
    unfixed_blocks: bool
    end_of_life_blocks: bool
    new_only: bool
    database: str
    database_max_age: timedelta
    scan_max_age: timedelta
    expect: tuple[str, ...]
    vex: tuple[str, ...]
    harmless_warnings: tuple[str, ...]
    accepted: tuple[AcceptedRisk, ...]
    hash: str


def parse_policy(table: Mapping[str, Any], today: date) -> GatePolicy:
    """Read the ``[gate]`` table.

    Raises:
        UsageError: with the key: unknown, missing, of another form, or an accepted risk that has expired.
    """
    _known(table, _KEYS, "gate")
    block = _severities(table, "block", None)
    days = _positive(table, "max-acceptance-days", 180)
    entries = table.get("accept", [])
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise _error("gate.accept", "must be a list of tables ([[gate.accept]])")
    accepted = tuple(_accepted(entry, f"gate.accept[{n}]", today, days) for n, entry in enumerate(entries, 1))
    if len(set(accepted)) != len(accepted):
        raise _error("gate.accept", "holds the same entry twice")
    return GatePolicy(
        block=block,
        misconfigurations=_severities(table, "misconfigurations", block),
        unknown_blocks=_choice(table, "unknown", _ACTIONS) == "block",
        unfixed_blocks=_choice(table, "unfixed", _ACTIONS) == "block",
        end_of_life_blocks=_choice(table, "end-of-life", _ACTIONS) == "block",
        new_only=_choice(table, "mode", _MODES) == "new-only",
        database=_text(table, "database", "gate", DEFAULT_DATABASE),
        database_max_age=timedelta(hours=_positive(table, "database-max-age-hours", 48)),
        scan_max_age=timedelta(hours=_positive(table, "scan-max-age-hours", 24)),
        expect=_texts(table, "expect", ("python-pkg",)),
        vex=_texts(table, "vex", ()),
        harmless_warnings=_texts(table, "harmless-warnings", ()),
        accepted=accepted,
        hash=_hash(table),
    )


def purl_covers(pattern: str, purl: str) -> bool:
    """Whether ``purl`` is what ``pattern`` names: a pattern without version or qualifiers covers all of them.

    Package URL specification, "Rules for each purl component"; qualifiers of the pattern must all be there.
    """
    try:
        wanted, found = PackageURL.from_string(pattern), PackageURL.from_string(purl)
    except ValueError:
        return False
    same = (wanted.type, wanted.namespace, wanted.name) == (found.type, found.namespace, found.name)
    qualifiers = dict(wanted.qualifiers or {}).items() <= dict(found.qualifiers or {}).items()
    return same and qualifiers and wanted.version in (None, "", found.version)


def _accepted(entry: Mapping[str, Any], where: str, today: date, days: int) -> AcceptedRisk:
    if isinstance(entry.get("id"), str):
        where = f"{where} ({entry['id']})"
    _known(entry, _ACCEPT_KEYS, where)
    texts = {key: _text(entry, key, where) for key in ("id", "reason", "who")}
    places = {key: _text(entry, key, where) for key in ("package", "purl", "path") if key in entry}
    if len(places) != 1:
        raise _error(where, "needs exactly one of package, purl and path, so that it covers nothing else")
    if not (_RULE_ID if "path" in places else _VULNERABILITY_ID).match(texts["id"]):
        kind = (
            "a secret's or misconfiguration's rule" if "path" in places else "a vulnerability (CVE-2026-12345, GHSA-…)"
        )
        raise _error(f"{where}.id", f"{texts['id']!r} is no name of {kind}")
    if "purl" in places:
        _checked_purl(places["purl"], where)
    expires = entry.get("expires")
    if isinstance(expires, datetime) or not isinstance(expires, date):
        problem = "is missing" if expires is None else f"must be a date like 2026-12-31 without quotes, not {expires!r}"
        raise _error(f"{where}.expires", f"{problem}; a risk is accepted until a day, never for good")
    if expires < today:
        raise _error(f"{where}.expires", f"was {expires}; mend the finding, or decide again and write a new date")
    if expires > today + timedelta(days=days):
        raise _error(f"{where}.expires", f"is more than {days} days ahead (gate.max-acceptance-days)")
    image = _text(entry, "image", where) if "image" in entry else ""
    return AcceptedRisk(**texts, **places, expires=expires, image=image)


def _checked_purl(purl: str, where: str) -> None:
    try:
        PackageURL.from_string(purl)
    except ValueError as error:
        raise _error(f"{where}.purl", f"is not a package URL: {error}") from error


def _known(table: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
    for key in table:
        if key not in keys:
            raise _error(f"{where}.{key}", f"is not a key that is known here (known: {', '.join(sorted(keys))})")


def _severities(table: Mapping[str, Any], key: str, default: frozenset[Severity] | None) -> frozenset[Severity]:
    if key not in table and default is not None:
        return default
    names = [severity.value for severity in Severity if severity is not Severity.UNKNOWN]
    values = table.get(key)
    if not isinstance(values, list) or (key == "block" and not values) or not all(value in names for value in values):
        raise _error(f"gate.{key}", f"must be a list of {', '.join(names)} (UNKNOWN has its own key: unknown)")
    return frozenset(Severity(value) for value in values)


def _choice(table: Mapping[str, Any], key: str, choices: Sequence[str]) -> str:
    value = table.get(key, choices[0])
    if value not in choices:
        raise _error(f"gate.{key}", f"must be {' or '.join(map(repr, choices))}, not {value!r}")
    return str(value)


def _positive(table: Mapping[str, Any], key: str, default: int) -> int:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= 24 * 365:
        raise _error(f"gate.{key}", f"must be a whole number above 0, not {value!r}")
    return value


def _text(table: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if value is None:
        raise _error(f"{where}.{key}", "is missing")
    if not isinstance(value, str) or not value.strip():
        raise _error(f"{where}.{key}", f"must be a text, not {value!r}")
    return value


def _texts(table: Mapping[str, Any], key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    value = table.get(key, list(default))
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise _error(f"gate.{key}", "must be a list of texts")
    return tuple(value)


def _error(key: str, problem: str) -> UsageError:
    return UsageError(f"release.toml: {key} {problem}", untouched="everything", next_step="mend release.toml")


def _hash(table: Mapping[str, Any]) -> str:
    canonical = json.dumps(table, sort_keys=True, default=str, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()
