"""release rollback: a proven deployment goes back in, by digest, with the template it was released with."""

from __future__ import annotations

from release.deployments import deployplan, ledger, observe
from release.deployments.deployplan import DeployPlan, Observed
from release.deployments.rollout import Ports, stack_request, wait_for_stack
from release.errors import NotFoundError
from release.releases.model import Release
from release.settings.config import Config


def plan_rollback(config: Config, environment: str, to: str | None, ports: Ports) -> DeployPlan:
    """What going back takes: to the deployment before, or to version ``to``. Changes nothing.

    Raises:
        NotFoundError: the target was never proven here, or an image or its commit is gone (faults.md, 24).
        ConflictError: the stack takes no update.
    """
    spec = config.environment(environment)
    tags = observe.tags_by_image(config, ports.registry)
    entries = ledger.completed(ledger.deployments(environment, tags), tags)
    if not entries:
        raise NotFoundError(
            f"nothing was ever proven in {environment}, so there is nothing to go back to",
            untouched="everything",
            next_step=f"release deploy {environment} --version …",
        )
    wait_for_stack(spec, ports)
    seen = observe.environment(config, environment, ports.cloud, ports.git, tags)
    target = (
        ledger.named(entries, to, environment)
        if to
        else ledger.to_go_back_to(entries, half_written=bool(seen.unfinished), live_version=_live_version(seen))
    )
    release = Release(target.version, observe.commit_of_deployment(target, tags), target.digests)
    observe.check_images(config, ports.registry, release)
    stack_request(release, environment, config, ports)
    return deployplan.decide_deployment(seen, release, goes_back=True)


def _live_version(seen: Observed) -> str:
    return seen.stack.parameters.get("ReleaseVersion", "") if seen.stack else ""
