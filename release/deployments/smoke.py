"""release smoke: the tests of release.toml against what is live. A flaky pass is no pass: nothing is tried twice."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from release.deployments import observe
from release.deployments.model import HttpRequest, HttpResponse, Stack
from release.deployments.smokerules import SmokeResult, Unfilled, fill, judge
from release.deployments.target import Target
from release.errors import NotFoundError, ReleaseError
from release.releases import recording
from release.releases.model import Release
from release.settings.smoke import SmokeStep, SmokeTest

log = logging.getLogger("release.smoke")

#: The stack output that is the root of the routes in ``get`` and ``post``, and the one that names the app client.
API_OUTPUT, CLIENT_OUTPUT = "ApiUrl", "UserPoolClientId"


def run(tests: Sequence[SmokeTest], target: Target, stack: Stack, release: Release) -> tuple[SmokeResult, ...]:
    """Run those of ``tests`` that are the environment's; a test that cannot be run has failed."""
    values = {"version": release.version, "commit": release.commit, "environment": target.name}
    values |= {f"output.{name}": value for name, value in stack.outputs.items()}
    results = []
    for test in tests:
        if target.name in test.environments:
            result = SmokeResult(test.name, _run(test, target, stack, dict(values)))
            log.info(
                "smoke %s: %s%s",
                "passed" if result.passed else "FAILED",
                test.name,
                f": {result.problem}" if result.problem else "",
            )
            results.append(result)
    return tuple(results)


def _run(test: SmokeTest, target: Target, stack: Stack, values: dict[str, str]) -> str:
    for number, step in enumerate(test.steps, 1):
        try:
            asked = fill(step.target, values)
            if step.action == "count-items":
                counted = str(target.cloud.count_items(asked))
                values |= dict.fromkeys(step.save, counted)
                continue
            problem, saved = judge(step, _request(step, asked, target, stack), values)
        except (ReleaseError, Unfilled) as error:
            problem, saved = str(error), {}
        if problem:
            return f"step {number} ({step.action} {step.target}): {problem}"
        values |= saved
    return ""


def _request(step: SmokeStep, asked: str, target: Target, stack: Stack) -> HttpResponse:
    url = asked
    if step.action in ("get", "post"):
        url = _output(stack, API_OUTPUT).rstrip("/") + "/" + asked.lstrip("/")
    headers: Mapping[str, str] = {}
    if step.token:
        token = target.cloud.token(_output(stack, CLIENT_OUTPUT), target.environment.smoke_secret)
        headers = {"Authorization": f"Bearer {token}"}
    return target.cloud.http(HttpRequest("POST" if step.action == "post" else "GET", url, headers))


def _output(stack: Stack, name: str) -> str:
    if name not in stack.outputs:
        raise Unfilled(f"stack {stack.name} has no output {name}")
    return stack.outputs[name]


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
