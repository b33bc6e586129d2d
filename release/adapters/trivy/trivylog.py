"""What trivy says on standard error: its only word on much that is missing from its report."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Warnings that take nothing from the report. Every other warning is a doubt: silence about it would be a guess.
HARMLESS_WARNINGS = (
    "Using severities from other vendors for some vulnerabilities",
    "Unable to get vulnerability details (CVE may be rejected)",
    "No severity found in specified sources",
    "Unable to collect additional info",
    "This OS version is no longer supported by the distribution",
    "The vulnerability detection may be insufficient because security updates are not provided",
    "The size of the scanned file is too large",
    "Invalid UTF-8 sequences detected in file content",
    "Unable to marshal SPDX licenses",
    "Unable to calculate SPDX licenses ID",
    "Missing parameter values",
    "Falling back to embedded checks",
    # bills of materials inside wheels: what they name is added to what was found, and takes nothing from it
    "Third-party SBOM may lead to inaccurate vulnerability detection",
    "Recommend using Trivy to generate SBOMs",
)

_LOG_LINE = re.compile(r"^\S+\t(WARN|ERROR|FATAL)\t(?P<message>.*)$")


def warnings(log: str, harmless: Sequence[str]) -> tuple[list[str], list[str]]:
    """The doubts and the notes in what trivy wrote on standard error.

    Args:
        harmless: warnings, besides the built-in ones, that take nothing from the report (beginning of the message).
    """
    doubts: list[str] = []
    notes: list[str] = []
    for line in log.splitlines():
        match = _LOG_LINE.match(line)
        if not match:
            continue
        message = re.sub(r"\s+", " ", match["message"]).strip()[:200]
        bare = re.sub(r"^(?:\[[^\]]*\] )+", "", message)
        known = bare.startswith((*HARMLESS_WARNINGS, *harmless))
        (notes if known else doubts).append(f"the scanner warns: {message}")
    return doubts, notes
