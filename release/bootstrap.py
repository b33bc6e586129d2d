"""The only module that names adapters: it makes the ports from the environment variables of the process.

============================  ==========================================================================================
variable                      meaning
============================  ==========================================================================================
``AWS_*``                     as every AWS tool reads them (credentials, profile, ``AWS_ENDPOINT_URL``)
``RELEASE_PARAMETERS``        template parameters given here: ``Key=Value`` or ``environment:Key=Value`` words,
                              quoted as in a shell; they win over release.toml
``RELEASE_REGISTRY``          the registry's ``host[:port]`` when it is not the one ECR names
``RELEASE_ARCHIVES``          folder that holds the last build's archives; equal inputs are not built again
``RELEASE_BASE``              ``oci-layout:///folder@sha256:…`` instead of the base image in release.toml;
                              ``name=oci-layout:///folder@sha256:…`` words instead of other images
``RELEASE_BUILDER``           the buildx builder; default: the engine's own
``RELEASE_BUILD_CACHE_FROM``  where buildx takes layers from, ``RELEASE_BUILD_CACHE_TO`` where it keeps them, as its
                              ``--cache-from`` and ``--cache-to`` have it; ``{image}`` is the image's name
``RELEASE_BUILD_NETWORK``     the network of build steps; default: ``default``
``RELEASE_CACHE``             the folder of tools that a machine lacks; default: ``lambda-image-release`` in
                              ``XDG_CACHE_HOME``, else in ``~/.cache``
``RELEASE_CA_BUNDLE``         certificates for downloads inside a build (default: ``PIP_CERT``, ``SSL_CERT_FILE``)
``RELEASE_DIST``              folder for archives; default: ``dist``
``RELEASE_SCAN_DATABASE``     the scanner's advisories, ``host/name:tag``, instead of the one in release.toml
``RELEASE_SAM``               the sam executable, ``sam`` for the one on PATH; default: the locked one, installed into
                              the cache
============================  ==========================================================================================
"""

from __future__ import annotations

import logging
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from release.adapters.git import GitRepository
from release.errors import NotFoundError, UsageError
from release.versions.settings import VersionSettings

if TYPE_CHECKING:
    from release.adapters.account import AwsAccount
    from release.adapters.aws import Aws
    from release.adapters.demolition import AwsDemolition
    from release.adapters.docker import Docker
    from release.adapters.ecr import Ecr
    from release.adapters.ecr_shelves import EcrShelves
    from release.adapters.ecr_store import EcrStore
    from release.adapters.filechanges import ChangedTogether
    from release.adapters.gh import GitHubProgram
    from release.adapters.gitaround import GitAround
    from release.adapters.ownfiles import CommandFiles
    from release.adapters.person import Person
    from release.adapters.projectfiles import WorkingTree
    from release.adapters.sambuild import SamBuilder
    from release.adapters.samtranslation import SamTranslator
    from release.adapters.scanstore import ScanStore
    from release.adapters.starter import DockerStarter
    from release.adapters.startstore import StartStore
    from release.adapters.trivy.scanner import Trivy
    from release.adapters.workspace import LocalWorkspace
    from release.adoption.pin import Provenance
    from release.deployments.target import Target
    from release.gate.gate import Gate
    from release.gate.policy import GatePolicy
    from release.gate.vex import Statement
    from release.images.ports import Bases
    from release.releases.bundle import Limits
    from release.settings.config import Config
    from release.settings.environments import EnvironmentSpec
    from release.settings.images import ImageSpec
    from release.versions.ports import Changes


log = logging.getLogger("release")


