"""The [gate] table: what is refused, and that the message names the key."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.errors import UsageError
from release.gate.config import DEFAULT_DATABASE, parse_policy
from release.gate.findings import Severity
from release.gate.policy import checked_dates, purl_covers
from release.toml import Table
from tests.support.findings import TODAY, accept, misconfiguration, policy, read_policy, secret, vulnerability


def test_defaults_are_the_closed_ones() -> None:
    rules = policy()
    assert rules.unknown_blocks
    assert rules.unfixed_blocks
    assert rules.end_of_life_blocks
    assert not rules.new_only
    assert rules.misconfigurations == rules.block == {Severity.HIGH, Severity.CRITICAL}
    assert rules.database == DEFAULT_DATABASE
    assert rules.database_max_age == timedelta(hours=48)
    assert rules.expect == ("python-pkg",)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"blok": ["HIGH"]}, "gate.blok"),
        ({"block": []}, "gate.block"),
        ({"block": ["high"]}, "gate.block"),
        ({"block": ["UNKNOWN"]}, "gate.block"),
        ({"block": "HIGH"}, "gate.block"),
        ({"misconfigurations": ["SEVERE"]}, "gate.misconfigurations"),
        ({"unknown": "ignore"}, "gate.unknown"),
        ({"unfixed": True}, "gate.unfixed"),
        ({"end-of-life": "allow"}, "gate.end-of-life"),
        ({"mode": "new"}, "gate.mode"),
        ({"database": ""}, "gate.database"),
        ({"database-max-age-hours": 0}, "gate.database-max-age-hours"),
        ({"database-max-age-hours": "48"}, "gate.database-max-age-hours"),
        ({"database-max-age-hours": True}, "gate.database-max-age-hours"),
        ({"scan-max-age-hours": -1}, "gate.scan-max-age-hours"),
        ({"max-acceptance-days": 0}, "gate.max-acceptance-days"),
        ({"expect": "python-pkg"}, "gate.expect"),
        ({"vex": [""]}, "gate.vex"),
        ({"harmless-warnings": [1]}, "gate.harmless-warnings"),
        ({"accept": {"id": "CVE-2026-1"}}, "gate.accept"),
        ({"accept": ["CVE-2026-48526"]}, "gate.accept"),
    ],
)
def test_a_bad_value_is_refused_with_its_key(changes: dict[str, Any], key: str) -> None:
    """faults.md, 38."""
    with pytest.raises(UsageError) as caught:
        read_policy({"block": ["HIGH"]} | changes)
    assert caught.value.message.startswith(f"release.toml: {key} ")


def test_without_block_nothing_is_assumed() -> None:
    with pytest.raises(UsageError, match=r"gate\.block"):
        read_policy({})


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"expires": None}, "expires is missing"),
        ({"expires": "2026-12-31"}, "must be a date"),
        ({"expires": datetime(2026, 12, 31)}, "must be a date"),
        ({"expires": date(2026, 11, 20)}, "was 2026-11-20"),
        ({"expires": date(2030, 1, 1)}, "more than 180 days ahead"),
        ({"reason": None}, "reason is missing"),
        ({"reason": " "}, "reason must not be empty"),
        ({"who": None}, "who is missing"),
        ({"id": None}, "id is missing"),
        ({"id": "CVE-26-1"}, "is no name of a vulnerability"),
        ({"id": "cve-2026-48526"}, "is no name of a vulnerability"),
        ({"id": "GHSA-1111"}, "is no name of a vulnerability"),
        ({"id": "ghsa-xgmm-8j9v-c9wx"}, "is no name of a vulnerability"),
        ({"id": "PyJWT"}, "is no name of a vulnerability"),
        ({"id": "DSA-5678 2"}, "is no name of a vulnerability"),
        ({"id": "CVE-2026-48526 "}, "is no name of a vulnerability"),
        ({"package": None}, "exactly one of package, purl, path"),
        ({"purl": "pkg:pypi/pyjwt"}, "exactly one of package, purl, path"),
        ({"package": None, "purl": "pyjwt"}, "is not a package URL"),
        ({"package": None, "path": "function/Dockerfile"}, "is no name of a secret's or misconfiguration's rule"),
        ({"expiry": date(2026, 12, 31)}, "expiry is not a key"),
        ({"packages": "PyJWT"}, "packages is not a key"),
    ],
)
def test_an_accepted_risk_that_is_not_complete_is_refused(changes: dict[str, Any], problem: str) -> None:
    """faults.md, 38."""
    with pytest.raises(UsageError) as caught:
        read_policy({"block": ["HIGH"], "accept": [accept(**changes)]})
    assert problem in caught.value.message
    assert caught.value.message.startswith("release.toml: gate.accept")


# One of each database that trivy-db reads, as it names its advisories.
NAMES = """CVE-2026-48526 GHSA-xgmm-8j9v-c9wx PYSEC-2021-335 RUSTSEC-2020-0001 GO-2022-0001 DSA-5678-2 DLA-1234-1
TEMP-0841856-B18BAF ELSA-2021-1234 RHSA-2020:1234 RLSA-2021:1234 ALSA-2021:1234 ALAS-2021-1234 ALAS2-2021-1
ALAS2023-2023-001 ALAS2LIVEPATCH-2021-051 ALASPYTHON3.8-2023-001 ALAS2NITRO-ENCLAVES-2021-001 SUSE-SU-2019:0048-2
openSUSE-SU-2020:0051-1 USN-4495-1 BIT-2020-11998 BIT-apache-2020-11984 BRSA-bbybjyf8opyg AVG-984 ASA-201908-1
AQUA-2022-1 NSWG-ECO-328 OSVDB-104365 GMS-2021-123 MAL-2024-1 JLSEC-2025-1 CGA-abcd-efgh-jkmn XSA-123 VSV00001"""


@pytest.mark.parametrize("name", NAMES.split())
def test_an_advisory_of_every_database_that_the_scanner_knows_can_be_accepted(name: str) -> None:
    (risk,) = policy(accept=[accept(id=name)]).accepted
    assert risk.covers(vulnerability(name), "export")


def test_the_same_entry_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="is the same entry as one before it"):
        policy(accept=[accept(), accept()])


FILE = """\
[gate]
block = ["HIGH"]
unknwon = "report"

