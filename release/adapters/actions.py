"""What GitHub Actions takes from a step: job summary, step outputs, annotations.

Forms: GitHub's "Workflow commands for GitHub Actions".

Each is written only when its environment variable is set, so the same command is quiet on a terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from release.text import block, markdown

if TYPE_CHECKING:
    from release.errors import ReleaseError
    from release.report import Report


#: What GitHub takes of one step's summary; of a longer one it shows nothing ("Workflow commands for GitHub Actions",
#: "Step isolation and limits").
MOST = 1024 * 1024
_CUT = "\n\n> :warning: GitHub takes 1 MiB of a step's summary: the rest is left out here, the step's log has it all\n"


def publish(report: Report, env: Mapping[str, str]) -> None:
    """Append the summary and the outputs to the files the runner named."""
    summary, output = env.get("GITHUB_STEP_SUMMARY"), env.get("GITHUB_OUTPUT")
    if summary and report.summary:
        with Path(summary).open("ab") as sink:
            sink.write(_cut((block(report.summary) + "\n").encode(), MOST - sink.tell()))
    if output:
        with Path(output).open("a", encoding="utf-8") as sink:
            for name, value in report.outputs.items():
                sink.write(_output(name, value))


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
    summary = env.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as sink:
            sink.write(f"### {error.heading}\n\n" + "\n".join(f"- {markdown(line)}" for line in error.lines()) + "\n\n")
    if env.get("GITHUB_ACTIONS") != "true":
        return ""
    text = "\n".join(map(block, error.lines()))
    return "::error::" + text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_url(env: Mapping[str, str], file: str) -> str:
    """Where a person starts the workflow ``file`` by hand, or "" outside Actions."""
    server, repository = env.get("GITHUB_SERVER_URL"), env.get("GITHUB_REPOSITORY")
    return f"{server}/{repository}/actions/workflows/{file}" if server and repository else ""