class Wiring:
    """The ports of one run, each made when it is first asked for (a command pays only for what it uses)."""

    def __init__(self, folder: Path, env: Mapping[str, str], project: str = "", region: str = "") -> None:
        self.here, self.env, self.project, self.region = folder, env, project, region

    @cached_property
    def folder(self) -> Path:
        """The folder of release.toml: where the command was started, or above that in the repository."""
        from release.adapters.projectfiles import project_folder

        return self.here if self.project else project_folder(self.here)

    @cached_property
    def config(self) -> Config:
        """release.toml of the working tree; with a project named, of its newest release. Raises UsageError."""
        from release.adapters import installed
        from release.completion.missing import check_images
        from release.settings import config as config_file

        if self.project:
            return self._config_of_project()
        if self._settings is None:
            raise UsageError(
                f"there is no release.toml in {self.folder}",
                next_step="run this in the repository, or have one written: release init; commands about environments "
                "also take --project NAME --region R",
            )
        settings = self._with_images(self._settings, self._file)
        check_images(settings, self._file)
        return config_file.parse(settings, installed.version)

    def _with_images(self, settings: str, read: Callable[[str], bytes]) -> str:
        """release.toml's text with the images that only the template describes."""
        from release.completion.inferred import with_images

        return with_images(settings, read)

    def _file(self, path: str) -> bytes:
        """A file of the working tree. Raises NotFoundError."""
        try:
            return (self.folder / path).read_bytes()
        except OSError as error:
            raise NotFoundError(
                f"{path} cannot be read: {error.strerror}", untouched="everything", next_step=f"write {path}"
            ) from error

    def _config_of_project(self) -> Config:
        from release.releases import recording

        newest = recording.newest(self.store, self.releases)
        log.info("settings: release.toml of v%s of %s", newest.version, newest.project)
        return recording.settings_of(newest)

    @property
    def releases(self) -> str:
        """The repository of the releases."""
        from release.settings.config import default_records

        return default_records(self.project) if self.project else self.config.records

    @property
    def _registry_region(self) -> str:
        """The region of the registry. Raises UsageError: a project is named, and no region."""
        if not self.project:
            return self.config.registry_region
        named = self.region or self.env.get("AWS_REGION") or self.env.get("AWS_DEFAULT_REGION", "")
        if not named:
            raise UsageError(
                f"--project {self.project} needs the region of its registry",
                untouched="everything",
                next_step="name it: --region eu-central-1, or set AWS_REGION",
            )
        return named

    @cached_property
    def _settings(self) -> str | None:
        """release.toml as it is written; None where there is none. Raises UsageError."""
        try:
            return (self.folder / "release.toml").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"release.toml cannot be read: {error}", next_step="make it a UTF-8 text file") from error

    @property
    def has_settings(self) -> bool:
        """Whether there is a release.toml. Raises UsageError: it cannot be read."""
        return self._settings is not None

    @cached_property
    def _versions_alone(self) -> VersionSettings | None:
        """The settings of versions where there is nothing else to set; None where release.toml describes a project."""
        if self._settings is None:
            return VersionSettings()
        from release.adapters import installed
        from release.settings.alone import versions_alone

        return versions_alone(self._settings, installed.version)

    @property
    def versions(self) -> VersionSettings:
        """How versions are decided; the defaults where there is no release.toml."""
        return self._versions_alone or self.config.versions

    @property
    def changes(self) -> Changes | None:
        """Tells what changed that decides what runs; None where release.toml names no project, or is not there."""
        from release.releases.changes import changed_since

        return None if self._versions_alone else partial(changed_since, self.git, self.settings_at)

    def config_at(self, commit: str) -> Config:
        """release.toml of the working tree with the images and the template of ``commit``.

        What is committed is what is built and released.

        Raises UsageError when there is none in the working tree either, NotFoundError when only the commit has none.
        """
        present = self.config
        if (then := self.settings_at(commit)) is None:
            raise NotFoundError(
                f"release.toml is not in commit {commit[:12]}",
                untouched="everything",
                next_step="commit it, then run this again",
            )
        return replace(present, images=then.images, template=then.template, alias=then.alias)

    def settings_at(self, commit: str) -> Config | None:
        """release.toml at ``commit``, read leniently unless it is the working tree's file; None where there is none.

        Raises UsageError: it is no TOML.
        """
        from release.settings.config import parse_history

        try:
            text = self.git.show(commit, "release.toml")
        except NotFoundError:
            return None
        written = text.decode(errors="replace")
        try:
            completed = self._with_images(written, lambda path: self.git.show(commit, path))
            if completed == written == self._settings:  # nothing of it depends on the template
                return self.config
            then = parse_history(completed)
        except UsageError as error:
            error.message = f"at {commit[:12]}: {error.message}"
            raise
        for note in then.notes:
            log.warning("release.toml at %s: %s", commit[:12], note)
        return then

    @property
    def may_ask_aws(self) -> bool:
        """Whether there are credentials in the environment or in AWS's own files; no machine is asked for its role."""
        from release.adapters import credentials

        return credentials.are_there(self.env)

    @property
    def today(self) -> str:
        """The day, in UTC, as changelogs write it."""
        from release.adapters.clock import SystemClock

        return SystemClock().now().date().isoformat()

    @cached_property
    def git(self) -> GitRepository:
        """The repository."""
        return GitRepository(self.folder)

    @cached_property
    def workspace(self) -> LocalWorkspace:
        """The folder of archives."""
        from release.adapters.workspace import LocalWorkspace

        earlier = self.env.get("RELEASE_ARCHIVES", "")
        return LocalWorkspace(self.folder / self.env.get("RELEASE_DIST", "dist"), Path(earlier) if earlier else None)

    @cached_property
    def engine(self) -> Docker:
        """The container engine's client."""
        from release.adapters import memory, process
        from release.adapters.docker import Docker

        left, each = memory.available(), self.config.build_memory
        docker = process.find("docker", remedy="install Docker; a rehearsal brings its own engine: release rehearse")
        return Docker(
            docker,
            self.env,
            builder=self.env.get("RELEASE_BUILDER", ""),
            network=self.env.get("RELEASE_BUILD_NETWORK", "default"),
            side_by_side=max(1, left // each) if left is not None and each else 0,
        )

    @property
    def starter(self) -> DockerStarter:
        """Starts images in the container engine."""
        from release.adapters.starter import DockerStarter

        return DockerStarter(self.engine.docker, self.env, builder=self.engine.builder)

    @property
    def starts(self) -> StartStore:
        """The records of starts, beside the archives."""
        from release.adapters.startstore import StartStore

        return StartStore(self.workspace.folder, self.workspace.earlier)

    @cached_property
    def registry(self) -> Ecr:
        """ECR in the region of release.toml, or in the one that was named with the project."""
        import boto3

        from release.adapters.ecr import Ecr

        session = boto3.Session(region_name=self._registry_region)
        return Ecr(session.client("ecr"), self.env.get("RELEASE_REGISTRY", ""))

    @property
    def shelves(self) -> EcrShelves:
        """What lies in the registry."""
        from release.adapters.ecr_shelves import EcrShelves

        return EcrShelves(self.registry)

    def cloud(self, environment: EnvironmentSpec) -> Aws:
        """AWS in the environment's region."""
        import boto3

        from release.adapters.aws import Aws

        return Aws(boto3.Session(region_name=environment.region), lambda: self._sam, self.env)

    def demolition(self, environment: EnvironmentSpec) -> AwsDemolition:
        """Takes stacks away in the environment's region."""
        import boto3

        from release.adapters.demolition import AwsDemolition

        return AwsDemolition(boto3.Session(region_name=environment.region))

    @cached_property
    def policy(self) -> GatePolicy:
        """The gate's policy. Raises UsageError when there is none (nothing unscanned is pushed), or a risk expired."""
        from release.adapters.clock import SystemClock
        from release.gate.policy import checked_dates

        if self.config.gate is None:
            raise UsageError(
                "release.toml has no [gate], so nothing may be published",
                untouched="the registry",
                next_step='write one; the least is: [gate] and block = ["HIGH", "CRITICAL"]',
            )
        return checked_dates(self.config.gate, SystemClock().now().date())

    def gate(self, database: str = "") -> Gate:
        """The gate. ``database`` names another repository of advisories; "public" the scanner's own."""
        from release.adapters.clock import SystemClock
        from release.gate.config import DEFAULT_DATABASE
        from release.gate.gate import Gate
        from release.gate.vexdocument import parse_vex, refusal

        where = database or self.env.get("RELEASE_SCAN_DATABASE") or self.policy.database
        vex: list[Statement] = []
        for name in self.policy.vex:
            try:
                text = (self.folder / name).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise refusal(name, f"cannot be read: {error}") from error
            vex += parse_vex(text, name)
        repository = DEFAULT_DATABASE if where == "public" else where
        return Gate(self.policy, tuple(vex), lambda: self._scanner(repository), self.records, SystemClock())

    @cached_property
    def records(self) -> ScanStore:
        """Scan records, beside the archives."""
        from release.adapters.scanstore import ScanStore

        return ScanStore(self.workspace.folder)

    @property
    def rollback_url(self) -> str:
        """Where the rollback workflow is started by hand, or "" outside Actions."""
        from release.adapters import actions
        from release.adoption.workflowfiles import FOLDER
        from release.adoption.workflownames import file_of

        there = (self.folder / FOLDER).glob("*rollback.yml")
        texts = {f"{FOLDER}/{path.name}": path.read_text(encoding="utf-8", errors="replace") for path in there}
        return actions.workflow_url(self.env, file_of("rollback.yml", texts))

    def _scanner(self, database: str) -> Trivy:
        from release.adapters.clock import SystemClock
        from release.adapters.toolbox import Cache
        from release.adapters.trivy.binary import RECIPE, Installer
        from release.adapters.trivy.database import TrivyDatabase
        from release.adapters.trivy.scanner import Trivy

        cache = Cache.of(self.env)
        root = cache.root
        binary = Installer(root, RECIPE, self.env, log.info).binary()
        advisories = TrivyDatabase(root, database, SystemClock())
        return Trivy(
            *(binary, advisories, root / "scratch", self.env),
            harmless=self.policy.harmless_warnings,
            analyses=root / "layer-analyses",
            alone=lambda: cache.lock("layer-analyses", wait=1800, busy=log.info),
        )

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """An empty folder that is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="release-") as folder:
            yield Path(folder)

    @contextmanager
    def target(self, environment: str) -> Iterator[Target]:
        """Where a deployment to ``environment`` goes. Raises NotFoundError for a name that release.toml lacks."""
        from release.adapters.clock import SystemClock
        from release.adapters.runs import ActionsRuns
        from release.deployments.target import Target

        spec = self.config.environment(environment)
        with self.scratch() as folder:
            yield Target(
                environment=spec,
                records=self.config.records,
                registry=self.registry,
                store=self.store,
                cloud=self.cloud(spec),
                clock=SystemClock(),
                runs=ActionsRuns(self.env, self._caller),
                folder=folder,
                limits=self.limits,
                overrides=self.overrides(environment),
            )

    @property
    def limits(self) -> Limits:
        """How large a bundle may be."""
        return self.config.limits

    @property
    def in_clone(self) -> bool:
        """Whether the command runs in a git repository."""
        return any((folder / ".git").exists() for folder in (self.folder.resolve(), *self.folder.resolve().parents))

    @cached_property
    def store(self) -> EcrStore:
        """The artifacts in the registry."""
        from release.adapters.ecr_store import EcrStore

        return EcrStore(self.registry)

    def _caller(self) -> str:
        """Whom AWS takes this process for: the end of its ARN."""
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            client = boto3.Session(region_name=self._registry_region).client("sts")
            return client.get_caller_identity()["Arn"].rpartition(":")[2]
        except (ClientError, BotoCoreError):  # who it is decides nothing; the ledger then says so
            return "unknown"

    @property
    def bases(self) -> Bases:
        """The registries of the images that Dockerfiles name, or stand-ins for some of those images."""
        return self._with_stand_ins(self._base_registry)

    def bases_of_build(self, *, fresh: bool = False) -> Bases:
        """The same, as the build of the archives found them; ``fresh``: as this build finds them."""
        from release.adapters.bases import RememberedBases

        path = self.workspace.folder / "bases.json"
        return self._with_stand_ins(RememberedBases(path, self._base_registry, fresh=fresh))

    @cached_property
    def _base_registry(self) -> Bases:
        from release.adapters.baseregistry import BaseRegistry
        from release.adapters.dockerlogin import DockerLogin

        return BaseRegistry(DockerLogin(self.env))

    def _with_stand_ins(self, inner: Bases) -> Bases:
        from release.adapters.bases import StandIns, stand_ins

        bases = {image.base: None for image in self.config.images.values() if image.base}
        return StandIns(stand_ins(self.env.get("RELEASE_BASE", ""), bases), inner)

    def build_secrets(self, image: ImageSpec) -> Mapping[str, str]:
        """What a build step may read without it becoming part of a layer: secret id -> ``env:NAME`` or ``file:/path``.

        Certificates and pip's configuration are offered to every image. Raises MachineError when a secret that
        release.toml asks for is not here.
        """
        from release.adapters.buildsecrets import offered, required

        return {**offered(self.env), **required(image, self.env, self.folder)}

    def overrides(self, environment: str) -> Mapping[str, str]:
        """RELEASE_PARAMETERS for ``environment``. Raises UsageError for what is no ``Key=Value``."""
        found = {}
        try:
            words = shlex.split(self.env.get("RELEASE_PARAMETERS", ""))
        except ValueError as error:
            raise UsageError(
                f"RELEASE_PARAMETERS: {error}", untouched="everything", next_step="quote its words as a shell has them"
            ) from error
        for number, word in enumerate(words, 1):
            key, equals, value = word.partition("=")
            scope, colon, name = key.rpartition(":")
            if not equals or not name.isalnum() or (colon and scope not in self.config.environments):
                shown = repr(key) if equals else "which has no ="  # the rest of it may be a secret
                raise UsageError(
                    f"RELEASE_PARAMETERS: word {number}, {shown}, is neither Key=Value nor environment:Key=Value",
                    untouched="everything",
                    next_step=f"mend it; the environments are {', '.join(self.config.environments)}",
                )
            if scope in ("", environment):
                found[name] = _looked_up(name, value)
        return found

    @property
    def code_builder(self) -> SamBuilder:
        """Builds ZIP functions and layers."""
        from release.adapters import process
        from release.adapters.sambuild import SamBuilder

        def engine() -> bool:
            return process.run(["docker", "version"], env=self.env, check=False, timeout=60).code == 0

        return SamBuilder(lambda: self._sam, self.env, lambda: bool(shutil.which("docker")) and engine())

    @property
    def project_files(self) -> WorkingTree:
        """The files of the repository as they are."""
        from release.adapters.projectfiles import WorkingTree

        return WorkingTree(self.folder)

    def account(self, region: str) -> AwsAccount:
        """What release doctor looks at in a region of the account."""
        import boto3

        from release.adapters.account import AwsAccount

        return AwsAccount(boto3.Session(region_name=region))

    @cached_property
    def forge(self) -> GitHubProgram:
        """GitHub, as the person who is signed in with gh."""
        from release.adapters.gh import GitHubProgram

        return GitHubProgram(self.env)

    @property
    def around(self) -> GitAround:
        """The repository around the folder."""
        from release.adapters.gitaround import GitAround

        return GitAround(self.here)

    @cached_property
    def changed_files(self) -> ChangedTogether:
        """The files of the repository around the folder, several of them changed together."""
        from release.adapters.filechanges import ChangedTogether

        return ChangedTogether(self.around.top())

    @property
    def own_files(self) -> CommandFiles:
        """This command as files."""
        from release.adapters.ownfiles import CommandFiles

        return CommandFiles()

    @property
    def person(self) -> Person:
        """Whoever typed the command."""
        from release.adapters.person import Person

        return Person()

    @property
    def provenance(self) -> Provenance:
        """Of which commit the command is."""
        from release.adapters import provenance

        return provenance.of_command()

    @property
    def aws_region(self) -> str:
        """The region that AWS's own settings on this machine name; "" when they name none."""
        from botocore.session import get_session

        return str(get_session().get_config_variable("region") or "")

    @property
    def translator(self) -> SamTranslator:
        """Expands templates, in the environment of the locked sam."""
        from release.adapters.samtranslation import SamTranslator
        from release.adapters.toolbox import LOCKS, Cache, Toolbox

        return SamTranslator(lambda: Toolbox(Cache.of(self.env), (LOCKS,), log.info).venv("sam").python, self.env)

    def built_bundle(self, inputs: str) -> Path:
        """Where the bundle of these inputs is, or will be, when it holds code that was built."""
        return self.workspace.folder / f"bundle-{inputs}.tar.gz"

    @cached_property
    def _sam(self) -> Path:
        from release.adapters import samtool

        return samtool.find(self.env)


def _looked_up(name: str, value: str) -> str:
    from release.settings import references

    try:
        return references.full(value)
    except ValueError as error:
        raise UsageError(
            f"RELEASE_PARAMETERS: the value of {name} {error}", untouched="everything", next_step="mend it"
        ) from None