[[gate.accept]]
id = "CVE-2026-48526"
package = "PyJWT"
reason = "one family of algorithms"
who = "member-services"
expires = 2026-12-31

[[gate.accept]]
id = "CVE-2026-48525"
package = "PyJWT"
reason = "no detached payloads"
who = "member-services"
expires = 2026-11-20
"""


def read(text: str) -> Table:
    return Table(text, "", tomllib.loads(text)).table("gate", doc="the gate")


def test_a_misspelt_key_is_refused_with_its_line() -> None:
    """faults.md, 38."""
    with pytest.raises(UsageError, match=r"^release\.toml, line 3: gate\.unknwon is not a key"):
        parse_policy(read(FILE))


def test_a_bad_accepted_risk_is_refused_with_its_own_line_among_several() -> None:
    text = FILE.replace("unknwon", "unknown").replace("CVE-2026-48525", "CVE-1")
    with pytest.raises(UsageError, match=r"^release\.toml, line 13: gate\.accept\.id 'CVE-1' is no name"):
        parse_policy(read(text))


def test_a_risk_that_expired_is_refused_with_its_line_when_the_gate_is_used_and_not_when_the_file_is_read() -> None:
    """faults.md, 38: A release of last year is read to go back to it; what it accepted then is no fault today."""
    rules = parse_policy(read(FILE.replace("unknwon", "unknown")))
    with pytest.raises(UsageError, match=r"^release\.toml, line 17: gate\.accept\.expires of CVE-2026-48525 was"):
        checked_dates(rules, TODAY)
    assert checked_dates(rules, date(2026, 11, 20)) is rules


def test_an_accepted_risk_holds_on_its_last_day() -> None:
    assert policy(accept=[accept(expires=TODAY)]).accepted[0].expires == TODAY


@pytest.mark.parametrize(
    ("entry", "covers"),
    [
        (accept(), True),
        (accept(package="py_jwt"), False),
        (accept(package="pyjwt"), True),
        (accept(id="CVE-2026-48525"), False),
        (accept(id="GHSA-xgmm-8j9v-c9wx"), True),
        (accept(package=None, purl="pkg:pypi/pyjwt"), True),
        (accept(package=None, purl="pkg:pypi/pyjwt@2.8.0"), True),
        (accept(package=None, purl="pkg:pypi/pyjwt@2.9.0"), False),
        (accept(package=None, purl="pkg:npm/pyjwt"), False),
        (accept(image="export"), True),
        (accept(image="report"), False),
    ],
)
def test_what_an_accepted_risk_covers(entry: dict[str, Any], covers: bool) -> None:
    (risk,) = policy(accept=[entry]).accepted
    assert risk.covers(vulnerability(aliases=("GHSA-xgmm-8j9v-c9wx",)), "export") is covers


def test_a_secrets_rule_is_accepted_in_one_file_only() -> None:
    (risk,) = policy(accept=[accept(id="github-pat", package=None, path="var/task/credentials")]).accepted
    assert risk.covers(secret(), "export")
    assert not risk.covers(secret(where="/var/task/other"), "export")


def test_a_misconfigurations_rule_is_accepted_in_one_file_only() -> None:
    (risk,) = policy(accept=[accept(id="DS-0017", package=None, path="function/Dockerfile")]).accepted
    assert risk.covers(misconfiguration(), "export")
    assert not risk.covers(misconfiguration(where="template.yaml"), "export")


@pytest.mark.parametrize(
    ("pattern", "purl", "covers"),
    [
        ("pkg:deb/debian/openssl", "pkg:deb/debian/openssl@3.5.1-1?arch=amd64&distro=debian-13", True),
        ("pkg:deb/debian/openssl?distro=debian-12", "pkg:deb/debian/openssl@3.5.1-1?distro=debian-13", False),
        ("pkg:deb/ubuntu/openssl", "pkg:deb/debian/openssl@3.5.1-1", False),
        ("pkg:pypi/pyjwt", "", False),
        ("", "pkg:pypi/pyjwt", False),
    ],
)
def test_which_packages_a_package_url_covers(pattern: str, purl: str, covers: bool) -> None:
    assert purl_covers(pattern, purl) is covers


def test_another_policy_has_another_hash() -> None:
    hashes = {policy().hash, policy(unknown="report").hash, policy(accept=[accept()]).hash}
    assert len(hashes) == 3
    assert policy(accept=[accept()]).hash == policy(accept=[accept()]).hash


@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text())))
def test_no_table_makes_anything_but_a_policy_or_a_usage_error(table: dict[str, Any]) -> None:
    said = "release.toml: gate"
    try:
        read_policy({"block": ["HIGH"]} | table)
    except UsageError as error:
        said = error.message
    assert said.startswith("release.toml: gate")
