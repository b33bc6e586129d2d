"""A release into a target, and the proof that it serves: common to deployments, rollbacks and put-backs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from release.deployments import observe, serving, smoke, stackstatus
from release.deployments.claims import Served
from release.deployments.model import LiveFunction, Rollout, Stack, StackRequest
from release.deployments.smokerules import SmokeResult
from release.deployments.target import Target
from release.errors import MachineError, ReleaseError, RemoteError

log = logging.getLogger("release.deploy")

#: How long to wait for somebody else's change of the stack, and for an alias to serve (seconds).
STACK_WAIT, SERVE_WAIT, POLL = 900.0, 300.0, 2.0


@dataclass(frozen=True)
class Proof:
    """What a proven release serves, and what its smoke tests said."""

    stack: Stack
    smoke: tuple[SmokeResult, ...]
    functions: Mapping[str, Served]


def wait_for_stack(target: Target) -> None:
    """Wait until nobody changes the stack any more, at most STACK_WAIT; the plan then judges its status."""
    waited = 0.0
    while waited < STACK_WAIT:
        stack = target.stack()
        if stack is None or not stackstatus.busy(stack.status):
            return
        if waited == 0:
            log.info("stack %s is %s; waiting for it", stack.name, stack.status)
        target.clock.sleep(POLL * 5)
        waited += POLL * 5


def update_stack(wanted: StackRequest, target: Target) -> None:
    """Deploy through CloudFormation and wait until it is done.

    The stack's own parameters tell whether it took the release, not its status alone: an empty change set leaves a
    stack that was once rolled back in UPDATE_ROLLBACK_COMPLETE (faults.md, 18).

    Raises:
        ReleaseError: it did not take it.
    """
    version = wanted.parameters["ReleaseVersion"]
    log.info("deploying v%s to stack %s", version, wanted.name)
    target.cloud.deploy(wanted)
    stack = target.stack()
    status = stack.status if stack else "gone"
    took = stack is not None and all(
        stack.parameters.get(key) == wanted.parameters[key] for key in ("ReleaseVersion", "GitSha")
    )
    if status not in stackstatus.UPDATABLE or not took:
        raise RemoteError(
            f"stack {wanted.name} is {status} and did not take v{version}",
            next_step=f"aws cloudformation describe-stack-events --stack-name {wanted.name} "
            f"--region {target.environment.region}",
        )


def straighten(rollout: Rollout, target: Target) -> None:
    """Point each alias that strayed at the version that the stack made, and end the share of any other.

    An alias that somebody moved, or that a traffic shift left half-way, is no change to CloudFormation: the same
    template again would leave it as it is. So it is with a function without an alias that somebody gave another image:
    it gets the release's. Raises ReleaseError when Lambda refuses.
    """
    stack = target.stack()
    if stack is None:
        return
    resources = target.cloud.resources(stack.name)
    functions = rollout.release.record.functions
    live = observe.live_functions(functions, resources, target.cloud)
    names, versions = serving.function_names(resources), serving.published_versions(resources)
    for logical, version in serving.strayed(live, functions, names, versions).items():
        name, alias = names[logical], functions[logical].alias
        log.warning("alias %s of %s strayed; moving it to version %s", alias, name, version)
        target.cloud.move_alias(name, alias, version)
    for logical, image in serving.strayed_images(live, rollout.release).items():
        log.warning("function %s strayed; having it run image %s", names[logical], image)
        repository, digest = rollout.release.record.images[image].repository, rollout.release.digests[image]
        target.cloud.set_image(names[logical], target.registry.uri(repository, digest))


def prove(rollout: Rollout, target: Target) -> Proof:
    """Every function serves the release's digest and version, and every smoke test passes.

    Raises:
        RemoteError: it does not, or one failed.
    """
    stack, functions = _serving(rollout, target)
    results = smoke.run(rollout.smoke, target, stack, rollout.release)
    failed = [result for result in results if not result.passed]
    if failed:
        raise RemoteError(f"smoke test {failed[0].name!r} failed: {failed[0].problem}")
    served = {name: Served(f.function, f.version, f.digest) for name, f in functions.items() if f}
    return Proof(stack, results, served)


def _serving(rollout: Rollout, target: Target) -> tuple[Stack, Mapping[str, LiveFunction | None]]:
    functions = rollout.release.record.functions
    waited, woken = 0.0, set[str]()
    while True:
        stack = target.stack()
        resources = target.cloud.resources(stack.name) if stack else ()
        live = observe.live_functions(functions, resources, target.cloud)
        problem = serving.unserved(live, rollout.release, serving.published_versions(resources))
        if stack is not None and not problem:
            return stack, live
        if waited >= SERVE_WAIT or serving.hopeless(live):
            raise RemoteError(problem or "the stack is gone")
        for logical in {name for name, each in live.items() if each and each.state == "Inactive"} - woken:
            _wake(live[logical], functions[logical].alias, target)
            woken.add(logical)
        target.clock.sleep(POLL)
        waited += POLL


def _wake(function: LiveFunction | None, alias: str, target: Target) -> None:
    """Have Lambda make an Inactive function ready again.

    It does so when the function is invoked, and rejects that invocation, so no code of the function runs ("Lambda
    function states"; "Create a Lambda function using a container image", Function lifecycle).
    """
    if function is None:
        return
    log.info("function %s is Inactive; invoking it", function.function)
    try:
        target.cloud.invoke(function.function, alias, b"{}")
    except MachineError:
        raise
    except ReleaseError as error:
        log.info("as Lambda does with the first call: %s", error.message)
