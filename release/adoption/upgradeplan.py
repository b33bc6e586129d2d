"""release upgrade: what init generated, brought to the version of this command. Planning only looks.

What a hand changed outside its own blocks is named and not overwritten unbidden; workflows that call different commits
(Dependabot moves one by one) are brought to one; and no command brings them to an older version than they have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from release import semver
from release.adoption import filelist, generated, pipeline, seals, targets, vendoring
from release.adoption.generated import GeneratedFile
from release.adoption.pin import Provenance
from release.adoption.ports import FileChange, OwnFiles, ProjectFiles, Translator
from release.adoption.seals import Written
from release.adoption.surroundings import RepositoryAround
from release.errors import ConflictError, UsageError
from release.report import Report
from release.settings.config import Config


@dataclass(frozen=True)
class UpgradePlan:
    """What would change.

    Attributes:
        by_hand: paths of files that a hand changed outside its own blocks, and that would be overwritten.
        pins: ``(path, commit, what the comment calls it)`` of each workflow of ours, as it was.
        deploy: the command that brings pipeline.yaml into the account; "" when it does not change.
    """

    version: str
    changes: tuple[FileChange, ...]
    by_hand: tuple[str, ...]
    pins: tuple[tuple[str, str, str], ...]
    deploy: str
    notes: tuple[str, ...]


def plan(
    around: RepositoryAround,
    config: Config,
    files: ProjectFiles,
    provenance: Provenance,
    translator: Translator,
    home: str = "",
    own: OwnFiles | None = None,
) -> UpgradePlan:
    """What would change.

    Args:
        home: the repository that a person named for the workflows; "" for the one that they call.
        own: this command as files, where the repository keeps them whole; None where its workflows call others.

    Raises:
        UsageError: nothing here was generated; the workflows call several repositories, or none that can be told.
        ConflictError: they are of a newer version; a block of the team's own has no place; pipeline.yaml is theirs.
        MachineError: SAM's translator cannot be had, or the command does not know its own commit.
    """
    there = generated.present(around.paths, files)
    ours = {path: text for path, text in there.items() if seals.written_by(text) is not Written.FOREIGN}
    called = {path: text for path, text in ours.items() if generated.home({path: text})}
    pins = tuple((path, commit, comment) for path, text in called.items() for _, commit, comment in seals.pins(text))
    _check_version([*(comment for _, _, comment in pins), *vendoring.wheels(around.paths).values()], provenance)
    where = "" if own else home or _home(ours)
    workflows, more = targets.workflows(around, config, where, provenance, files, own)
    _check_places(workflows)
    needed = targets.pipeline_plan(config, files, translator)
    before = None if needed.present is None else files.read(pipeline.PATH)
    every = [
        *(each.change for each in workflows if not each.is_current),
        *more,
        *([FileChange(pipeline.PATH, before, needed.generated.text.encode())] if needed.diff else []),
        targets.dependabot_of(around.paths, config, files),
    ]
    changes = tuple(each for each in every if each.before != each.after)
    by_hand = [each.path for each in workflows if each.written is Written.CHANGED and not each.is_current]
    return UpgradePlan(
        provenance.version,
        changes,
        tuple(by_hand),
        pins,
        needed.deploy if needed.diff else "",
        tuple(_notes(workflows, pins, needed.present is not None and bool(needed.diff))),
    )


def _home(ours: dict[str, str]) -> str:
    if not ours:
        raise UsageError(
            "no workflow here was written by release init",
            untouched="every file",
            next_step="release init",
        )
    if found := generated.home(ours):
        return found
    raise UsageError(
        f"the workflows {', '.join(sorted(ours))} do not call one and the same repository",
        untouched="every file",
        next_step="name the one: release upgrade --workflows OWNER/REPO",
    )


def _check_version(comments: Iterable[str], provenance: Provenance) -> None:
    """Raises ConflictError: a workflow is of a newer release than this command, and would go back."""
    mine = semver.try_parse(provenance.version)
    for comment in comments:
        other = semver.try_parse(comment.removeprefix("v"))
        if mine and other and other.precedence > mine.precedence:
            raise ConflictError(
                f"the workflows are of version {other}, and this command is {mine}: they would go back",
                untouched="every file",
                next_step=f"pip install 'lambda-image-release>={other}', then run the same command again",
            )


def _check_places(workflows: Iterable[GeneratedFile]) -> None:
    """Raises ConflictError: lines of the team's own would be lost."""
    for each in workflows:
        for block in each.lost:
            line = block.after[0].strip() if block.after else ""
            raise ConflictError(
                f"{each.path} has lines of your own below {line!r}, which the new file lacks: {block.lines[0].strip()}",
                untouched="every file",
                next_step=f"move them below another line of {each.path}, then run the same command again",
            )


def _notes(workflows: Sequence[GeneratedFile], pins: Sequence[tuple[str, str, str]], grown: bool) -> Iterator[str]:
    if len({commit for _, commit, _ in pins}) > 1:
        listed = ", ".join(f"{path.rpartition('/')[2]} {comment or commit[:12]}" for path, commit, comment in pins)
        yield f"the workflows called different commits ({listed}); they must be one, whose command they all run"
    yield from generated.moved(workflows)
    if grown:
        yield f"what {pipeline.PATH} says outside your own block comes from release.toml and the template alone"


def check(found: UpgradePlan) -> None:
    """Raises ConflictError, with the difference as its report, when something is not what this command generates."""
    if not found.changes:
        return
    error = ConflictError(
        f"{', '.join(each.path for each in found.changes)}: not what release {found.version} generates",
        untouched="everything",
        next_step="release upgrade, then commit what it changed",
    )
    error.report = report_of(found, written=False)
    raise error


def check_hands(found: UpgradePlan) -> None:
    """Raises ConflictError, with the difference as its report, when a hand's changes would be overwritten."""
    if not found.by_hand:
        return
    error = ConflictError(
        f"{', '.join(found.by_hand)}: changed by hand, outside blocks of your own; the changes would be lost",
        untouched="every file",
        next_step=f"put yours between {seals.KEEP!r} and {seals.END!r}; or release upgrade --overwrite",
    )
    error.report = report_of(found, written=False)
    raise error


def report_of(found: UpgradePlan, *, written: bool) -> Report:
    """What changes, or changed, and what comes next."""
    data = {
        "version": found.version,
        "written": written,
        "current": not found.changes,
        "by-hand": list(found.by_hand),
        "pins": [{"path": path, "commit": commit, "version": comment} for path, commit, comment in found.pins],
        "files": filelist.as_data(found.changes, content=not written),
        "deploy": found.deploy,
        "notes": list(found.notes),
    }
    if not found.changes:
        return Report(data, f"everything is what release {found.version} generates", notes=found.notes)
    done = "Written" if written else "Would change"
    text = f"{filelist.contents(found.changes)}\n{done}:\n{filelist.listed(found.changes)}"
    if written:
        text += "\n\nNext: commit it" + (f", and deploy {pipeline.PATH}:\n  {found.deploy}" if found.deploy else "")
    return Report(data, text, notes=found.notes)
