"""Where a deployment goes: one stack in one region, and the ports that reach it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from release.clock import Clock
from release.deployments.model import Stack
from release.deployments.ports import Cloud
from release.images.ports import Registry
from release.settings.config import Config, EnvironmentSpec
from release.versions.ports import Git


@dataclass(frozen=True)
class Target:
    """What every step of a deployment, of its put-back, of a rollback and of a look at what is live passes on.

    It holds what the present release.toml says. What a release brings along (template, settings, smoke tests) is not
    in it: that goes back with the release.

    Attributes:
        environment: its name, stack, region, where a release must be proven before, and the smoke user's secret.
        repositories: image -> its repository in ``registry``.
        functions: image -> the stack output that names its function.
        alias: the alias that traffic goes to.
        platforms: image -> what its functions run on (``linux/amd64``).
        overrides: template parameters given here (RELEASE_PARAMETERS); they win over release.toml.
    """

    environment: EnvironmentSpec
    repositories: Mapping[str, str]
    functions: Mapping[str, str]
    alias: str
    platforms: Mapping[str, str]
    registry: Registry
    cloud: Cloud
    git: Git
    clock: Clock
    overrides: Mapping[str, str]

    @property
    def name(self) -> str:
        """The environment's name, as in release.toml and in the ledger's tags."""
        return self.environment.name

    def stack(self) -> Stack | None:
        """The stack as it is now."""
        return self.cloud.stack(self.environment.stack)

    def tags(self) -> Mapping[str, Mapping[str, str]]:
        """Image -> tag -> digest. Raises NotFoundError for a missing repository."""
        return {image: self.registry.tags(repository) for image, repository in self.repositories.items()}


def target_of(
    config: Config,
    environment: str,
    *,
    registry: Registry,
    cloud: Cloud,
    git: Git,
    clock: Clock,
    overrides: Mapping[str, str],
) -> Target:
    """The target that ``config`` calls ``environment``. Raises NotFoundError when it names none so."""
    return Target(
        environment=config.environment(environment),
        repositories={name: image.repository for name, image in config.images.items()},
        functions={name: image.function for name, image in config.images.items()},
        alias=config.alias,
        platforms={name: image.platform for name, image in config.images.items()},
        registry=registry,
        cloud=cloud,
        git=git,
        clock=clock,
        overrides=overrides,
    )
