"""release smoke: the tests of release.toml against what is live. A flaky pass is no pass: nothing is tried twice."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from release.deployments import observe
from release.deployments.model import HttpRequest, HttpResponse, Stack
from release.deployments.ports import Cloud
from release.deployments.smokerules import SmokeResult, Unfilled, fill, judge
from release.errors import NotFoundError, ReleaseError
from release.releases.model import Release
from release.settings.config import Config, EnvironmentSpec
from release.settings.smoke import SmokeStep, SmokeTest
from release.versions.ports import Git

log = logging.getLogger("release.smoke")

#: The stack output that is the root of the routes in ``get`` and ``post``, and the one that names the app client.
API_OUTPUT, CLIENT_OUTPUT = "ApiUrl", "UserPoolClientId"


def run(config: Config, spec: EnvironmentSpec, stack: Stack, release: Release, cloud: Cloud) -> tuple[SmokeResult, ...]:
    """Run every smoke test of the environment; a test that cannot be run has failed."""
    values = {"version": release.version, "commit": release.commit, "environment": spec.name}
    values |= {f"output.{name}": value for name, value in stack.outputs.items()}
    results = []
    for test in config.smoke:
        if spec.name in test.environments:
            result = SmokeResult(test.name, _run(test, spec, stack, dict(values), cloud))
            log.info(
                "smoke %s: %s%s",
                "passed" if result.passed else "FAILED",
                test.name,
                f": {result.problem}" if result.problem else "",
            )
            results.append(result)
    return tuple(results)


def _run(test: SmokeTest, spec: EnvironmentSpec, stack: Stack, values: dict[str, str], cloud: Cloud) -> str:
    for number, step in enumerate(test.steps, 1):
        try:
            target = fill(step.target, values)
            if step.action == "count-items":
                counted = str(cloud.count_items(target))
                values |= dict.fromkeys(step.save, counted)
                continue
            problem, saved = judge(step, _request(step, target, spec, stack, cloud), values)
        except (ReleaseError, Unfilled) as error:
            problem, saved = str(error), {}
        if problem:
            return f"step {number} ({step.action} {step.target}): {problem}"
        values |= saved
    return ""


def _request(step: SmokeStep, target: str, spec: EnvironmentSpec, stack: Stack, cloud: Cloud) -> HttpResponse:
    url = target
    if step.action in ("get", "post"):
        url = _output(stack, API_OUTPUT).rstrip("/") + "/" + target.lstrip("/")
    headers: Mapping[str, str] = {}
    if step.token:
        headers = {"Authorization": f"Bearer {cloud.token(_output(stack, CLIENT_OUTPUT), spec.smoke_secret)}"}
    return cloud.http(HttpRequest("POST" if step.action == "post" else "GET", url, headers))


def _output(stack: Stack, name: str) -> str:
    if name not in stack.outputs:
        raise Unfilled(f"stack {stack.name} has no output {name}")
    return stack.outputs[name]


def against_live(spec: EnvironmentSpec, git: Git, cloud: Cloud) -> tuple[SmokeResult, ...]:
    """Run the live release's own smoke tests, as release.toml had them at its commit.

    Raises:
        NotFoundError: there is no stack, or it does not say which release it runs.
    """
    stack = cloud.stack(spec.stack)
    version, commit = (stack.parameters.get(key, "") for key in ("ReleaseVersion", "GitSha")) if stack else ("", "")
    if stack is None or not version or not commit:
        raise NotFoundError(f"no release is live in {spec.name}", next_step=f"release deploy {spec.name} --version …")
    return run(observe.config_at(git, commit), spec, stack, Release(version, commit, {}), cloud)
