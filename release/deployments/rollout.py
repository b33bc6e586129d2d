"""A release into a target, and the proof that it serves: common to deployments, rollbacks and put-backs."""

from __future__ import annotations

import logging

from release.deployments import observe, serving, smoke, stackstatus
from release.deployments.model import Rollout, Stack, StackRequest
from release.deployments.smokerules import SmokeResult
from release.deployments.target import Target
from release.errors import MachineError, ReleaseError, RemoteError

log = logging.getLogger("release.deploy")

#: How long to wait for somebody else's change of the stack, and for an alias to serve (seconds).
STACK_WAIT, SERVE_WAIT, POLL = 900.0, 300.0, 2.0


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
        raise RemoteError(f"stack {wanted.name} is {status} and did not take v{version}")


def prove(rollout: Rollout, target: Target) -> tuple[Stack, tuple[SmokeResult, ...]]:
    """Every alias serves the release's digest, and every smoke test passes. Raises RemoteError otherwise."""
    stack = _serving(rollout, target)
    results = smoke.run(rollout.smoke, target, stack, rollout.release)
    failed = [result for result in results if not result.passed]
    if failed:
        raise RemoteError(f"smoke test {failed[0].name!r} failed: {failed[0].problem}")
    return stack, results


def straighten(rollout: Rollout, target: Target) -> None:
    """Point each alias that strayed at the version that the stack made, and end the share of any other.

    An alias that somebody moved, or that a traffic shift left half-way, is no change to CloudFormation: the same
    template again would leave it as it is. Raises ReleaseError when Lambda refuses.
    """
    stack = target.stack()
    if stack is None:
        return
    live = observe.live_functions(rollout.functions, rollout.alias, stack, target.cloud)
    names = {image: stack.outputs[name] for image, name in rollout.functions.items() if name in stack.outputs}
    versions = serving.published_versions(target.cloud.resources(stack.name))
    for function, version in serving.strayed(live, names, versions).items():
        log.warning("alias %s of %s strayed; moving it to version %s", rollout.alias, function, version)
        target.cloud.move_alias(function, rollout.alias, version)


def _serving(rollout: Rollout, target: Target) -> Stack:
    waited, woken = 0.0, set[str]()
    while True:
        stack = target.stack()
        live = observe.live_functions(rollout.functions, rollout.alias, stack, target.cloud)
        versions = serving.published_versions(target.cloud.resources(stack.name)) if stack else {}
        problem = serving.unserved(live, rollout.release, versions)
        if stack is not None and not problem:
            return stack
        if waited >= SERVE_WAIT or serving.hopeless(live):
            raise RemoteError(problem or "the stack is gone")
        asleep = {each.function for each in live.values() if each and each.state == "Inactive"} - woken
        for function in asleep:
            _wake(function, rollout.alias, target)
        woken |= asleep
        target.clock.sleep(POLL)
        waited += POLL


def _wake(function: str, alias: str, target: Target) -> None:
    """Have Lambda make an Inactive function ready again.

    It does so when the function is invoked, and rejects that invocation, so no code of the function runs ("Lambda
    function states"; "Create a Lambda function using a container image", Function lifecycle).
    """
    log.info("function %s is Inactive; invoking it", function)
    try:
        target.cloud.invoke(function, alias, b"{}")
    except MachineError:
        raise
    except ReleaseError as error:
        log.info("as Lambda does with the first call: %s", error.message)
