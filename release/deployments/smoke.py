"""release smoke: the tests of release.toml against what is live. A flaky pass is no pass: nothing is tried twice."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from release.deployments import observe, smokesteps
from release.deployments.model import Stack
from release.deployments.smokerules import SmokeResult, Unfilled
from release.deployments.smokesteps import ApplicationUnderTest
from release.deployments.target import Target
from release.errors import NotFoundError, ReleaseError
from release.releases import recording
from release.releases.model import Release
from release.settings.smoke import SmokeTest

log = logging.getLogger("release.smoke")


def run(tests: Sequence[SmokeTest], target: Target, stack: Stack, release: Release) -> tuple[SmokeResult, ...]:
    """Run those of ``tests`` that are the environment's; a test that cannot be run has failed."""
    values = {"version": release.version, "commit": release.commit, "environment": target.name}
    values |= {f"output.{name}": value for name, value in stack.outputs.items()}
    application = ApplicationUnderTest(target, stack, release)
    results = []
    for test in tests:
        if target.name in test.environments:
            result = SmokeResult(test.name, _run(test, application, dict(values)))
            log.info(
                "smoke %s: %s%s",
                "passed" if result.passed else "FAILED",
                test.name,
                f": {result.problem}" if result.problem else "",
            )
            results.append(result)
    return tuple(results)


def _run(test: SmokeTest, application: ApplicationUnderTest, values: dict[str, str]) -> str:
    try:
        before = [smokesteps.look(step, application, values) for step in test.steps]
    except ReleaseError as error:
        return f"before its first step: {error}"
    for number, step in enumerate(test.steps, 1):
        try:
            problem, saved = smokesteps.take(step, application, values, before[number - 1])
        except (ReleaseError, Unfilled) as error:
            problem, saved = str(error), {}
        if problem:
            return f"step {number} ({step.action} {step.target}): {problem}"
        values |= saved
    return ""


def against_live(target: Target) -> tuple[SmokeResult, ...]:
    """Run the own smoke tests of the release that the stack says it has.

    Raises:
        NotFoundError: there is no stack, or what it has is no deployment of the ledger.
    """
    seen = observe.environment(target, target.ledger())
    if seen.stack is None or seen.running is None:
        raise NotFoundError(
            f"no release is live in {target.name}", next_step=f"release deploy {target.name} --version …"
        )
    release = observe.deployed(seen.running, target)
    return run(recording.settings_of(release.record).smoke, target, seen.stack, release)
