"""SARIF 2.1.0 for code scanning, with the verdict's own filter: what the policy blocks, nothing below it.

The fields are those that "SARIF support for code scanning" (GitHub documentation) reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from release.gate.findings import Finding, Severity
from release.gate.remedy import remedy
from release.gate.verdict import Decision, Judged, Verdict

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Decision.BLOCKS: "error", Decision.UNDECIDED: "warning", Decision.KNOWN: "warning"}

#: GitHub sorts alerts by this number: over 9.0 critical, 7.0 high, 4.0 medium, above 0 low.
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.UNKNOWN: "0.0",
}


def sarif(verdicts: Sequence[Verdict], *, version: str) -> dict[str, Any]:
    """One SARIF run over all images: what blocks as errors, what the live image has (or may have) too as warnings.

    An image nobody could tell about makes the run unsuccessful, with its reasons as notifications.
    """
    judged = [(verdict, item) for verdict in verdicts for item in verdict.judged if item.decision in _LEVELS]
    rules = {item.finding.id: item.finding for _, item in judged}
    names = sorted(rules)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "release scan",
                        "semanticVersion": version,
                        "informationUri": "https://github.com/aquasecurity/trivy",
                        "rules": [_rule(rules[name]) for name in names],
                    }
                },
                "invocations": [_invocation(verdicts)],
                "results": [_result(verdict, item, names.index(item.finding.id)) for verdict, item in judged],
            }
        ],
    }


def _rule(finding: Finding) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": finding.id,
        "shortDescription": {"text": finding.title or finding.id},
        "properties": {
            "security-severity": _SCORES[finding.severity],
            "tags": ["security", finding.kind.value, finding.severity.value],
        },
    }
    if finding.url:
        rule["helpUri"] = finding.url
    return rule


def _result(verdict: Verdict, judged: Judged, index: int) -> dict[str, Any]:
    finding = judged.finding
    subject = f"{finding.package} {finding.installed}" if finding.package else finding.where
    fingerprint = hashlib.sha256(f"{verdict.image} {finding.key}".encode()).hexdigest()
    return {
        "ruleId": finding.id,
        "ruleIndex": index,
        "level": _LEVELS[judged.decision],
        "message": {"text": f"{subject} in image {verdict.image}: {finding.title or finding.id}. {remedy(finding)}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(verdict, finding)},
                    "region": {"startLine": max(finding.line, 1)},
                },
                "message": {"text": str(finding.origin) or finding.where},
            }
        ],
        "partialFingerprints": {"finding/v1": fingerprint},
    }


def _uri(verdict: Verdict, finding: Finding) -> str:
    """A relative path, as GitHub demands; a package of the operating system has none, so the image stands for it."""
    path = finding.where.lstrip("/")
    return path if path and " " not in path else verdict.image


def _invocation(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    notifications = [
        {"level": "error", "message": {"text": f"image {verdict.image}: {doubt}"}}
        for verdict in verdicts
        for doubt in verdict.doubts
    ]
    return {"executionSuccessful": not notifications, "toolExecutionNotifications": notifications}
