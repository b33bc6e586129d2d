"""The generated files of a repository, as release.toml and the template ask for them, beside what is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from release.adoption import dependabot, generated, pin, pipeline, vendoring, workflowfiles
from release.adoption.generated import GeneratedFile
from release.adoption.initanswers import present
from release.adoption.pin import Provenance
from release.adoption.pipeline import PipelinePlan
from release.adoption.ports import FileChange, OwnFiles, ProjectFiles, Translator
from release.adoption.surroundings import RepositoryAround
from release.errors import ConflictError
from release.settings.config import Config
from release.versions.tags import tag_filter


def unchanged(files: ProjectFiles, path: str) -> FileChange:
    """A file that stays as it is."""
    there = files.read(path)
    return FileChange(path, there, there)


def workflows(
    around: RepositoryAround,
    config: Config,
    home: str,
    provenance: Provenance,
    files: ProjectFiles,
    own: OwnFiles | None = None,
) -> tuple[tuple[GeneratedFile, ...], tuple[FileChange, ...]]:
    """The five callers beside what is there, or with ``own`` the full workflows, and what else they need then.

    Raises MachineError: the command does not know its own commit, or cannot pack its wheel.
    """
    if own:
        return vendoring.files_of(config, around.paths, files, own)
    if not provenance.commit:
        raise pin.unknown_commit(provenance)
    texts = workflowfiles.callers(
        *(home, provenance.commit, provenance.label, [*config.environments]),
        branch=config.versions.main_branch,
        tags=tag_filter(config.versions.tag_prefix),
    )
    return generated.compared(texts, generated.present(around.paths, files)), ()


def pipeline_plan(config: Config, files: ProjectFiles, translator: Translator) -> PipelinePlan:
    """pipeline.yaml as it is and as it should be. Raises ConflictError: a file of the team's own goes by that name."""
    found = pipeline.plan(config, files, translator)
    if found.present is None or pipeline.is_ours(found.present):
        return found
    raise ConflictError(
        f"{pipeline.PATH} is a file of your own, and what the workflows need in AWS goes by that name",
        untouched="everything",
        next_step=f"git mv {pipeline.PATH} another-name.yaml, then run the same command again",
    )


def pipeline_or_none(config: Config, files: ProjectFiles, translator: Translator) -> FileChange:
    """pipeline.yaml where there is none; one of ours stays, release upgrade brings it up to date."""
    found = pipeline_plan(config, files, translator)
    if found.present is None:
        return FileChange(pipeline.PATH, None, found.generated.text.encode())
    return unchanged(files, pipeline.PATH)


def dependabot_of(paths: Iterable[str], config: Config, files: ProjectFiles, actions: Sequence[str] = ()) -> FileChange:
    """Dependabot's file with an entry for the workflows, and one for the folders of Dockerfiles."""
    there = set(paths)
    where = next((path for path in dependabot.PATHS if path in there), dependabot.PATH)
    written = present(files, where)
    every = dependabot.wanted([each.dockerfile for each in config.images.values()], actions)
    text = dependabot.completed(written, every, where)
    return FileChange(where, None if written is None else written.encode(), text.encode())
