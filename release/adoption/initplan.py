"""release init: what is there, what people say, what is written. Planning only looks.

The order is: look (found.look), ask (initanswers), plan (:func:`plan`), apply: all files or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from release.adoption import dockerfiles, initnotes, packagekinds, parameters, settingsfile, targets, undescribed
from release.adoption.answers import Answers
from release.adoption.found import Found
from release.adoption.initanswers import present
from release.adoption.packagekinds import BuiltFrom
from release.adoption.pin import Provenance
from release.adoption.ports import FileChange, OwnFiles, ProjectFiles, Translator
from release.adoption.settingsparts import SettingsWanted
from release.completion.imageuris import refers_to
from release.completion.inferred import with_images
from release.settings import config as config_file
from release.settings.config import Config, table_of
from release.versions.changelogedit import NEW

CHANGELOG = "CHANGELOG.md"


@dataclass(frozen=True)
class InitPlan:
    """What would be written, and what a person should know.

    Attributes:
        changes: files that are not there yet, or that get what they lack.
        kept: files of ours that are there already.
        notes: what is left to do, and what nobody could tell.
    """

    found: Found
    config: Config
    answers: Answers
    changes: tuple[FileChange, ...]
    kept: tuple[str, ...]
    notes: tuple[str, ...]


def plan(
    found: Found,
    answers: Answers,
    files: ProjectFiles,
    provenance: Provenance,
    translator: Translator,
    command: Callable[[], str],
    own: OwnFiles | None = None,
) -> InitPlan:
    """What would be written.

    Args:
        command: the version of this command (``required-version``).
        own: this command as files, where the repository gets them whole; None where its workflows call others.

    Raises:
        UsageError: the template or a file that is there is not understood, or clashes with what a release needs.
        ConflictError: a file of the team's own has a name that ours must have.
        NotFoundError: a file that the template names is not there.
        MachineError: SAM's translator cannot be had, or the command does not know its own commit.
    """
    written = present(files, settingsfile.PATH)
    wanted = _wanted(found, answers, written, files)
    text = settingsfile.completed(written, wanted)
    whole, used = with_images(text, files.read), [each.build.dockerfile for each in found.functions if each.build]
    undescribed.check(whole, found.functions, found.template, files, dockerfiles.of(found.around.paths, used))
    config = config_file.parse(whole, command)
    workflows, more = targets.workflows(found.around, config, answers.home, provenance, files, own)
    every = [
        FileChange(settingsfile.PATH, None if written is None else written.encode(), text.encode()),
        targets.pipeline_or_none(config, files, translator),
        *(each.change if each.before is None else targets.unchanged(files, each.path) for each in workflows),
        *(each if each.before is None else targets.unchanged(files, each.path) for each in more),
        targets.dependabot_of(found.around.paths, config, files),
        *_changelog(found),
    ]
    changes = tuple(each for each in every if each.before != each.after)
    kept = tuple(each.path for each in every if each.before == each.after)
    notes = initnotes.of(found, config, answers, None if own else provenance, workflows, wanted.parameters)
    return InitPlan(found, config, answers, changes, kept, notes)


def _wanted(found: Found, answers: Answers, written: str | None, files: ProjectFiles) -> SettingsWanted:
    tables = table_of(written or "").values.get("images", {})
    described = [str(each.get("parameter")) for each in tables.values() if isinstance(each, dict)]
    lacking = undescribed.waiting(found.functions, found.values, described)
    used = [each.build.dockerfile for each in found.functions if each.build]
    reached = {each.function for each in found.starts.health} | {each.function for each in found.starts.schedules}
    proposed = undescribed.tables(lacking, found.around.paths, used, answers.project, files.read)
    images = [*tables.values(), *table_of(proposed).values.get("images", {}).values()]
    built = [BuiltFrom(str(each.get("dockerfile", "")), str(each.get("target", ""))) for each in images]
    built += [BuiltFrom(each.build.dockerfile, each.build.target) for each in found.functions if each.build]
    taking = {name for each in found.functions for name in refers_to(each.uri)}
    return SettingsWanted(
        template=found.template,
        answers=answers,
        branch=found.around.main,
        test=found.test,
        images=proposed,
        expect=packagekinds.kinds(built, files.read),
        parameters=parameters.open_parameters(found.values, taking, answers.environments),
        routes=tuple((route, found.unsure(route)) for route in found.starts.health),
        schedules=found.starts.schedules,
        silent={n: found.starts.pages.get(n, "") for n in (f.logical_id for f in found.functions) if n not in reached},
    )


def _changelog(found: Found) -> Iterator[FileChange]:
    if not found.changelog:
        yield FileChange(CHANGELOG, None, NEW.encode())
