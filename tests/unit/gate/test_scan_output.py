"""What people and code scanning see of a verdict."""

from __future__ import annotations

from datetime import date

from release.gate.findings import Origin, Severity
from release.gate.sarif import sarif
from release.gate.scanrecord import ScanRecord, record_of
from release.gate.scantext import markdown, terminal
from release.gate.verdict import Verdict, cannot_tell
from tests.support.findings import DATABASE, DIGEST, LAYER, NOW, accept, policy, secret, verdict, vulnerability


def said(result: Verdict) -> str:
    return "\n".join(terminal(result, record(result)))


def record(result: Verdict) -> ScanRecord:
    return record_of(
        result, time=NOW, database=DATABASE.updated, policy=policy().hash, scanner="trivy 0.72.0", packages=183
    )


def test_the_terminal_names_package_fix_layer_and_what_to_do() -> None:
    text = said(verdict(vulnerability()))
    assert "block: 1 of 1 findings block; 183 packages seen; database of 2026-11-21 09:00 UTC" in text
    assert "HIGH CVE-2026-48526 PyJWT 2.8.0, fixed in 2.13.0: severity HIGH (gate.block)" in text
    assert "came in with layer sha256:1111" in text
    assert "(RUN pip install PyJWT==2.8.0)" in text
    assert "do: pip: raise PyJWT to 2.13.0" in text


def test_the_terminal_says_why_nobody_can_tell() -> None:
    assert "cannot tell: trivy failed" in said(cannot_tell("export", DIGEST, ["trivy failed"]))


def test_the_terminal_names_accepted_risks_and_counts_the_rest() -> None:
    low = vulnerability("CVE-2024-53861", severity=Severity.LOW)
    text = said(verdict(vulnerability(), low, policy=policy(accept=[accept()])))
    assert "accepted: HIGH CVE-2026-48526" in text
    assert "member-services, until 2026-12-31" in text
    assert "reported, does not block: 1 (1 LOW)" in text


def test_the_summary_puts_what_stops_the_release_first() -> None:
    good, bad = verdict(image="aaa"), verdict(vulnerability(), image="zzz")
    text = markdown([(good, record(good)), (bad, record(bad))])
    assert text.index("⛔ zzz") < text.index("✅ aaa")
    assert "- pip: raise PyJWT to 2.13.0" in text


def test_text_from_outside_cannot_break_the_summary() -> None:
    evil = vulnerability(package="x|y\n<script>`[a](b)", fixed=("1|2",))
    result = verdict(evil)
    row = next(line for line in markdown([(result, record(result))]).splitlines() if "CVE-2026-48526" in line)
    assert row.replace("\\|", "").count("|") == 8
    assert "x\\|y \\<script>\\`\\[a](b)" in row


def test_text_from_outside_neither_acts_on_a_terminal_nor_on_a_workflow_s_log() -> None:
    """faults.md, 67."""
    evil = vulnerability(package="\x1b[2Kx\u202e\n::error::y", origin=Origin(LAYER, "RUN true\n::warning::z"))
    result = verdict(evil)
    text = "\n".join(terminal(result, record(result))) + markdown([(result, record(result))])
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]


def test_sarif_holds_what_blocks_and_nothing_below() -> None:
    low = vulnerability("CVE-2024-53861", severity=Severity.LOW)
    accepted = policy(accept=[accept(id="CVE-2026-32597")])
    result = verdict(vulnerability(), low, vulnerability("CVE-2026-32597"), secret(), policy=accepted)
    (run,) = sarif([result], version="1.4.0")["runs"]
    assert {item["ruleId"] for item in run["results"]} == {"CVE-2026-48526", "github-pat"}
    assert {item["level"] for item in run["results"]} == {"error"}
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["CVE-2026-48526", "github-pat"]
    assert all(run["tool"]["driver"]["rules"][item["ruleIndex"]]["id"] == item["ruleId"] for item in run["results"])
    assert run["invocations"][0]["executionSuccessful"] is True


def test_sarif_warns_of_what_the_live_image_has_too() -> None:
    live = {vulnerability().key: date(2026, 10, 1)}
    result = verdict(vulnerability(), policy=policy(mode="new-only", compare_with="production"), live=live)
    assert [item["level"] for item in sarif([result], version="1")["runs"][0]["results"]] == ["warning"]


def test_sarif_says_that_a_scan_could_not_tell() -> None:
    (run,) = sarif([cannot_tell("export", DIGEST, ["trivy failed"])], version="1")["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "trivy failed" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_sarif_locations_are_relative_and_fingerprints_tell_images_apart() -> None:
    system = vulnerability(where="layout (debian 13.1)", package="openssl", ecosystem="debian")
    runs = sarif([verdict(secret(), system), verdict(secret(), image="report")], version="1")["runs"]
    results = runs[0]["results"]
    uris = {item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for item in results}
    assert uris == {"var/task/credentials", "export"}
    prints = [item["partialFingerprints"]["finding/v1"] for item in results]
    assert len(set(prints)) == 3
