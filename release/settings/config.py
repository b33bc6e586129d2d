"""release.toml as frozen values: all that an adopter edits.

Errors name the file, the line and the key. Unknown keys are errors: a misspelt key must not silently mean its default.
What an earlier commit had is read leniently (:func:`parse_history`): nobody can correct it on the way back.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from release.errors import NotFoundError, UsageError
from release.gate.config import parse_policy
from release.gate.policy import GatePolicy
from release.settings.builds import parse_build
from release.settings.bundle import Limits, parse_bundle
from release.settings.checks import Checks, parse_checks
from release.settings.environments import REGION, EnvironmentSpec, parse_environment
from release.settings.images import REPOSITORY, ImageSpec, parse_image
from release.settings.order import too_early
from release.settings.prune import Keep, parse_prune
from release.settings.rehearsal import RehearsalSpec, parse_rehearsal
from release.settings.required import check_required
from release.settings.smoke import SmokeTest, parse_smoke
from release.toml import Table
from release.versions.config import parse_versions
from release.versions.settings import VersionSettings

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}\Z")
_NAME_FORM = "(a-z, 0-9, -; at most 31)"
#: Lambda's CreateAlias, Name
_ALIAS = re.compile(r"(?![0-9]+\Z)[A-Za-z0-9_-]{1,128}\Z")


@dataclass(frozen=True)
class Config:
    """release.toml."""

    project: str
    template: str
    alias: str
    base: str
    pinned: bool
    registry_region: str
    records: str
    images: Mapping[str, ImageSpec]
    environments: Mapping[str, EnvironmentSpec]
    smoke: tuple[SmokeTest, ...]
    versions: VersionSettings = field(default_factory=VersionSettings)
    gate: GatePolicy | None = None
    limits: Limits = field(default_factory=Limits)
    keep: Keep = field(default_factory=Keep)
    checks: Checks = field(default_factory=Checks)
    rehearsal: RehearsalSpec = field(default_factory=RehearsalSpec)
    build_memory: int = 0
    notes: tuple[str, ...] = ()
    """Of a file from history: what this command did not understand, or missed."""

    def environment(self, name: str) -> EnvironmentSpec:
        """The environment ``name``. Raises NotFoundError with the names there are."""
        if name not in self.environments:
            raise NotFoundError(
                f"there is no environment {name!r} in release.toml (there are: {', '.join(self.environments)})",
                untouched="everything",
                next_step="name one of these, or write the environment into release.toml",
            )
        return self.environments[name]


def default_records(project: str) -> str:
    """The repository of a project's releases, where ``registry.records`` names no other."""
    return f"{project}/releases"


def parse(text: str, command: Callable[[], str] | None = None) -> Config:
    """Read release.toml's ``text``, the present one.

    Args:
        command: the version of the command that reads it, for ``required-version``; asked only where that is set. None:
            the reader is no command, so nothing is compared.

    Raises:
        UsageError: with line and key.
        MachineError: the file asks for another version of the command.
    """
    return parse_table(table_of(text), command)


@lru_cache(maxsize=16)  # a command asks a release's settings several times
def parse_history(text: str) -> Config:
    """Read release.toml's ``text`` as an earlier commit had it, perhaps for an earlier command (faults.md, 68).

    Keys that are not known are left out, those that are missing have their default or are empty, and a smoke test that
    is not understood as a whole is not among ``smoke``; ``notes`` has a line for each of it.

    Raises:
        UsageError: it is not TOML.
    """
    top = table_of(text, notes=[])
    return replace(parse_table(top), notes=tuple(top.notes or ()))


def table_of(text: str, notes: list[str] | None = None) -> Table:
    """The file as a table, nothing of it read yet; ``notes`` as in ``Table``. Raises UsageError: it is no TOML."""
    try:
        return Table(text, "", tomllib.loads(text), notes=notes)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"release.toml is not valid TOML: {error}",
            untouched="everything",
            next_step="correct it and run the same command again",
        ) from error


