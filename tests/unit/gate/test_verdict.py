"""The verdict: tables of the policy, and the three properties that hold for every report and policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.errors import UsageError
from release.gate.findings import Finding, FindingKind, Package, Severity
from release.gate.judging import judge
from release.gate.policy import GatePolicy
from release.gate.verdict import Decision, GateOutcome, Verdict, cannot_tell, checked_accepted
from release.gate.vex import ImageName
from tests.support.findings import (
    DATABASE,
    DIGEST,
    PACKAGES,
    TODAY,
    accept,
    misconfiguration,
    policy,
    report,
    secret,
    verdict,
    vulnerability,
)


@pytest.mark.parametrize(
    ("finding", "rules", "outcome"),
    [
        (vulnerability(), {}, GateOutcome.BLOCK),
        (vulnerability(severity=Severity.MEDIUM), {}, GateOutcome.PASS),
        (vulnerability(severity=Severity.MEDIUM), {"block": ["MEDIUM"]}, GateOutcome.BLOCK),
        (vulnerability(severity=Severity.CRITICAL), {"block": ["HIGH"]}, GateOutcome.PASS),
        (vulnerability(severity=Severity.UNKNOWN), {}, GateOutcome.BLOCK),
        (vulnerability(severity=Severity.UNKNOWN), {"unknown": "report"}, GateOutcome.PASS),
        (vulnerability(fixed=()), {}, GateOutcome.BLOCK),
        (vulnerability(fixed=()), {"unfixed": "report"}, GateOutcome.PASS),
        (vulnerability(), {"unfixed": "report"}, GateOutcome.BLOCK),
        (vulnerability(severity=Severity.UNKNOWN, fixed=()), {"unfixed": "report"}, GateOutcome.PASS),
        (secret(), {"unfixed": "report", "unknown": "report"}, GateOutcome.BLOCK),
        (secret(severity=Severity.UNKNOWN), {"unknown": "report"}, GateOutcome.BLOCK),
        (misconfiguration(), {}, GateOutcome.BLOCK),
        (misconfiguration(), {"unfixed": "report"}, GateOutcome.BLOCK),
        (misconfiguration(), {"misconfigurations": []}, GateOutcome.PASS),
        (misconfiguration(severity=Severity.UNKNOWN), {"misconfigurations": []}, GateOutcome.BLOCK),
        (misconfiguration(severity=Severity.LOW), {}, GateOutcome.PASS),
        (vulnerability(), {"accept": [accept()]}, GateOutcome.PASS),
        (secret(), {"accept": [accept(id="github-pat", package=None, path="var/task/credentials")]}, GateOutcome.PASS),
    ],
)
def test_the_policy_decides(finding: Finding, rules: dict[str, Any], outcome: GateOutcome) -> None:
    assert verdict(finding, policy=policy(**rules)).outcome is outcome


def test_nothing_found_passes() -> None:
    assert verdict().outcome is GateOutcome.PASS


def test_what_does_not_block_is_still_listed_with_its_reason() -> None:
    result = verdict(vulnerability(severity=Severity.UNKNOWN), policy=policy(unknown="report"))
    (judged,) = result.of(Decision.REPORTED)
    assert judged.reason == 'severity UNKNOWN (gate.unknown = "report")'


def test_an_accepted_risk_names_who_answers_for_it_and_until_when() -> None:
    result = verdict(vulnerability(), policy=policy(accept=[accept()]))
    (judged,) = result.of(Decision.ACCEPTED)
    assert judged.reason == "tokens are verified with one algorithm family only (member-services, until 2026-12-31)"


def test_an_accepted_risk_does_not_hold_after_its_last_day() -> None:
    rules = policy(accept=[accept(expires=TODAY)])
    tomorrow = judge(report(vulnerability()), rules, DATABASE, date(2026, 11, 22), image=ImageName("export", DIGEST))
    assert tomorrow.outcome is GateOutcome.BLOCK


# doubts


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"doubts": ("the scanner warns: x",)}, "the scanner warns: x"),
        ({"packages": PACKAGES[:1]}, "no package of kind python-pkg was found"),
        ({"packages": ()}, "no package of kind python-pkg was found"),
        ({"end_of_life": True}, "debian 13.1 is past its end of life"),
        ({"os_name": "14"}, "holds no advisories for debian 14"),
        ({"os_family": "alpine", "os_name": "3.19.1"}, "holds no advisories for alpine 3.19"),
        ({"os_family": "amazon", "os_name": "2023.9.20251110 (Amazon Linux)"}, "no advisories for amazon linux 2023"),
    ],
)
def test_a_doubt_means_that_nobody_can_tell(changes: dict[str, Any], doubt: str) -> None:
    """faults.md, 36."""
    result = judge(report(**changes), policy(), DATABASE, TODAY, image=ImageName("export", DIGEST))
    assert result.outcome is GateOutcome.CANNOT_TELL
    assert any(doubt in said for said in result.doubts)


def test_the_policy_may_report_an_end_of_life() -> None:
    rules = policy(end_of_life="report")
    result = judge(report(end_of_life=True), rules, DATABASE, TODAY, image=ImageName("export", DIGEST))
    assert result.outcome is GateOutcome.PASS
    assert any("past its end of life" in note for note in result.notes)


def test_without_a_report_nobody_can_tell() -> None:
    """faults.md, 35."""
    assert cannot_tell("export", DIGEST, ["trivy failed"]).outcome is GateOutcome.CANNOT_TELL
    assert cannot_tell("export", DIGEST, []).outcome is GateOutcome.CANNOT_TELL


# only what is new

NEW_ONLY = policy(mode="new-only", compare_with="production")


def test_only_new_findings_block_and_the_rest_is_listed_and_dated() -> None:
    known = vulnerability("CVE-2026-32597")
    live = {known.key: date(2026, 10, 1)}
    result = verdict(known, vulnerability(), policy=NEW_ONLY, live=live)
    assert [finding.id for finding in result.blocking] == ["CVE-2026-48526"]
    (judged,) = result.of(Decision.KNOWN)
    assert (judged.finding, judged.since) == (known, date(2026, 10, 1))
    assert "2026-10-01" in judged.reason


def test_another_version_of_the_package_with_the_same_vulnerability_is_not_new() -> None:
    live = {vulnerability(installed="2.7.0").key: TODAY}
    assert verdict(vulnerability(), policy=NEW_ONLY, live=live).outcome is GateOutcome.PASS


@pytest.mark.parametrize("finding", [secret(), misconfiguration()])
def test_only_a_vulnerability_is_excused_by_the_live_image(finding: Finding) -> None:
    """faults.md, 10: a secret is readable by everybody who can pull the image; a file is not in the image."""
    assert verdict(finding, policy=NEW_ONLY, live={finding.key: TODAY}).outcome is GateOutcome.BLOCK
    assert verdict(finding, policy=NEW_ONLY, live=None).outcome is GateOutcome.BLOCK


def test_without_a_live_image_everything_is_new() -> None:
    assert verdict(vulnerability(), policy=NEW_ONLY, live={}).outcome is GateOutcome.BLOCK


def test_when_nobody_looked_at_what_is_live_what_it_could_excuse_is_undecided() -> None:
    result = verdict(vulnerability(), policy=NEW_ONLY, live=None)
    assert result.outcome is GateOutcome.UNDECIDED
    (judged,) = result.of(Decision.UNDECIDED)
    assert judged.reason == "severity HIGH (gate.block), unless production has it too"
    assert verdict(vulnerability(), secret(), policy=NEW_ONLY, live=None).outcome is GateOutcome.BLOCK
    assert verdict(vulnerability(), live=None).outcome is GateOutcome.BLOCK, "in the other mode nothing is excused"


def test_lambda_ignores_user_so_its_absence_is_accepted_whatever_the_policy() -> None:
    result = verdict(misconfiguration(id="DS-0002", severity=Severity.CRITICAL))
    assert result.outcome is GateOutcome.PASS
    (judged,) = result.of(Decision.ACCEPTED)
    assert "Lambda ignores USER" in judged.reason
    assert verdict(vulnerability(id="DS-0002")).outcome is GateOutcome.BLOCK


def test_what_somebody_wrote_about_user_is_used_all_the_same() -> None:
    rules = policy(accept=[accept(id="DS-0002", package=None, path="function/Dockerfile")])
    result = verdict(misconfiguration(id="DS-0002"), policy=rules)
    checked_accepted(rules, [result])
    assert "member-services" in result.judged[0].reason


def test_in_the_other_mode_what_is_live_excuses_nothing() -> None:
    live = {vulnerability().key: date(2026, 10, 1)}
    assert verdict(vulnerability(), live=live).outcome is GateOutcome.BLOCK


def test_a_finding_keeps_the_day_it_was_first_seen() -> None:
    result = verdict(vulnerability(), seen={vulnerability().key: date(2026, 9, 1)})
    assert result.judged[0].since == date(2026, 9, 1)


# remedies


def test_one_line_raises_a_package_far_enough_for_all_its_findings() -> None:
    result = verdict(
        vulnerability("CVE-2026-32597", fixed=("2.12.0",)),
        vulnerability("CVE-2026-48526", fixed=("2.13.0",)),
        vulnerability("CVE-2022-29217", package="pyjwt", fixed=("2.4.0", "2.9.0")),
    )
    assert result.remedies == ("pip: raise PyJWT to 2.13.0",)


@pytest.mark.parametrize(
    ("finding", "line"),
    [
        (vulnerability(fixed=("1.9.0", "2.8.1", "3.0.0")), "pip: raise PyJWT to 2.8.1"),
        (vulnerability(fixed=("nonsense",)), "pip: raise PyJWT to nonsense"),
        (vulnerability(fixed=()), "pip: no fixed version of PyJWT is published"),
        (
            vulnerability(ecosystem="debian", package="openssl", fixed=("3.5.1-1+deb13u1",)),
            "debian: raise openssl to 3.5.1-1+deb13u1",
        ),
        (secret(), "/var/task/credentials: take the secret out of the build context"),
        (misconfiguration(), "function/Dockerfile: Combine 'RUN apt-get update' and"),
    ],
)
def test_every_finding_has_a_line_that_would_mend_it(finding: Finding, line: str) -> None:
    (remedy,) = verdict(finding).remedies
    assert remedy.startswith(line)


# accepted risks that cover nothing


def test_an_accepted_risk_that_covers_nothing_is_an_error() -> None:
    rules = policy(accept=[accept(package="PyJTW")])
    with pytest.raises(UsageError, match=r"CVE-2026-48526 \(PyJTW\)"):
        checked_accepted(rules, [verdict(vulnerability(), policy=rules)])


def test_an_accepted_risk_may_be_about_one_image_of_several() -> None:
    rules = policy(accept=[accept()])
    checked_accepted(rules, [verdict(policy=rules), verdict(vulnerability(), policy=rules)])


def test_an_accepted_risk_is_not_judged_by_a_scan_that_could_not_tell() -> None:
    rules = policy(accept=[accept()])
    checked_accepted(rules, [cannot_tell("export", DIGEST, ["trivy failed"])])


# properties

SEVERITIES = [severity.value for severity in Severity if severity is not Severity.UNKNOWN]

findings = st.builds(
    lambda kind, number, severity, fixed, name: {
        FindingKind.VULNERABILITY: vulnerability(f"CVE-2026-{number}", severity=severity, fixed=fixed, package=name),
        FindingKind.SECRET: secret(severity=severity, where=f"/opt/{number}"),
        FindingKind.MISCONFIGURATION: misconfiguration(severity=severity, id=f"DS-{number}"),
    }[kind],
    st.sampled_from(FindingKind),
    st.integers(1000, 1004),
    st.sampled_from(Severity),
    st.sampled_from([(), ("2.13.0",)]),
    st.sampled_from(["PyJWT", "requests"]),
)
accepts = st.builds(
    lambda number, name: accept(id=f"CVE-2026-{number}", package=name),
    st.integers(1000, 1004),
    st.sampled_from(["PyJWT", "requests"]),
)
tables = st.fixed_dictionaries(
    {
        "block": st.lists(st.sampled_from(SEVERITIES), min_size=1, unique=True),
        "misconfigurations": st.lists(st.sampled_from(SEVERITIES), unique=True),
        "unknown": st.sampled_from(["block", "report"]),
        "unfixed": st.sampled_from(["block", "report"]),
        "end-of-life": st.sampled_from(["block", "report"]),
        "mode": st.sampled_from(["all", "new-only"]),
        "accept": st.lists(accepts, max_size=3, unique_by=lambda entry: (entry["id"], entry["package"])),
    }
)
doubts = st.lists(st.sampled_from(["a", "b"]), max_size=1).map(tuple)


def _judged(
    items: list[Finding], table: dict[str, Any], said: tuple[str, ...], live: list[Finding], eol: bool
) -> Verdict:
    table = {"compare-with": "production"} | table
    rules: GatePolicy = policy(**{key.replace("-", "_"): value for key, value in table.items()})
    seen = report(*items, doubts=said, end_of_life=eol)
    known = {finding.key: TODAY for finding in live}
    return judge(seen, rules, DATABASE, TODAY, image=ImageName("export", DIGEST), live=known)


@given(st.lists(findings), findings, tables, doubts, st.lists(findings), st.booleans())
def test_adding_a_finding_never_turns_a_refusal_into_a_pass(
    items: list[Finding], more: Finding, table: dict[str, Any], said: tuple[str, ...], live: list[Finding], eol: bool
) -> None:
    if _judged([*items, more], table, said, live, eol).outcome is GateOutcome.PASS:
        assert _judged(items, table, said, live, eol).outcome is GateOutcome.PASS


@given(st.lists(findings).flatmap(lambda items: st.tuples(st.just(items), st.permutations(items))), tables, doubts)
def test_the_order_of_findings_does_not_matter(
    orders: tuple[list[Finding], list[Finding]], table: dict[str, Any], said: tuple[str, ...]
) -> None:
    first, second = (_judged(items, table, said, [], False) for items in orders)
    assert first == second


@st.composite
def tightened(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    table = draw(tables)
    tighter = dict(table)
    for key in ("block", "misconfigurations"):
        tighter[key] = sorted({*table[key], *draw(st.lists(st.sampled_from(SEVERITIES)))})
    for key, closed in (("unknown", "block"), ("unfixed", "block"), ("end-of-life", "block"), ("mode", "all")):
        tighter[key] = draw(st.sampled_from([table[key], closed]))
    tighter["accept"] = [entry for entry in table["accept"] if draw(st.booleans())]
    return table, tighter


@given(st.lists(findings), tightened(), doubts, st.lists(findings), st.booleans())
def test_a_tighter_policy_never_lets_more_through(
    items: list[Finding],
    policies: tuple[dict[str, Any], dict[str, Any]],
    said: tuple[str, ...],
    live: list[Finding],
    eol: bool,
) -> None:
    loose, tight = (_judged(items, table, said, live, eol) for table in policies)
    if tight.outcome is GateOutcome.PASS:
        assert loose.outcome is GateOutcome.PASS
    assert set(loose.blocking) <= set(tight.blocking)


@given(st.lists(findings), tables)
def test_every_finding_is_listed_exactly_once(items: list[Finding], table: dict[str, Any]) -> None:
    result = _judged(items, table, (), [], False)
    assert sorted(map(repr, (judged.finding for judged in result.judged))) == sorted(map(repr, set(items)))


def test_a_package_kind_that_is_expected_and_there_is_no_doubt() -> None:
    seen = replace(report(), packages=(*PACKAGES, Package("left-pad", "1.0.0", "node-pkg")))
    rules = policy(expect=["python-pkg", "node-pkg"])
    assert judge(seen, rules, DATABASE, TODAY, image=ImageName("export", DIGEST)).outcome is GateOutcome.PASS
