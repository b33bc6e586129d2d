"""OpenVEX: a statement takes a finding out only with a justification and for the very product (faults.md, 39)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from release.errors import UsageError
from release.gate.verdict import Decision, GateOutcome
from release.gate.vex import JUSTIFICATIONS, parse_vex
from tests.support.findings import DIGEST, secret, verdict, vulnerability


def document(**changes: Any) -> str:
    statement: dict[str, Any] = {
        "vulnerability": {"name": "CVE-2026-48526"},
        "products": [{"@id": "pkg:pypi/pyjwt@2.8.0"}],
        "status": "not_affected",
        "justification": "vulnerable_code_not_in_execute_path",
    }
    chosen = {key: value for key, value in (statement | changes).items() if value is not None}
    return json.dumps({"@context": "https://openvex.dev/ns/v0.2.0", "statements": [chosen]})


@pytest.mark.parametrize("justification", sorted(JUSTIFICATIONS))
def test_a_justified_statement_about_the_package_takes_the_finding_out(justification: str) -> None:
    result = verdict(vulnerability(), vex=parse_vex(document(justification=justification), "vex.json"))
    assert result.outcome is GateOutcome.PASS
    assert [item.decision for item in result.judged] == [Decision.NOT_AFFECTED]
    assert justification in result.judged[0].reason


@pytest.mark.parametrize(
    "products",
    [
        [{"@id": "pkg:pypi/pyjwt"}],
        ["pkg:pypi/pyjwt@2.8.0"],
        [{"@id": "x", "identifiers": {"purl": "pkg:pypi/pyjwt"}}],
        [{"@id": f"pkg:oci/export@{DIGEST.replace(':', '%3A')}", "subcomponents": [{"@id": "pkg:pypi/pyjwt"}]}],
        [{"@id": "pkg:oci/export", "subcomponents": [{"@id": "pkg:pypi/pyjwt@2.8.0"}]}],
        [{"@id": f"pkg:oci/export@{DIGEST.replace(':', '%3A')}"}],
        [{"@id": "pkg:pypi/other"}, {"@id": "pkg:pypi/pyjwt"}],
    ],
)
def test_the_product_may_be_named_in_each_of_the_ways_openvex_has(products: list[Any]) -> None:
    result = verdict(vulnerability(), vex=parse_vex(document(products=products), "vex.json"))
    assert result.outcome is GateOutcome.PASS


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"justification": None}, "no justification"),
        ({"justification": None, "impact_statement": "we do not use it"}, "no justification"),
        ({"justification": "because"}, "is no justification"),
        ({"status": "fixed", "justification": None}, "status is fixed"),
        ({"status": "under_investigation"}, "status is under_investigation"),
        ({"status": "affected"}, "status is affected"),
        ({"products": None}, "names no product"),
        ({"products": [{"@id": "pkg:pypi/pyjwt@2.9.0"}]}, "none of its products"),
        ({"products": [{"@id": "pkg:pypi/requests"}]}, "none of its products"),
        ({"products": [{"@id": "pkg:oci/report"}]}, "none of its products"),
        ({"products": [{"@id": "pkg:oci/export@sha256%3A" + "e" * 64}]}, "none of its products"),
        ({"products": [{"@id": "pkg:oci/export", "subcomponents": [{"@id": "pkg:pypi/x"}]}]}, "none of its products"),
        ({"products": [{"@id": "pkg:pypi/pyjwt", "subcomponents": [{"@id": "pkg:pypi/x"}]}]}, "none of its products"),
        ({"products": [{"@id": ""}, {}, 7]}, "none of its products"),
    ],
)
def test_a_statement_that_does_not_apply_changes_nothing_and_is_told(changes: dict[str, Any], why: str) -> None:
    result = verdict(vulnerability(), vex=parse_vex(document(**changes), "vex.json"))
    assert result.outcome is GateOutcome.BLOCK
    (note,) = result.notes
    assert note.startswith("VEX not applied: vex.json, statement 1 (CVE-2026-48526)")
    assert why in note


def test_a_statement_about_another_vulnerability_changes_nothing() -> None:
    vex = parse_vex(document(vulnerability={"name": "CVE-2026-1111"}), "vex.json")
    assert verdict(vulnerability(), vex=vex).outcome is GateOutcome.BLOCK


def test_an_alias_names_the_vulnerability_too() -> None:
    vex = parse_vex(document(vulnerability={"name": "GHSA-xgmm-8j9v-c9wx"}), "vex.json")
    assert verdict(vulnerability(aliases=("GHSA-xgmm-8j9v-c9wx",)), vex=vex).outcome is GateOutcome.PASS


def test_a_statement_never_takes_a_secret_out() -> None:
    vex = parse_vex(document(vulnerability={"name": "github-pat"}, products=[{"@id": "pkg:oci/export"}]), "vex.json")
    assert verdict(secret(), vex=vex).outcome is GateOutcome.BLOCK


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"statements": []}',
        '{"@context": "https://openvex.dev/ns/v0.2.0"}',
        '{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [1]}',
        '{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [{"status": "not_affected"}]}',
        document(status="harmless"),
    ],
)
def test_what_is_no_openvex_document_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"vex\.json"):
        parse_vex(text, "vex.json")
