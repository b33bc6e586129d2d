"""The workflow files and what belongs to them: callers at one pin, Dependabot, CODEOWNERS."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import yaml

from release.adoption import generated, workflowfiles
from release.adoption.doctor.findings import LOCAL, OK, UNKNOWN, WRONG, Diagnosis
from release.adoption.ports import ProjectFiles
from release.adoption.workflowfiles import CALLED, FOLDER
from release.errors import NotFoundError, UsageError
from release.settings.config import Config
from release.versions.tags import tag_filter

_USES = re.compile(
    r"^\s*uses:\s*(?P<home>[^/\s]+/[^/\s]+)/\.github/workflows/(?P<file>[\w.-]+)@(?P<commit>\S+)(?:\s*#\s*(?P<version>\S+))?",
    re.MULTILINE,
)
_NEW = "release upgrade"
#: GitHub's "About code owners": where the file may be, the first that is there counts.
_OWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")


@dataclass(frozen=True)
class CallerPin:
    """What a caller calls."""

    home: str
    commit: str
    version: str


def findings(config: Config, files: ProjectFiles, present: str) -> Iterator[Diagnosis]:
    """Every line.

    Args:
        present: the version of this command.
    """
    texts = {
        name: _read(files, f"{FOLDER}/{generated.OTHER}{name}") or _read(files, f"{FOLDER}/{name}") for name in CALLED
    }
    missing = [name for name, text in texts.items() if text is None]
    if missing:
        yield Diagnosis(LOCAL, "workflows", WRONG, f"{', '.join(missing)} not in {FOLDER}", "release init")
    there = {name: text for name, text in texts.items() if text is not None}
    pins = {name: pin for name, text in there.items() if (pin := pin_of(text))}
    yield from _pins(there, pins, present)
    if len(pins) == len(CALLED):
        yield from _current(config, there, pins[CALLED[0]])
    yield _dependabot(config, _read(files, ".github/dependabot.yml"), bool(pins))
    yield _owners(files)


def pin_of(text: str) -> CallerPin | None:
    """What a caller calls; None for a workflow that does its work itself."""
    found = _USES.search(text)
    return CallerPin(found["home"], found["commit"], found["version"] or "") if found else None


def _pins(texts: dict[str, str], pins: dict[str, CallerPin], present: str) -> Iterator[Diagnosis]:
    if not pins:
        if texts:
            yield Diagnosis(LOCAL, "workflows", OK, "they are here whole, and call nobody's")
        return
    if whole := sorted(set(texts) - set(pins)):
        yield Diagnosis(LOCAL, "workflows", WRONG, f"{', '.join(whole)} call nobody's, the others do", _NEW)
    every = sorted({(each.home, each.commit, each.version) for each in pins.values()})
    if len(every) > 1:
        said = ", ".join(f"{name} {each.commit[:12]} ({each.version})" for name, each in pins.items())
        yield Diagnosis(LOCAL, "workflows", WRONG, f"they call different commits: {said}", _NEW)
        return
    (pin,) = {*pins.values()}
    if pin.home.startswith("OWNER/"):
        remedy = f"replace OWNER in {FOLDER}/*.yml with who has the repository {pin.home.partition('/')[2]}"
        yield Diagnosis(LOCAL, "workflows", WRONG, f"they call {pin.home}, and nobody is called OWNER", remedy)
    elif not re.fullmatch(r"[0-9a-f]{40}", pin.commit):
        yield Diagnosis(LOCAL, "workflows", WRONG, f"they call {pin.commit}, which may be moved: no commit", _NEW)
    elif pin.version.removeprefix("v") == present:
        yield Diagnosis(LOCAL, "workflows", OK, f"all call {pin.home} at {pin.version}, as this command")
    else:
        why = f"they call {pin.home} at {pin.version or pin.commit[:12]}; this command is {present}"
        yield Diagnosis(
            LOCAL, "workflows", UNKNOWN, why, "install the same version here, or move the pin in all five files"
        )


def _current(config: Config, texts: dict[str, str], pin: CallerPin) -> Iterator[Diagnosis]:
    """Compared with what would be written for this very pin, so that only the text can differ."""
    try:
        wanted = workflowfiles.callers(
            pin.home,
            pin.commit,
            pin.version,
            list(config.environments),
            branch=_branch(texts["release.yml"]),
            tags=tag_filter(config.versions.tag_prefix),
            schedule=_schedule(texts["watch.yml"]),
        )
    except UsageError as error:
        yield Diagnosis(LOCAL, "workflow texts", WRONG, error.message, error.next_step)
        return
    other = [name for name in CALLED if not generated.is_current(texts[name], wanted[f"{FOLDER}/{name}"])]
    if other:
        yield Diagnosis(
            LOCAL, "workflow texts", WRONG, f"{', '.join(other)} differ from what release.toml asks for", _NEW
        )
    else:
        yield Diagnosis(LOCAL, "workflow texts", OK, "what release.toml asks for")


def _document(text: str) -> dict[Any, Any]:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def triggers(text: str) -> dict[str, Any]:
    """``on`` of a workflow; YAML 1.1 reads the word as true."""
    document = _document(text)
    found = document.get("on", document.get(True))
    return found if isinstance(found, dict) else {}


def _branch(text: str) -> str:
    branches = (triggers(text).get("push") or {}).get("branches") or ["main"]
    return str(branches[0]).replace("\\", "")


def _schedule(text: str) -> str:
    every = triggers(text).get("schedule") or [{"cron": workflowfiles.SCHEDULE}]
    return str(every[0].get("cron", workflowfiles.SCHEDULE))


def _dependabot(config: Config, text: str | None, calls: bool) -> Diagnosis:
    subject = ".github/dependabot.yml"
    wanted = {("docker", posixpath.dirname(image.dockerfile)) for image in config.images.values()}
    wanted.add(("github-actions", ""))
    if text is None:
        why = "there is none: nothing brings the pins of workflows and bases up to date"
        return Diagnosis(LOCAL, subject, WRONG, why, f"write it, with updates for {_said(sorted(wanted))}")
    found = []
    for each in _document(text).get("updates") or ():
        folders = each.get("directories") or [each.get("directory", "/")] if isinstance(each, dict) else []
        found += [(str(each.get("package-ecosystem")), str(folder).strip("/")) for folder in folders]
    left = sorted(one for one in wanted if not any(one[0] == e and fnmatchcase(one[1], folder) for e, folder in found))
    if left:
        return Diagnosis(LOCAL, subject, WRONG, f"no updates for {_said(left)}", f"add updates for {_said(left)} to it")
    return Diagnosis(
        LOCAL, subject, OK, "workflows" + (" (the one pin)" if calls else "") + " and Dockerfiles are kept current"
    )


def _said(wanted: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{ecosystem} in /{folder}" for ecosystem, folder in wanted)


def _owners(files: ProjectFiles) -> Diagnosis:
    where = next((path for path in _OWNERS if _read(files, path) is not None), "")
    if not where:
        why = "there is none, so nobody is asked about a change of the workflows"
        return Diagnosis(LOCAL, "CODEOWNERS", UNKNOWN, why, "one line of .github/CODEOWNERS: /.github/ @your-team")
    patterns = [line.split()[0] for line in (_read(files, where) or "").splitlines() if line.split("#")[0].split()[1:]]
    if any(each.strip("/") in ("*", "**", ".github", ".github/**", ".github/workflows") for each in patterns):
        return Diagnosis(LOCAL, "CODEOWNERS", OK, f"{where} covers the workflows")
    return Diagnosis(
        LOCAL, "CODEOWNERS", UNKNOWN, f"{where} has no owner of the workflows", f"add to {where}: /.github/ @your-team"
    )


def _read(files: ProjectFiles, path: str) -> str | None:
    try:
        return files.read(path).decode("utf-8", "replace")
    except NotFoundError:
        return None
