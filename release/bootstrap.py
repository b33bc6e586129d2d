"""The only module that names adapters: it makes the ports from the environment variables of the process.

============================  ==========================================================================================
variable                      meaning
============================  ==========================================================================================
``AWS_*``                     as every AWS tool reads them (credentials, profile, ``AWS_ENDPOINT_URL``)
``RELEASE_PARAMETERS``        template parameters given here: ``Key=Value`` or ``environment:Key=Value`` words,
                              quoted as in a shell; they win over release.toml
``RELEASE_REGISTRY``          the registry's ``host[:port]`` when it is not the one ECR names
``RELEASE_ARCHIVES``          folder that holds the last build's archives; equal inputs are not built again
``RELEASE_BASE``              ``oci-layout:///folder@sha256:…`` instead of the base image in release.toml
``RELEASE_BUILDER``           the buildx builder; default: the engine's own
``RELEASE_BUILD_CACHE_FROM``  where buildx takes layers from, ``RELEASE_BUILD_CACHE_TO`` where it keeps them, as its
                              ``--cache-from`` and ``--cache-to`` have it; ``{image}`` is the image's name
``RELEASE_BUILD_NETWORK``     the network of build steps; default: ``default``
``RELEASE_CACHE``             the folder of tools that a machine lacks; default: ``lambda-image-release`` in
                              ``XDG_CACHE_HOME``, else in ``~/.cache``
``RELEASE_CA_BUNDLE``         certificates for downloads inside a build (default: ``PIP_CERT``, ``SSL_CERT_FILE``)
``RELEASE_DIST``              folder for archives; default: ``dist``
``RELEASE_SCAN_DATABASE``     the scanner's advisories, ``host/name:tag``, instead of the one in release.toml
``RELEASE_SAM``               the sam executable; default: on PATH, else one installed into the cache
============================  ==========================================================================================
"""

from __future__ import annotations

import logging
import shlex
import shutil
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from release.adapters.git import GitRepository
from release.digest import is_digest
from release.errors import UsageError
from release.versions.settings import VersionSettings

if TYPE_CHECKING:
    from release.adapters.aws import Aws
    from release.adapters.docker import Docker
    from release.adapters.ecr import Ecr
    from release.adapters.scanstore import ScanStore
    from release.adapters.trivy.scanner import Trivy
    from release.adapters.workspace import LocalWorkspace
    from release.deployments.target import Target
    from release.gate.gate import Gate
    from release.gate.policy import GatePolicy
    from release.gate.vex import Statement
    from release.images.build import Base
    from release.settings.config import Config, EnvironmentSpec


log = logging.getLogger("release")


class Wiring:
    """The ports of one run, each made when it is first asked for (a command pays only for what it uses)."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.folder, self.env = folder, env

    @cached_property
    def config(self) -> Config:
        """release.toml of the working tree. Raises UsageError."""
        from release.adapters import installed
        from release.settings import config as config_file

        if self._settings is None:
            raise UsageError(
                f"there is no release.toml in {self.folder}",
                next_step="run this in the repository, or write one (README)",
            )
        return config_file.parse(self._settings, installed.version)

    @cached_property
    def _settings(self) -> str | None:
        """release.toml as it is written; None where there is none. Raises UsageError."""
        try:
            return (self.folder / "release.toml").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"release.toml cannot be read: {error}", next_step="make it a UTF-8 text file") from error

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
    def inputs(self) -> Mapping[str, tuple[str, ...]] | None:
        """Image -> its input paths; None where release.toml names no project, so nothing is asked about images."""
        if self._versions_alone:
            return None
        return {name: image.inputs for name, image in self.config.images.items()}

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
        from release.adapters import process
        from release.adapters.docker import Docker

        docker = process.find("docker", remedy="install Docker; a rehearsal brings its own engine: release rehearse")
        return Docker(
            docker,
            self.env,
            builder=self.env.get("RELEASE_BUILDER", ""),
            network=self.env.get("RELEASE_BUILD_NETWORK", "default"),
        )

    @cached_property
    def registry(self) -> Ecr:
        """ECR in the region of release.toml."""
        import boto3

        from release.adapters.ecr import Ecr

        session = boto3.Session(region_name=self.config.registry_region)
        return Ecr(session.client("ecr"), self.env.get("RELEASE_REGISTRY", ""))

    def cloud(self, environment: EnvironmentSpec) -> Aws:
        """AWS in the environment's region."""
        import boto3

        from release.adapters.aws import Aws

        return Aws(boto3.Session(region_name=environment.region), self._sam, self.env)

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

        return actions.workflow_url(self.env, "rollback.yml")

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

    def target(self, environment: str) -> Target:
        """Where a deployment to ``environment`` goes. Raises NotFoundError for a name that release.toml lacks."""
        from release.adapters.clock import SystemClock
        from release.deployments.target import target_of

        return target_of(
            self.config,
            environment,
            registry=self.registry,
            cloud=self.cloud(self.config.environment(environment)),
            git=self.git,
            clock=SystemClock(),
            overrides=self.overrides(environment),
        )

    @property
    def base(self) -> Base:
        """The base image really used."""
        from release.images.build import Base

        given = self.env.get("RELEASE_BASE", "")
        if given and not is_digest(given.rpartition("@")[2]):
            raise UsageError("RELEASE_BASE names no digest (…@sha256:…)", untouched="everything")
        return Base((given or self.config.base).rpartition("@")[2], given)

    @property
    def build_secrets(self) -> Mapping[str, Path]:
        """What a build step may read without it becoming part of a layer: certificates, pip's configuration."""
        found = {}
        for name in ("RELEASE_CA_BUNDLE", "PIP_CERT", "SSL_CERT_FILE"):
            if self.env.get(name) and Path(self.env[name]).is_file():
                found["ca"] = Path(self.env[name])
                break
        if self.env.get("PIP_CONFIG_FILE") and Path(self.env["PIP_CONFIG_FILE"]).is_file():
            found["pip"] = Path(self.env["PIP_CONFIG_FILE"])
        return found

    def overrides(self, environment: str) -> Mapping[str, str]:
        """RELEASE_PARAMETERS for ``environment``. Raises UsageError for what is no ``Key=Value``."""
        found = {}
        try:
            words = shlex.split(self.env.get("RELEASE_PARAMETERS", ""))
        except ValueError as error:
            raise UsageError(f"RELEASE_PARAMETERS: {error}", untouched="everything") from error
        for word in words:
            key, equals, value = word.partition("=")
            scope, colon, name = key.rpartition(":")
            if not equals or not name.isalnum() or (colon and scope not in self.config.environments):
                raise UsageError(
                    f"RELEASE_PARAMETERS: {word!r} is neither Key=Value nor environment:Key=Value",
                    untouched="everything",
                )
            if scope in ("", environment):
                found[name] = value
        return found

    def _sam(self) -> Path:
        given = self.env.get("RELEASE_SAM") or shutil.which("sam", path=self.env.get("PATH"))
        if given:
            return Path(given)
        from release.adapters.toolbox import LOCKS, Cache, Toolbox

        return Toolbox(Cache.of(self.env), (LOCKS,), log.info).venv("sam").tool("sam")
