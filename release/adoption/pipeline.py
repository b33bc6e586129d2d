"""pipeline.yaml of a project: what it should be, beside what it is."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from release.adoption import expanded, pipelinefile
from release.adoption.pipelinefile import PipelineFile
from release.adoption.ports import ProjectFiles, Translator
from release.completion import tree
from release.errors import ConflictError, NotFoundError
from release.releases import bundling
from release.report import Report
from release.settings.config import Config
from release.versions.ports import Git

PATH = "pipeline.yaml"


@dataclass(frozen=True)
class PipelinePlan:
    """The file as it is, None where there is none, and as it should be."""

    project: str
    region: str
    present: str | None
    generated: PipelineFile

    @property
    def diff(self) -> str:
        """What writing it would change, as a unified diff; "" for nothing."""
        return difference(self.present or "", self.generated.text)

    @property
    def deploy(self) -> str:
        """The command that brings it into the account; what is not said stays as it was given."""
        return (
            f"aws cloudformation deploy --region {self.region} --stack-name {self.project}-pipeline "
            f"--template-file {PATH} --capabilities CAPABILITY_NAMED_IAM"
        )


def plan(config: Config, files: ProjectFiles, translator: Translator) -> PipelinePlan:
    """What the file should be, by the copies of the templates that a release deploys.

    Raises what :func:`expanded.expand` and :func:`release.completion.tree.copies` raise.
    """
    read = tree.reader(config.template, files.read, bundling.wanted(config))
    everywhere, notes = expanded.expand(config, read, translator)
    try:
        present = _text(files.read(PATH))
    except NotFoundError:
        present = None
    generated = pipelinefile.generate(config, everywhere, notes, present or "")
    return PipelinePlan(config.project, config.registry_region, present, generated)


def check(found: PipelinePlan) -> None:
    """Raises ConflictError, with the difference as its report, when the file is not what it should be."""
    if not found.diff:
        return
    error = ConflictError(
        f"there is no {PATH}"
        if found.present is None
        else f"{PATH} is not what release.toml and the template ask for; deployments would lack what they need",
        untouched="everything",
        next_step=f"release pipeline --write, then commit {PATH} and deploy it before the release that needs it: "
        f"{found.deploy}",
    )
    error.report = Report({"current": False, "diff": found.diff}, found.diff)
    raise error


def is_ours(text: str) -> bool:
    """Whether a file of that name is one that this command wrote."""
    return "\n# Written by `release pipeline --write`" in text


def at(git: Git, revision: str) -> str:
    """The file of a commit; "" where it had none. Raises NotFoundError: there is no such commit."""
    commit = git.resolve(revision)
    try:
        return _text(git.show(commit, PATH))
    except NotFoundError:
        return ""


def _text(content: bytes) -> str:
    """Line ends of Windows are what git made of it, not a change."""
    return content.decode("utf-8", errors="replace").replace("\r\n", "\n")


def difference(before: str, after: str) -> str:
    """A unified diff; "" for nothing."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"{PATH} as it is", f"{PATH} as it should be"
    )
    return "".join(lines)
