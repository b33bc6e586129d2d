"""The workflow files and what belongs to them: callers at one pin, Dependabot, CODEOWNERS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from release import semver
from release.adoption import generated, seals, targets, vendoredfiles, workflowfiles
from release.adoption.answers import PLACEHOLDER_OWNER
from release.adoption.doctor.findings import LOCAL, OK, UNKNOWN, WRONG, Diagnosis, probe
from release.adoption.generated import FOLDER
from release.adoption.ports import ProjectFiles
from release.adoption.seals import Written
from release.adoption.surroundings import RepositoryAround
from release.adoption.workflowfiles import CALLED
from release.errors import ConflictError, NotFoundError, UsageError
from release.settings.config import Config
from release.versions.tags import tag_filter

_UPGRADE = "release upgrade"
#: GitHub's "About code owners": where the file may be, the first that is there counts.
_OWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")


@dataclass(frozen=True)
class Premise:
    """What is looked at.

    Attributes:
        version: of this command.
    """

    config: Config
    around: RepositoryAround
    files: ProjectFiles
    version: str


@dataclass(frozen=True)
class CallerPin:
    """What callers call: ``OWNER/REPO``, a commit, and what the comment calls it."""

    home: str
    commit: str
    label: str


def findings(premise: Premise) -> Iterator[Diagnosis]:
    """Every line."""
    there = generated.present(premise.around.paths, premise.files)
    ours = {path: text for path, text in there.items() if seals.written_by(text) is not Written.FOREIGN}
    if any(path.startswith(f"{vendoredfiles.RELEASE}/") for path in premise.around.paths):
        why = f"they are here whole, with the command beside them ({vendoredfiles.RELEASE})"
        yield Diagnosis(LOCAL, "workflows", OK, why)
    elif not ours:
        yield _of_hand(there)
    else:
        yield from _callers(premise, ours, there)
    yield probe(LOCAL, ".github/dependabot.yml", lambda: _dependabot(premise, bool(ours)))
    yield _owners(premise.files)


def _of_hand(there: Mapping[str, str]) -> Diagnosis:
    missing = [name for name in CALLED if f"{FOLDER}/{name}" not in there]
    if missing:
        why = f"nothing releases this repository: {', '.join(missing)} not in {FOLDER}"
        return Diagnosis(LOCAL, "workflows", WRONG, why, "release init")
    return Diagnosis(LOCAL, "workflows", OK, "they are here whole, and no command wrote them")


def _callers(premise: Premise, ours: Mapping[str, str], there: Mapping[str, str]) -> Iterator[Diagnosis]:
    pins = {path: pin for path, text in ours.items() for pin in _pins(text)}
    if len({*pins.values()}) != 1:
        listed = ", ".join(f"{path.rpartition('/')[2]} {pin.label or pin.commit[:12]}" for path, pin in pins.items())
        why = f"they call different commits ({listed or 'none'}), and must run one command"
        yield Diagnosis(LOCAL, "workflows", WRONG, why, _UPGRADE)
        return
    (pin,) = {*pins.values()}
    if pin.home.startswith(f"{PLACEHOLDER_OWNER}/"):
        why = f"they call {pin.home}, and nobody is called {PLACEHOLDER_OWNER}"
        yield Diagnosis(
            LOCAL, "workflows", WRONG, why, f"{_UPGRADE} --workflows OWNER/REPO, with whose workflows they are"
        )
        return
    yield _version(pin, premise.version)
    yield from _texts(premise, pin, there)


def _pins(text: str) -> Iterator[CallerPin]:
    for what, commit, comment in seals.pins(text):
        home, found, _ = what.partition(f"/{FOLDER}/")
        if found:
            yield CallerPin(home, commit, comment)


def _version(pin: CallerPin, version: str) -> Diagnosis:
    """Wrong where this command is a newer release than the one that the workflows run; else nobody can tell."""
    mine, other = semver.try_parse(version), semver.try_parse(pin.label.removeprefix("v"))
    if pin.label.removeprefix("v") == version:
        return Diagnosis(LOCAL, "workflows", OK, f"all call {pin.home} at {pin.label}, as this command")
    why = f"they call {pin.home} at {pin.label or pin.commit[:12]}; this command is {version}"
    if mine and other and not mine.build and mine.precedence > other.precedence:
        return Diagnosis(LOCAL, "workflows", WRONG, why, _UPGRADE)
    remedy = f"pip install 'lambda-image-release=={other}'" if other else _UPGRADE
    return Diagnosis(LOCAL, "workflows", UNKNOWN, why, remedy)


def _texts(premise: Premise, pin: CallerPin, there: Mapping[str, str]) -> Iterator[Diagnosis]:
    """Beside what init writes for this very pin, so that only release.toml, or a hand, makes a difference."""
    config = premise.config
    try:
        texts = workflowfiles.callers(
            *(pin.home, pin.commit, pin.label, [*config.environments]),
            branch=config.versions.main_branch,
            tags=tag_filter(config.versions.tag_prefix),
        )
        compared = generated.compared(texts, there)
    except (ConflictError, UsageError) as error:
        yield Diagnosis(LOCAL, "workflow texts", WRONG, error.message, error.next_step)
        return
    by_hand = [each.path for each in compared if each.written is Written.CHANGED and not each.is_current]
    other = [each.path for each in compared if not each.is_current and each.path not in by_hand]
    if by_hand:
        why = f"{', '.join(by_hand)}: changed by hand, outside blocks of your own"
        remedy = f"put yours between {seals.KEEP!r} and {seals.END!r}, then {_UPGRADE} --overwrite"
        yield Diagnosis(LOCAL, "workflow texts", WRONG, why, remedy)
    if other:
        yield Diagnosis(LOCAL, "workflow texts", WRONG, f"{', '.join(other)}: not what release.toml asks for", _UPGRADE)
    if not by_hand and not other:
        yield Diagnosis(LOCAL, "workflow texts", OK, "what release.toml asks for; lines of your own stay")


def _dependabot(premise: Premise, ours: bool) -> str:
    change = targets.dependabot_of(premise.around.paths, premise.config, premise.files)
    if change.before is None:
        raise NotFoundError(
            "there is none: nothing brings the pins of workflows and bases up to date",
            next_step=_UPGRADE if ours else "release init",
        )
    if change.before != change.after:
        raise ConflictError(
            f"{change.path} has no updates for the workflows, or for the folder of a Dockerfile",
            next_step=f"{_UPGRADE if ours else 'release init'} adds them, and keeps every line of yours",
        )
    return "workflows and Dockerfiles are kept current"


def _owners(files: ProjectFiles) -> Diagnosis:
    where = next((path for path in _OWNERS if _read(files, path) is not None), "")
    if not where:
        why = "there is none, so nobody is asked about a change of the workflows"
        return Diagnosis(LOCAL, "CODEOWNERS", UNKNOWN, why, "one line of .github/CODEOWNERS: /.github/ @your-team")
    patterns = [line.split()[0] for line in (_read(files, where) or "").splitlines() if line.split("#")[0].split()[1:]]
    if any(each.strip("/") in ("*", "**", ".github", ".github/**", ".github/workflows") for each in patterns):
        return Diagnosis(LOCAL, "CODEOWNERS", OK, f"{where} covers the workflows")
    why = f"{where} has no owner of the workflows"
    return Diagnosis(LOCAL, "CODEOWNERS", UNKNOWN, why, f"add to {where}: /.github/ @your-team")


def _read(files: ProjectFiles, path: str) -> str | None:
    try:
        return files.read(path).decode("utf-8", "replace")
    except NotFoundError:
        return None
