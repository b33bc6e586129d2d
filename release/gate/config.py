"""The ``[gate]`` table of release.toml, read into a :class:`release.gate.policy.GatePolicy`.

Nobody may accept a risk without a name, a reason and a last day. Whether that day has come is not asked here: an old
release.toml is read too, and what it accepted then is no fault of today's command (see ``policy.checked_dates``).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from packageurl import PackageURL

from release.gate.findings import Severity
from release.gate.policy import AcceptedRisk, GatePolicy
from release.toml import Table

DEFAULT_DATABASE = "ghcr.io/aquasecurity/trivy-db:2"
_SEVERITIES = tuple(severity.value for severity in Severity if severity is not Severity.UNKNOWN)
_ACTIONS = ("block", "report")
_YEAR = 24 * 365  # hours

#: CVE and GHSA by their very form, since a slip there is common. The other databases that the scanner reads
#: (trivy-db, ``pkg/vulnsrc``: PYSEC, RUSTSEC, GO, DSA, DLA, TEMP, ELSA, RHSA, RLSA, ALSA, ALAS2023, SUSE-SU, BIT, …)
#: each have their own, and new ones come; a name that nothing goes by covers nothing, which a whole scan refuses.
_VULNERABILITY_ID = re.compile(
    r"CVE-(?:19|20)[0-9]{2}-[0-9]{4,}\Z"
    r"|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}\Z"
    r"|(?!(?i:CVE|GHSA)\b)(?=[A-Za-z]+[^A-Za-z])[A-Za-z][A-Za-z0-9]*(?:[-:.][A-Za-z0-9_]+)*\Z"
)
_RULE_ID = re.compile(r"(?:[A-Z]{2,}(?:-[A-Z]+)*-\d{4}|DS\d{3}|[a-z0-9]+(?:-[a-z0-9]+)+)\Z")


def parse_policy(table: Table) -> GatePolicy:
    """Read ``[gate]``. Raises UsageError with line and key."""
    block = table.texts("block", choices=_SEVERITIES, doc="Severities of vulnerabilities that block.")
    accepted: list[AcceptedRisk] = []
    entries = table.array("accept", doc="A finding that somebody answers for until a day.")
    for entry in entries:
        risk = _accepted(entry)
        if risk in accepted:
            raise entry.error("", "is the same entry as one before it")
        accepted.append(risk)
    new_only = (
        table.text_of(
            "mode",
            "all",
            choices=("all", "new-only"),
            doc="`new-only`: a vulnerability that the live image has too does not block. A secret blocks all the same.",
        )
        == "new-only"
    )
    policy = GatePolicy(
        block=_severities(block),
        misconfigurations=_severities(
            table.texts(
                "misconfigurations",
                block,
                choices=_SEVERITIES,
                may_be_empty=True,
                unset="the severities of `block`",
                doc="Severities of misconfigurations in Dockerfiles and templates that block.",
            )
        ),
        unknown_blocks=_blocks(table, "unknown", "What a vulnerability does that nobody has rated."),
        unfixed_blocks=_blocks(table, "unfixed", "What a vulnerability does for which no fix is published."),
        end_of_life_blocks=_blocks(
            table, "end-of-life", "What an image does whose operating system gets no advisories any more."
        ),
        new_only=new_only,
        compare_with=table.text_of(
            "compare-with",
            None if new_only else "",
            doc="The environment whose live images `new-only` compares with.",
            unset="only `new-only` needs it",
        ),
        database=table.text_of(
            "database", DEFAULT_DATABASE, doc="The repository of the scanner's advisories, `host/name:tag`."
        ),
        database_max_age=_hours(table, "database-max-age-hours", 48, "How old the advisories may be."),
        scan_max_age=_hours(table, "scan-max-age-hours", 24, "How old the scan of what is published may be."),
        max_acceptance=timedelta(
            days=table.value(
                "max-acceptance-days",
                int,
                180,
                low=1,
                high=_YEAR,
                doc="How many days ahead an accepted risk may expire.",
            )
        ),
        expect=table.texts(
            "expect",
            ("python-pkg",),
            may_be_empty=True,
            doc="Kinds of packages, in trivy's words, that every image must show, so that one that hides them cannot "
            "pass.",
        ),
        vex=table.texts("vex", (), may_be_empty=True, doc="OpenVEX documents, by their paths."),
        harmless_warnings=table.texts(
            "harmless-warnings",
            (),
            may_be_empty=True,
            doc="Parts of the scanner's warnings that are known to hide no finding; any other warning blocks.",
        ),
        accepted=tuple(accepted),
        hash=_hash(table.values),
    )
    table.done()
    return policy


def _accepted(entry: Table) -> AcceptedRisk:
    texts = {
        "id": entry.text_of("id", doc="The vulnerability, as any of the scanner's databases names it, or the rule."),
        "reason": entry.text_of("reason", doc="Why it is no risk here, or one worth taking."),
        "who": entry.text_of("who", doc="Who answers for it."),
    }
    places = {
        "package": "The package it is accepted in, by its name.",
        "purl": "The package it is accepted in, by its package URL; without a version every version.",
        "path": "The file it is accepted in, for a secret or a misconfiguration.",
    }
    place = entry.exactly_one(*places)
    where = {name: entry.text_of(name, "", doc=doc, unset="one of the three is needed") for name, doc in places.items()}
    form, what = _VULNERABILITY_ID, "a vulnerability (CVE-2026-12345, GHSA-…, ELSA-2026-1234)"
    if place == "path":
        form, what = _RULE_ID, "a secret's or misconfiguration's rule"
    if not form.match(texts["id"]):
        raise entry.error("id", f"{texts['id']!r} is no name of {what}")
    if place == "purl":
        try:
            PackageURL.from_string(where["purl"])
        except ValueError as error:
            raise entry.error("purl", f"is not a package URL: {error}") from error
    risk = AcceptedRisk(
        **texts,
        **where,
        expires=entry.date_of("expires", doc="The last day on which it holds; a risk is never accepted for good."),
        image=entry.text_of("image", "", doc="The only image in which it is accepted.", unset="every image"),
        line=entry.line_of("expires"),
    )
    entry.done()
    return risk


def _severities(names: tuple[str, ...]) -> frozenset[Severity]:
    return frozenset(Severity(name) for name in names)


def _blocks(table: Table, key: str, doc: str) -> bool:
    return table.text_of(key, "block", choices=_ACTIONS, doc=doc) == "block"


def _hours(table: Table, key: str, default: int, doc: str) -> timedelta:
    return timedelta(hours=table.value(key, int, default, low=1, high=_YEAR, doc=f"{doc} In hours."))


def _hash(values: Mapping[str, Any]) -> str:
    canonical = json.dumps(values, sort_keys=True, default=str, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()
