"""What GitHub Actions takes from a step: job summary, step outputs, annotations.

Forms: GitHub's "Workflow commands for GitHub Actions".

Each is written only when its environment variable is set, so the same command is quiet on a terminal.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from release.adapters import outfile
from release.errors import MachineError
from release.text import block, markdown

if TYPE_CHECKING:
    from release.errors import ReleaseError
    from release.report import Report

log = logging.getLogger("release")

_SUMMARY, _OUTPUT = "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"

#: What GitHub takes of one step's summary; of a longer one it shows nothing ("Workflow commands for GitHub Actions",
#: "Step isolation and limits").
MOST = 1024 * 1024
_CUT = "\n\n> :warning: GitHub takes 1 MiB of a step's summary: the rest is left out here, the step's log has it all\n"


def check(env: Mapping[str, str]) -> None:
    """Before anything is done: the files the runner named can be written. Raises UsageError."""
    for variable in (_SUMMARY, _OUTPUT):
        if path := env.get(variable):
            outfile.tried(path, variable)


def publish(report: Report, env: Mapping[str, str]) -> None:
    """Append the summary and the outputs to the files the runner named. Raises MachineError: they cannot be written."""
    if report.outputs and (output := env.get(_OUTPUT)):  # first: later steps live on these
        values = "".join(_output(name, value) for name, value in report.outputs.items())
        outfile.append(Path(output), values.encode(), _OUTPUT)
    if report.summary and (summary := env.get(_SUMMARY)):
        place = Path(summary)
        written = place.stat().st_size if place.exists() else 0
        outfile.append(place, _cut((block(report.summary) + "\n").encode(), MOST - written), _SUMMARY)


def _cut(summary: bytes, room: int) -> bytes:
    """``summary``, or as many of its whole lines as fit into ``room`` with a note that says so."""
    if len(summary) <= room:
        return summary
    end = summary.rfind(b"\n", 0, max(room - len(_CUT.encode()), 0)) + 1
    return (summary[:end] + _CUT.encode())[: max(room, 0)]


def _output(name: str, value: str) -> str:
    """The multi-line form with a delimiter that no value can hold, so a value cannot add an output of its own."""
    import secrets  # only here: its import costs more than the rest of this module

    delimiter = secrets.token_hex(16)
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def annotation(error: ReleaseError, env: Mapping[str, str]) -> str:
    """The ``::error::`` line of a refusal, or "" outside Actions; also the summary gets it."""
    if summary := env.get(_SUMMARY):
        rows = "\n".join(f"- {markdown(line)}" for line in error.lines())
        try:
            outfile.append(Path(summary), f"### {error.heading}\n\n{rows}\n\n".encode(), _SUMMARY)
        except MachineError as unwritten:  # what the command refused, and its exit code, count for more
            log.warning("%s", unwritten.message)
    if env.get("GITHUB_ACTIONS") != "true":
        return ""
    text = "\n".join(map(block, error.lines()))
    return "::error::" + text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_url(env: Mapping[str, str], file: str) -> str:
    """Where a person starts the workflow ``file`` by hand, or "" outside Actions."""
    server, repository = env.get("GITHUB_SERVER_URL"), env.get("GITHUB_REPOSITORY")
    return f"{server}/{repository}/actions/workflows/{file}" if server and repository else ""
