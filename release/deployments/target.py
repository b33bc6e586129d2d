"""Where a deployment goes: one stack in one region, its registry and ledger, and the ports that reach them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from release.clock import Clock
from release.deployments.ledger import Ledger
from release.deployments.model import Stack
from release.deployments.ports import Cloud, Runs
from release.images.ports import Registry
from release.releases.bundle import Limits
from release.releases.ports import Store
from release.settings.environments import EnvironmentSpec


@dataclass(frozen=True)
class Target:
    """What every step of a deployment, of its put-back, of a rollback and of a look at what is live passes on.

    It holds what the present release.toml says. What a release brings along (template, settings, images, smoke tests)
    is not in it: that goes back with the release. Nothing in it needs git (docs/architecture.md, rule 13).

    Attributes:
        environment: its name, stack, region, where a release must be proven before, and the smoke user's secret.
        records: the repository that holds the releases.
        folder: an empty folder for bundles, which is gone when the command ends.
        overrides: template parameters given here (RELEASE_PARAMETERS); they win over release.toml.
    """

    environment: EnvironmentSpec
    records: str
    registry: Registry
    store: Store
    cloud: Cloud
    clock: Clock
    runs: Runs
    folder: Path
    limits: Limits
    overrides: Mapping[str, str]

    @property
    def name(self) -> str:
        """The environment's name, as in release.toml and in the ledger."""
        return self.environment.name

    def ledger(self, environment: str = "") -> Ledger:
        """The ledger as it is now, of this environment or of another one in the same registry."""
        name = environment or self.name
        return Ledger(name, self.store, ledger_repository(self.records, name))

    def stack(self) -> Stack | None:
        """The stack as it is now."""
        return self.cloud.stack(self.environment.stack)


def ledger_repository(records: str, environment: str) -> str:
    """The repository of an environment's claims and outcomes: its own, so that no other role writes into it."""
    return f"{records}/{environment}"
