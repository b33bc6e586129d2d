"""Local stand-ins of the third-party actions, each bound to the very commit that the workflow files name.

A stand-in is ``rehearsal/github/actions/<action>/action.yml``, <action> without its owner; its first line says for
what it stands in: ``# actions/checkout@<40 hex> # v7.0.1``. When a workflow moves to another commit, the stand-in is
stale until someone has compared it with that version; lint and the rehearsal refuse until then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from release.errors import UsageError
from workflowlint.workflow import Workflow

FOLDER = Path(__file__).parent.parent / "rehearsal" / "github" / "actions"

_PIN = re.compile(r"^(?P<action>[\w.-]+/[\w./-]+)@(?P<sha>[0-9a-f]{40})\s+#\s+(?P<version>v[\w.]+)\s*$")
_USES = re.compile(r"^\s*(?:-\s+)?(?:uses|\"uses\"|'uses'):\s*(?P<reference>.*?)\s*$", re.MULTILINE)


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


def references(text: str) -> list[str]:
    """What a workflow or action file uses from outside this repository, each with its comment, as written."""
    found = [match["reference"].strip("\"'") for match in _USES.finditer(text)]
    return [reference for reference in found if not reference.startswith(("./", "$/"))]


def pin(reference: str) -> Pin | None:
    """``reference`` as a pin; None when it is not a full commit with a version comment (faults.md, 1)."""
    match = _PIN.match(reference)
    return Pin(match["action"], match["sha"], match["version"]) if match else None


def stand_ins(folder: Path = FOLDER) -> dict[str, Pin]:
    """The pin that each stand-in was made for, by action."""
    found = {}
    for path in sorted(folder.rglob("action.yml")):
        first = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        made_for = pin(first)
        if made_for is None or made_for.action.split("/", 1)[1] != str(path.parent.relative_to(folder)):
            raise UsageError(f"{path}: the first line does not say which action it stands in for")
        found[made_for.action] = made_for
    return found


def outputs(folder: Path = FOLDER) -> dict[str, frozenset[str]]:
    """The outputs that each stand-in sets, by action."""
    paths = {action: folder / action.split("/", 1)[1] / "action.yml" for action in stand_ins(folder)}
    documents = {action: yaml.safe_load(path.read_text(encoding="utf-8")) for action, path in paths.items()}
    return {action: frozenset(document.get("outputs") or {}) for action, document in documents.items()}


def problems(texts: Mapping[str, str], known: Mapping[str, Pin]) -> list[tuple[str, str]]:
    """What is wrong between the ``uses:`` of ``texts`` (by file name) and the stand-ins, as (file name, sentence)."""
    found: list[tuple[str, str]] = []
    used = set()
    for name, text in texts.items():
        for reference in references(text):
            wanted = pin(reference)
            if wanted is None:
                found.append((name, f"{reference!r} is not pinned by a full commit with a version comment"))
                continue
            used.add(wanted.action)
            made_for = known.get(wanted.action)
            if made_for is None:
                found.append((name, f"{wanted.action} has no stand-in"))
            elif made_for.sha != wanted.sha:
                found.append((name, f"the stand-in of {wanted.action} is stale: made for {made_for.version}"))
            elif made_for.version != wanted.version:
                found.append((name, f"{wanted.action}: this commit is {made_for.version}, not {wanted.version}"))
    unused = sorted(known.keys() - used)
    return found + [("actions", f"the stand-in of {action} is used by no workflow") for action in unused]


def flags(workflows: Iterable[Workflow], folder: Path = FOLDER) -> list[str]:
    """act's options that put the stand-ins in place. Raises UsageError when one is missing or stale."""
    texts = {workflow.path.name: workflow.text for workflow in workflows}
    if wrong := problems(texts, stand_ins(folder)):
        raise UsageError(
            "; ".join(f"{file}: {text}" for file, text in wrong),
            next_step="compare the stand-in with that version, then change its first line",
        )
    pins = {found for text in texts.values() for reference in references(text) if (found := pin(reference))}
    places = {f"{each.repository}@{each.sha}": folder / each.repository.split("/")[1] for each in pins}
    return [word for name, place in sorted(places.items()) for word in ("--local-repository", f"{name}={place}")]
