"""Reading the scanner's JSON: what is not understood is refused, what may hide findings is a doubt (35-37)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.adapters.trivy.trivyjson import Unreadable
from release.adapters.trivy.trivyreport import parse_files_report, parse_image_report
from release.errors import GateError
from release.gate.findings import FindingKind, Origin, Package, Severity
from tests.support.findings import accept, policy

IMAGE_ID = "sha256:" + "c" * 64
DIFF_ID = "sha256:" + "b" * 64
LAYER = {"Digest": "sha256:" + "a" * 64, "DiffID": DIFF_ID}


def vulnerability(**changes: Any) -> dict[str, Any]:
    item = {
        "VulnerabilityID": "CVE-2026-48526",
        "VendorIDs": ["GHSA-xgmm-8j9v-c9wx"],
        "PkgName": "PyJWT",
        "PkgPath": "var/task/pyjwt-2.8.0.dist-info/METADATA",
        "PkgIdentifier": {"PURL": "pkg:pypi/pyjwt@2.8.0"},
        "InstalledVersion": "2.8.0",
        "FixedVersion": "2.13.0, 3.0.0",
        "Layer": LAYER,
        "Title": "title",
        "Severity": "HIGH",
    }
    return {key: value for key, value in (item | changes).items() if value is not None}


def document(**changes: Any) -> dict[str, Any]:
    history = [{"created_by": "FROM x"}, {"created_by": "ENV A=b", "empty_layer": True}]
    top = {
        "SchemaVersion": 2,
        "ArtifactName": "/scratch/layout",
        "ArtifactType": "container_image",
        "Metadata": {
            "OS": {"Family": "debian", "Name": "13.1"},
            "ImageID": IMAGE_ID,
            "ImageConfig": {"history": history, "rootfs": {"diff_ids": [DIFF_ID]}},
        },
        "Results": [
            {
                "Target": "layout (debian 13.1)",
                "Class": "os-pkgs",
                "Type": "debian",
                "Packages": [{"Name": "openssl", "Version": "3.5.1", "Release": "1", "Epoch": 1}],
            },
            {
                "Target": "Python",
                "Class": "lang-pkgs",
                "Type": "python-pkg",
                "Packages": [{"Name": "PyJWT", "Version": "2.8.0", "FilePath": "var/task/pyjwt.dist-info/METADATA"}],
                "Vulnerabilities": [vulnerability()],
            },
        ],
    }
    return top | changes


def parse(value: dict[str, Any], log: str = "", **options: Any) -> Any:
    return parse_image_report(json.dumps(value), log, IMAGE_ID, **options)


def test_a_vulnerability_with_all_that_is_known_of_it() -> None:
    report = parse(document())
    (finding,) = report.findings
    assert (finding.kind, finding.id, finding.severity) == (FindingKind.VULNERABILITY, "CVE-2026-48526", Severity.HIGH)
    assert (finding.package, finding.installed, finding.fixed) == ("PyJWT", "2.8.0", ("2.13.0", "3.0.0"))
    assert finding.origin == Origin("sha256:" + "a" * 64, "FROM x")
    assert finding.names == {"CVE-2026-48526", "GHSA-xgmm-8j9v-c9wx"}
    assert report.packages[0] == Package("openssl", "1:3.5.1-1", "debian")
    assert (report.os_family, report.os_name, report.end_of_life, report.doubts) == ("debian", "13.1", False, ())


def test_a_secret_is_reported_without_the_secret() -> None:
    item = {"RuleID": "github-pat", "Severity": "CRITICAL", "Match": "ghp_***", "StartLine": 3, "Layer": LAYER}
    secrets = {"Target": "/var/task/x", "Class": "secret", "Secrets": [item]}
    report = parse(document(Results=[*document()["Results"], secrets]))
    finding = report.findings[-1]
    assert (finding.kind, finding.where, finding.line) == (FindingKind.SECRET, "/var/task/x", 3)
    assert "ghp_" not in repr(finding)


def test_a_secret_in_the_images_configuration_names_it() -> None:
    item = {"RuleID": "github-pat", "Severity": "CRITICAL", "Match": "x", "StartLine": 3}
    secrets = {"Target": "/scratch/layout", "Class": "secret", "Secrets": [item]}
    report = parse(document(Results=[*document()["Results"], secrets]))
    assert report.findings[-1].where == "the image's configuration (environment, labels, history)"


def test_a_package_of_the_system_is_in_the_system_and_not_in_the_folder_that_was_scanned() -> None:
    results = document()["Results"]
    results[0] |= {"Target": "/scratch/layout (debian 13.1)", "Vulnerabilities": [vulnerability(PkgPath="")]}
    findings = parse(document(Results=results)).findings
    assert "debian 13.1" in [finding.where for finding in findings]
    assert not any("scratch" in finding.where for finding in findings)


@pytest.mark.parametrize("severity", [None, "UNKNOWN", ""])
def test_no_severity_record_means_unknown(severity: str | None) -> None:
    """faults.md, 37."""
    results = document()["Results"]
    results[1]["Vulnerabilities"] = [vulnerability(Severity=severity)]
    assert parse(document(Results=results)).findings[0].severity is Severity.UNKNOWN


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "printed nothing"),
        ("  \n", "printed nothing"),
        ("{", "not whole JSON"),
        (json.dumps(document())[:-20], "not whole JSON"),
        ("[]", "not a JSON object"),
        ("null", "not a JSON object"),
        (json.dumps(document(SchemaVersion=1)), "schema version 1"),
        (json.dumps(document(SchemaVersion=3)), "schema version 3"),
        (json.dumps(document(SchemaVersion=None)), "schema version None"),
        (json.dumps(document(ArtifactType="filesystem")), "about 'filesystem'"),
        (json.dumps(document(Metadata={"ImageID": "sha256:other"})), "about image 'sha256:other'"),
        (json.dumps(document(Metadata={})), "about image None"),
        (json.dumps(document(Results={"a": 1})), "results of an unknown form"),
        (json.dumps(document(Results=[1])), "results of an unknown form"),
        (json.dumps(document(Results=[{"Type": 1}])), "Type in the scanner's report"),
        (json.dumps(document(Results=[{"Packages": {}}, {"Packages": 3}])), "Packages of an unknown form"),
        (json.dumps(document(Results=[{"Vulnerabilities": [vulnerability(Severity="AWFUL")]}])), "unknown severity"),
        (json.dumps(document(Results=[{"Vulnerabilities": [vulnerability(PkgName=None)]}])), "has no PkgName"),
        (json.dumps(document(Results=[{"Vulnerabilities": [vulnerability(VulnerabilityID="")]}])), "no Vulnerability"),
        (json.dumps(document(Results=[{"Secrets": [{"Severity": "LOW"}]}])), "has no RuleID"),
    ],
)
def test_a_report_that_is_not_understood_is_refused(text: str, why: str) -> None:
    """faults.md, 35."""
    with pytest.raises(Unreadable) as caught:
        parse_image_report(text, "", IMAGE_ID)
    assert why in caught.value.message
    assert caught.value.exit_code == GateError.exit_code
    assert caught.value.next_step


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner)))
def test_any_json_in_place_of_the_results_is_read_or_refused(value: Any) -> None:
    """faults.md, 35."""
    said = "read"
    try:
        parse(document(Results=value))
    except Unreadable as error:
        said = error.next_step
    assert said in ("read", "run release scan again")


@given(st.integers(0, 400))
def test_a_report_cut_off_anywhere_is_refused(length: int) -> None:
    """faults.md, 35."""
    with pytest.raises(Unreadable):
        parse_image_report(json.dumps(document())[:length], "", IMAGE_ID)


def metadata(**system: Any) -> dict[str, Any]:
    return {**document()["Metadata"], "OS": system}


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"Results": None}, "no package of the operating system debian 13.1"),
        ({"Results": []}, "no package of the operating system debian 13.1"),
        ({"Results": document()["Results"][1:]}, "no package of the operating system debian 13.1"),
        ({"Metadata": {"ImageID": IMAGE_ID}}, "no operating system was recognised"),
        ({"Metadata": metadata()}, "no operating system was recognised"),
        ({"Metadata": metadata(Family="none")}, "no operating system was recognised"),
        ({"Metadata": metadata(Family="fedora", Name="43")}, "no advisories for the operating system fedora 43"),
    ],
)
def test_what_may_hide_findings_is_a_doubt(changes: dict[str, Any], doubt: str) -> None:
    """faults.md, 36."""
    assert any(doubt in said for said in parse(document(**changes)).doubts)


def test_an_end_of_life_is_told() -> None:
    """faults.md, 36."""
    assert parse(document(Metadata=metadata(Family="debian", Name="8.0", EOSL=True))).end_of_life


@pytest.mark.parametrize(
    ("ecosystem", "version", "readable"),
    [
        ("python-pkg", "2.8.0", True),
        ("python-pkg", "1!2.0rc1.post2.dev3+local.1", True),
        ("python-pkg", "2.8.x", False),
        ("python-pkg", "", False),
        ("debian", "1:1.2.3~rc1-4+deb13u1", True),
        ("debian", "13.8", True),
        ("debian", "v13", False),
        ("amazon", "2.34-196.amzn2023.0.1", True),
        ("amazon", "", False),
        ("gobinary", "(devel)", True),
        ("npm", "", False),
    ],
)
def test_a_version_that_cannot_be_compared_is_a_doubt(ecosystem: str, version: str, readable: bool) -> None:
    extra = {"Target": "x", "Type": ecosystem, "Packages": [{"Name": "thing", "Version": version}]}
    doubts = parse(document(Results=[*document()["Results"], extra])).doubts
    assert (not any("of thing" in doubt for doubt in doubts)) is readable


def test_a_compiled_program_without_a_version_of_its_own_is_a_note() -> None:
    extra = {"Target": "usr/bin/x", "Type": "gobinary", "Packages": [{"Name": "example.org/x", "Version": ""}]}
    report = parse(document(Results=[*document()["Results"], extra]))
    assert report.doubts == ()
    assert any("of example.org/x" in note for note in report.notes)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("2026-11-21T04:36:28Z\tINFO\tDetected OS", "nothing"),
        ("not a log line", "nothing"),
        ("2026-11-21T04:36:28Z\tWARN\tUnsupported os\tfamily=x", "doubt"),
        ("2026-11-21T04:36:28Z\tWARN\t[dpkg] Invalid version\tpackage=x", "doubt"),
        ("2026-11-21T04:36:28Z\tERROR\tsomething new", "doubt"),
        ("2026-11-21T04:36:28Z\tFATAL\tFatal error", "doubt"),
        ("2026-11-21T04:36:28Z\tWARN\tThis OS version is not on the EOL list", "doubt"),
        ("2026-11-21T04:36:28Z\tWARN\tThis OS version is no longer supported by the distribution\tx=y", "note"),
        ("2026-11-21T04:36:28Z\tWARN\t[secret] The size of the scanned file is too large. It is", "note"),
    ],
)
def test_a_warning_is_a_doubt_unless_it_is_known_to_be_harmless(line: str, kind: str) -> None:
    report = parse(document(), log=f"{line}\n")
    assert (bool(report.doubts), bool(report.notes)) == (kind == "doubt", kind == "note")


def test_the_policy_may_declare_a_warning_harmless() -> None:
    log = "2026-11-21T04:36:28Z\tWARN\tsomething new\tx=y\n"
    report = parse(document(), log, harmless=("something new",))
    assert (report.doubts, report.notes) == ((), ("the scanner warns: something new x=y",))


def files_document(*targets: str) -> str:
    failure = {"ID": "DS-0002", "Severity": "HIGH", "Status": "FAIL", "Message": "m", "Resolution": "r"}
    results = [
        {
            "Target": target,
            "Class": "config",
            "MisconfSummary": {"Successes": 20, "Failures": 1},
            "Misconfigurations": [failure | {"CauseMetadata": {"StartLine": 7}}, failure | {"Status": "PASS"}],
        }
        for target in targets
    ]
    return json.dumps({"SchemaVersion": 2, "ArtifactType": "filesystem", "Results": results})


def test_misconfigurations_that_failed_are_findings() -> None:
    report = parse_files_report(files_document("Dockerfile"), "", ["Dockerfile"])
    (finding,) = report.findings
    assert (finding.kind, finding.id, finding.line, finding.advice) == (FindingKind.MISCONFIGURATION, "DS-0002", 7, "r")
    assert report.doubts == ()


@pytest.mark.parametrize("name", ["DS-0002", "AVD-DS-0002", "DS002"])
def test_a_rule_can_be_accepted_by_each_name_that_it_goes_by(name: str) -> None:
    (finding,) = parse_files_report(files_document("Dockerfile"), "", ["Dockerfile"]).findings
    (risk,) = policy(accept=[accept(id=name, package=None, path="Dockerfile")]).accepted
    assert risk.covers(finding, "export")


def test_a_file_without_any_check_is_a_doubt() -> None:
    report = parse_files_report(files_document("Dockerfile"), "", ["Dockerfile", "template.yaml"])
    assert report.doubts == ("no check of the scanner applied to template.yaml",)