def parse_table(top: Table, command: Callable[[], str] | None = None) -> Config:
    """Read the whole file as a table. Raises what ``parse`` raises."""
    check_required(top, command)
    project = top.table("project", doc="What the pipeline releases.")
    build = top.table("build", doc="What images are built for and from.", required=False)
    registry = top.table("registry", doc="Where images go.", required=False)
    tables = top.tables(
        "images",
        doc="An image of the project: one target of one Dockerfile.",
        names=_NAME,
        what=f"an image {_NAME_FORM}",
        elsewhere="the template's `Metadata`",
    )
    defaults = parse_build(build)
    images = {name: parse_image(name, table, defaults) for name, table in tables.items()}
    tables = top.tables(
        "environments",
        doc="An environment: one CloudFormation stack in one region.",
        names=_NAME,
        what=f"an environment {_NAME_FORM}",
    )
    environments = {name: parse_environment(name, table) for name, table in tables.items()}
    _check_unique(top, images, environments)
    limits = parse_bundle(top.table("bundle", doc="How much a release may hold beside its images.", required=False))
    keep = parse_prune(top.table("prune", doc="What `release prune` leaves in the registry.", required=False))
    checks = top.table("checks", doc="The repository's own checks, run by the workflows.", required=False)
    rehearsed = top.table("rehearsal", doc="What `release rehearse` cannot know by itself.", required=False)
    gate = top.table("gate", doc="What may leave the machine. Without it nothing is published.", required=False)
    name = project.text_of("name", pattern=_NAME, doc="The project's name.")
    config = Config(
        project=name,
        template=project.text_of("template", "template.yaml", doc="The SAM template that is deployed."),
        alias=project.text_of(
            "alias",
            "live",
            pattern=_ALIAS,
            doc="The alias of each function that serves. `none`: functions without one get none, and `$LATEST` is "
            "what is proven; a rollback then waits for the stack.",
        ),
        base=defaults.base,
        pinned=defaults.pinned,
        build_memory=defaults.memory,
        registry_region=registry.text_of(
            "region",
            next(iter(environments.values())).region if environments else "",
            pattern=REGION,
            doc="The AWS region of the image repositories.",
            unset="the region of the first environment",
        ),
        records=registry.text_of(
            "records",
            default_records(name),
            pattern=REPOSITORY,
            doc="The ECR repository that holds the releases. Each environment's ledger is a repository below it.",
            unset="the project's name and `/releases`",
        ),
        images=images,
        environments=environments,
        smoke=parse_smoke(top, tuple(environments)),
        versions=parse_versions(top),
        limits=limits,
        keep=keep,
        checks=parse_checks(checks),
        rehearsal=parse_rehearsal(rehearsed),
        gate=_gate(gate, environments)
        if "gate" in top and top.notes is None
        else None,  # an old policy decides nothing
    )
    for table in (top, project, build, registry):
        table.done()
    return config


def _gate(table: Table, environments: Mapping[str, EnvironmentSpec]) -> GatePolicy:
    policy = parse_policy(table)
    if policy.compare_with and policy.compare_with not in environments:
        table.refuse("compare-with", f"names {policy.compare_with!r}, which is no environment")
    return policy


def _check_unique(top: Table, images: Mapping[str, ImageSpec], environments: Mapping[str, EnvironmentSpec]) -> None:
    """Two images in one repository would fight for a version's tag, two environments in one stack for the stack."""
    for spec in environments.values():
        if spec.proven_in and (spec.proven_in not in environments or spec.proven_in == spec.name):
            problem = f"names {spec.proven_in!r}, which is no other environment"
            _inner(top, "environments", spec.name).refuse("proven-in", problem)
    if early := too_early(environments):
        problem = f"is {early[1]!r}, where only tags deploy, while every merge deploys here"
        _inner(top, "environments", early[0]).refuse("proven-in", problem)
    claims: dict[tuple[str, str], str] = {}
    for image in images.values():
        for key in ("repository", "parameter"):
            _claim(claims, key, getattr(image, key), image.name, _inner(top, "images", image.name))
    for spec in environments.values():
        _claim(claims, "stack", f"{spec.stack} in {spec.region}", spec.name, _inner(top, "environments", spec.name))


def _claim(claims: dict[tuple[str, str], str], key: str, value: str, owner: str, table: Table) -> None:
    if (taken := claims.setdefault((key, value), owner)) != owner:
        table.refuse(key, f"is {value!r}, which {taken} has already")


def _inner(top: Table, kind: str, name: str) -> Table:
    return Table(top.text, f"{kind}.{name}", {}, notes=top.notes)
