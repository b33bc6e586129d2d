"""A release into an environment, and the proof that it serves: common to deployments, rollbacks and put-backs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from release.clock import Clock
from release.deployments import deployplan, observe, smoke
from release.deployments.model import Stack, StackRequest
from release.deployments.ports import Cloud
from release.deployments.smokerules import SmokeResult
from release.errors import NotFoundError, RemoteError, UsageError
from release.images.ports import Registry
from release.releases.model import Release
from release.settings import template
from release.settings.config import Config, EnvironmentSpec
from release.versions.ports import Git

log = logging.getLogger("release.deploy")

#: How long to wait for somebody else's change of the stack, and for an alias to serve (seconds).
STACK_WAIT, SERVE_WAIT, POLL = 900.0, 300.0, 2.0


@dataclass(frozen=True)
class Ports:
    """What a deployment needs of the world.

    Attributes:
        overrides: template parameters given here (RELEASE_PARAMETERS); they win over release.toml.
    """

    git: Git
    registry: Registry
    cloud: Cloud
    clock: Clock
    overrides: Mapping[str, str]


def wait_for_stack(spec: EnvironmentSpec, ports: Ports) -> None:
    """Wait until nobody changes the stack any more, at most STACK_WAIT; the plan then judges its status."""
    waited = 0.0
    while waited < STACK_WAIT:
        stack = ports.cloud.stack(spec.stack)
        if stack is None or not stack.status.endswith("_IN_PROGRESS") or stack.status == "REVIEW_IN_PROGRESS":
            return
        if waited == 0:
            log.info("stack %s is %s; waiting for it", spec.stack, stack.status)
        ports.clock.sleep(POLL * 5)
        waited += POLL * 5


def stack_request(release: Release, environment: str, config: Config, ports: Ports) -> StackRequest:
    """The stack as ``release`` wants it: template, parameters and images as they were at its commit.

    New settings can break old code, so going back takes the old ones along. Which stack and region it is comes from the
    present release.toml. Every parameter of the template is named, the defaults too: CloudFormation keeps the value of
    one that is not, so a setting that a later release brought would outlive the way back. A setting of this
    environment that an old template does not know is left out.

    Raises:
        NotFoundError: the release lacks an image that its own release.toml names.
        UsageError: the template lacks a parameter that a release needs, or needs one that nobody gives.
    """
    then = observe.config_at(ports.git, release.commit)
    given = {**_settings(then, environment), **ports.overrides}
    for name, image in then.images.items():
        if name not in release.digests:
            raise NotFoundError(
                f"v{release.version} has no image {name}, which its release.toml names",
                untouched=environment,
                next_step=f"release history {environment} shows the releases that are whole",
            )
        given[image.parameter] = ports.registry.uri(image.repository, release.digests[name])
    released = {"ReleaseVersion": release.version, "GitSha": release.commit}
    given |= released
    text = ports.git.show(release.commit, then.template)
    asked = template.parameters(text, f"{then.template} of {release.commit[:12]}")
    _check(asked, given, {*released, *(image.parameter for image in then.images.values())}, environment)
    return StackRequest(
        name=config.environment(environment).stack,
        template=text,
        parameters={name: given.get(name, default or "") for name, default in asked.items()},
        repositories=tuple(
            ports.registry.uri(image.repository, release.digests[name]).partition("@")[0]
            for name, image in then.images.items()
        ),
    )


def check_settings(release: Release, environment: str, config: Config, ports: Ports) -> None:
    """Refuse a setting of release.toml that its template does not know: it would silently do nothing.

    Raises:
        UsageError: with its name; and whatever ``stack_request`` raises.
    """
    known = stack_request(release, environment, config, ports).parameters
    unknown = sorted(set(_settings(observe.config_at(ports.git, release.commit), environment)) - set(known))
    if unknown:
        raise UsageError(
            f"release.toml gives {environment} the parameter {unknown[0]}, which the template does not have",
            untouched=environment,
            next_step="mend its spelling in release.toml, or add it to the template; then release that",
        )


def _settings(then: Config, environment: str) -> dict[str, str]:
    return dict(then.environments[environment].parameters) if environment in then.environments else {}


def _check(asked: Mapping[str, str | None], given: Mapping[str, str], needed: set[str], environment: str) -> None:
    if lacking := sorted(needed - set(asked)):
        raise UsageError(
            f"the template has no parameter {lacking[0]}",
            untouched=environment,
            next_step="add it: every image's parameter of release.toml, ReleaseVersion and GitSha (template.yaml)",
        )
    if missing := sorted(name for name, default in asked.items() if default is None and name not in given):
        raise UsageError(
            f"the template's parameter {missing[0]} has no default, and nobody gives it",
            untouched=environment,
            next_step=f"give it in release.toml ([environments.{environment}.parameters]) or in RELEASE_PARAMETERS",
        )


def update_stack(wanted: StackRequest, ports: Ports) -> None:
    """Deploy through CloudFormation and wait until it is done.

    The stack's own parameters tell whether it took the release, not its status alone: an empty change set leaves a
    stack that was once rolled back in UPDATE_ROLLBACK_COMPLETE (faults.md, 18).

    Raises:
        ReleaseError: it did not take it.
    """
    version = wanted.parameters["ReleaseVersion"]
    log.info("deploying v%s to stack %s", version, wanted.name)
    ports.cloud.deploy(wanted)
    stack = ports.cloud.stack(wanted.name)
    status = stack.status if stack else "gone"
    took = stack is not None and all(
        stack.parameters.get(key) == wanted.parameters[key] for key in ("ReleaseVersion", "GitSha")
    )
    if status not in deployplan.UPDATABLE or not took:
        raise RemoteError(f"stack {wanted.name} is {status} and did not take v{version}")


def prove(release: Release, environment: str, config: Config, ports: Ports) -> tuple[Stack, tuple[SmokeResult, ...]]:
    """Every alias serves the release's digest, and every smoke test passes. Raises RemoteError otherwise."""
    then = observe.config_at(ports.git, release.commit)
    stack = _serving(release, environment, then, config, ports)
    spec = config.environment(environment)
    results = smoke.run(then, spec, stack, release, ports.cloud)
    failed = [result for result in results if not result.passed]
    if failed:
        raise RemoteError(f"smoke test {failed[0].name!r} failed: {failed[0].problem}")
    return stack, results


def _serving(release: Release, environment: str, then: Config, config: Config, ports: Ports) -> Stack:
    waited = 0.0
    while True:
        stack = ports.cloud.stack(config.environment(environment).stack)
        live = observe.live_functions(then, stack, ports.cloud)
        problem = deployplan.unserved(live, release)
        if stack is not None and not problem:
            return stack
        if waited >= SERVE_WAIT or deployplan.hopeless(live):
            raise RemoteError(problem or "the stack is gone")
        ports.clock.sleep(POLL)
        waited += POLL
