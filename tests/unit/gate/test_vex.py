"""OpenVEX: a statement takes a finding out only with a justification and for the very product (faults.md, 39)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from release.errors import UsageError
from release.gate.verdict import Decision, GateOutcome
from release.gate.vex import JUSTIFICATIONS
from release.gate.vexdocument import parse_vex
from tests.support.findings import DIGEST, secret, verdict, vulnerability


def statement(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "vulnerability": {"name": "CVE-2026-48526"},
        "products": [{"@id": "pkg:pypi/pyjwt@2.8.0"}],
        "status": "not_affected",
        "justification": "vulnerable_code_not_in_execute_path",
    }
    return {key: value for key, value in (values | changes).items() if value is not None}


def issued(*statements: dict[str, Any], timestamp: str = "2026-06-01T00:00:00Z") -> str:
    document = {"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": timestamp, "statements": statements}
    return json.dumps({key: value for key, value in document.items() if value})


def document(**changes: Any) -> str:
    return issued(statement(**changes))


AFFECTED = {"status": "affected", "justification": None, "action_statement": "update"}


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


NO, YES = GateOutcome.BLOCK, GateOutcome.PASS


@pytest.mark.parametrize(
    ("statements", "outcome"),
    [
        # the first has an older time of its own, the second the document's
        ([statement(timestamp="2026-01-01T00:00:00Z"), statement(**AFFECTED)], NO),
        ([statement(**AFFECTED, timestamp="2026-01-01T00:00:00Z"), statement()], YES),
        # the order in the document does not matter while times differ
        ([statement(**AFFECTED), statement(timestamp="2026-01-01T00:00:00Z")], NO),
        ([statement(), statement(**AFFECTED, timestamp="2026-01-01T00:00:00Z")], YES),
        # of equal times the later in the document
        ([statement(), statement(**AFFECTED)], NO),
        ([statement(**AFFECTED), statement()], YES),
        # one moment in two zones, down to the nanosecond
        ([statement(**AFFECTED, timestamp="2026-06-01T01:00:00.000000001+02:00"), statement()], YES),
        ([statement(), statement(status="under_investigation", justification=None)], NO),
        ([statement(), statement(justification=None)], NO),
        # another word on the same finding, by another of its names and products
        ([statement(), statement(**AFFECTED, products=[{"@id": "pkg:oci/export"}])], NO),
        ([statement(), statement(**AFFECTED, vulnerability={"name": "X-1", "aliases": ["CVE-2026-48526"]})], NO),
        # what is said of another product or vulnerability supersedes nothing
        ([statement(), statement(**AFFECTED, products=[{"@id": "pkg:pypi/pyjwt@2.9.0"}])], YES),
        ([statement(), statement(**AFFECTED, vulnerability={"name": "CVE-2026-1111"})], YES),
        # a tag cannot be compared: it excuses nothing, and does not weaken a warning either
        ([statement(), statement(**AFFECTED, products=[{"@id": "pkg:oci/export?tag=1.2.0"}])], NO),
    ],
)
def test_the_last_word_on_a_vulnerability_of_a_product_counts(
    statements: list[dict[str, Any]], outcome: GateOutcome
) -> None:
    """faults.md, 75. OpenVEX 0.2.0: each statement overrides those before it; times cascade from the document."""
    assert verdict(vulnerability(), vex=parse_vex(issued(*statements), "vex.json")).outcome is outcome


def test_a_later_document_supersedes_an_earlier_one_whatever_their_order_in_the_policy() -> None:
    old = parse_vex(issued(statement(), timestamp="2026-01-01T00:00:00Z"), "old.json")
    new = parse_vex(issued(statement(**AFFECTED)), "new.json")
    for vex in (old + new, new + old):
        result = verdict(vulnerability(), vex=vex)
        assert result.outcome is NO
        assert "VEX not applied: old.json, statement 1 (CVE-2026-48526): new.json, statement 1 is newer" in result.notes


OURS = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/export"


@pytest.mark.parametrize(
    ("qualifiers", "where", "outcome"),
    [
        ("repository_url=registry.example.org/another-company/export", OURS, NO),
        ("repository_url=registry.example.org/another-company/export", "team/export", NO),
        ("repository_url=registry.example.org/team/export", OURS, NO),
        ("repository_url=registry.example.org/team/export", "team/export", NO),
        ("repository_url=210987654321.dkr.ecr.eu-west-1.amazonaws.com/team/export", OURS, NO),
        (f"repository_url={OURS}", OURS, YES),
        (f"repository_url=https://{OURS}/", OURS, YES),
        (f"repository_url={OURS}", "team/export", YES),
        ("repository_url=team/export", OURS, YES),
        ("repository_url=team/other", OURS, NO),
        (f"repository_url={OURS}", "", NO),
        ("arch=amd64", OURS, YES),
        ("arch=arm64", OURS, NO),
        ("tag=1.2.0", OURS, NO),
        ("", OURS, YES),
        ("", "team/other-name", NO),
    ],
)
def test_an_image_is_ours_only_with_our_repository_and_architecture(
    qualifiers: str, where: str, outcome: GateOutcome
) -> None:
    """faults.md, 75. package-url/purl-spec, "oci": the name is the repository's last part, repository_url the whole."""
    products = [{"@id": f"pkg:oci/export?{qualifiers}".rstrip("?")}]
    vex = parse_vex(document(products=products), "vex.json")
    assert verdict(vulnerability(), vex=vex, repository=where, architecture="amd64").outcome is outcome


@pytest.mark.parametrize(
    ("product", "outcome"),
    [
        ("pkg:deb/debian/openssl", YES),
        ("pkg:deb/debian/openssl?distro=debian-13", YES),
        ("pkg:deb/debian/openssl?distro=debian-13&arch=amd64", YES),
        ("pkg:deb/debian/openssl?distro=debian-12", NO),
        ("pkg:deb/debian/openssl?arch=arm64", NO),
        ("pkg:deb/debian/openssl?repository_url=deb.example.org", NO),
        ("pkg:deb/debian/openssl@3.5.1-1#lib", NO),
        ("pkg:deb/ubuntu/openssl", NO),
    ],
)
def test_a_package_is_meant_only_with_its_very_qualifiers(product: str, outcome: GateOutcome) -> None:
    found = vulnerability(package="openssl", purl="pkg:deb/debian/openssl@3.5.1-1?arch=amd64&distro=debian-13")
    for products in ([{"@id": product}], [{"@id": "pkg:oci/export", "subcomponents": [{"@id": product}]}]):
        assert verdict(found, vex=parse_vex(document(products=products), "vex.json")).outcome is outcome


@pytest.mark.parametrize(
    ("document_time", "own", "why"),
    [
        ("", None, "neither it nor its document says when it was made"),
        ("2026-06-01", None, "is no time with a zone"),
        ("2026-06-01T00:00:00Z", "yesterday", "'yesterday' is no time with a zone"),
    ],
)
def test_a_statement_without_a_time_is_refused_for_nobody_knows_which_counts(
    document_time: str, own: str | None, why: str
) -> None:
    with pytest.raises(UsageError, match=f"vex.json, statement 1 has no timestamp .*{why}"):
        parse_vex(issued(statement(timestamp=own), timestamp=document_time), "vex.json")


@pytest.mark.parametrize(
    "text",
    [
        document(products={"@id": "pkg:pypi/pyjwt"}),
        document(products=[{"@id": "pkg:oci/export", "subcomponents": 7}]),
        document(vulnerability={"name": "CVE-2026-48526", "aliases": "GHSA-xgmm-8j9v-c9wx"}),
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
