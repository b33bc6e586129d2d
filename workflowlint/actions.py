"""The third-party actions that workflows may use: the list ``actions.toml``, and what differs from it in a file.

A pin is the whole commit with a comment that names the version (faults.md, 1 and 2). A commit that is not the list's is
refused until somebody has looked at it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from release.errors import UsageError

LIST = Path(__file__).with_name("actions.toml")

_PIN = re.compile(r"^(?P<action>[\w.-]+/[\w./-]+)@(?P<sha>[0-9a-f]{40})\s+#\s+(?P<version>v[\w.]+)\s*$")
_CALL = re.compile(r"^(?P<action>[\w.-]+/[\w./-]+)@(?P<sha>[0-9a-f]{40})\s+#\s+(?P<version>[\w.+-]+)\s*$")
_USES = re.compile(r"^\s*(?:-\s+)?(?:uses|\"uses\"|'uses'):\s*(?P<reference>.*?)\s*$", re.MULTILINE)
_KEYS = {"uses", "required", "inputs", "outputs"}


@dataclass(frozen=True, order=True)
class Pin:
    """One ``uses:`` of a third-party action, with the version its comment names."""

    action: str
    sha: str
    version: str

    @property
    def repository(self) -> str:
        """``owner/name``: an action may be a folder of its repository."""
        return "/".join(self.action.split("/")[:2])


@dataclass(frozen=True)
class KnownAction:
    """One action of the list: ``inputs`` maps each name to whether it is required."""

    pin: Pin
    inputs: Mapping[str, bool]
    outputs: frozenset[str]


def references(text: str) -> list[str]:
    """What a workflow or action file uses from outside this repository, each with its comment, as written."""
    found = [match["reference"].strip("\"'") for match in _USES.finditer(text)]
    return [reference for reference in found if not reference.startswith(("./", "$/"))]


def pin(reference: str) -> Pin | None:
    """``reference`` as a pin; None when it is not a full commit with a version comment (faults.md, 1)."""
    match = _PIN.match(reference)
    return Pin(match["action"], match["sha"], match["version"]) if match else None


def pin_of_call(reference: str) -> Pin | None:
    """A called workflow's pin, whose version comment may name a commit between two releases; None when it is none."""
    match = _CALL.match(reference)
    return Pin(match["action"], match["sha"], match["version"]) if match else None


def known(path: Path = LIST) -> dict[str, KnownAction]:
    """The list, by action. Raises UsageError for an entry that is not understood."""
    found: dict[str, KnownAction] = {}
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("action", []):
        made_for = pin(str(entry.get("uses", "")))
        if made_for is None or entry.keys() - _KEYS or made_for.action in found:
            raise UsageError(
                f"{path.name}: {entry} is not an action once, by its commit and version",
                next_step=f"write it as the others in {path}",
            )
        inputs = dict.fromkeys(entry.get("required", ()), True) | dict.fromkeys(entry.get("inputs", ()), False)
        found[made_for.action] = KnownAction(made_for, inputs, frozenset(entry.get("outputs", ())))
    return found


def problems(texts: Mapping[str, str], listed: Mapping[str, KnownAction]) -> list[tuple[str, str]]:
    """What is wrong between the ``uses:`` of ``texts`` (by file name) and the list, as (file name, sentence)."""
    found: list[tuple[str, str]] = []
    used = set()
    for name, text in texts.items():
        for reference in references(text):
            wanted = pin(reference)
            if wanted is None:
                found.append((name, f"{reference!r} is not pinned by a full commit with a version comment"))
                continue
            used.add(wanted.action)
            if wanted.action not in listed:
                found.append((name, f"{wanted.action} is not among the actions of workflowlint/{LIST.name}"))
                continue
            looked_at = listed[wanted.action].pin
            if looked_at.sha != wanted.sha:
                found.append((name, f"{wanted.action}: nobody has looked at this commit, but at {looked_at.version}"))
            elif looked_at.version != wanted.version:
                found.append((name, f"{wanted.action}: this commit is {looked_at.version}, not {wanted.version}"))
    unused = sorted(listed.keys() - used)
    return found + [(LIST.name, f"{action} is used by no workflow") for action in unused]
