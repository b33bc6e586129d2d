"""Running smoke tests: each step once, in order, and what cannot be run has failed."""

from __future__ import annotations

import pytest

from release.deployments import observe, smoke
from release.deployments.model import HttpResponse
from release.deployments.smokerules import SmokeResult
from release.errors import NotFoundError
from release.settings import config as config_file
from tests.support.world import RELEASE_TOML, World


@pytest.fixture
def live(world: World) -> World:
    """0.1.0 in staging and production."""
    world.release("0.1.0", "staging", "production")
    return world


def run(world: World, steps: str, environment: str = "staging") -> SmokeResult:
    """One smoke test with these steps against what is live."""
    text = RELEASE_TOML[: RELEASE_TOML.index("[[smoke]]")] + f'[[smoke]]\nname = "test"\n{steps}'
    config = config_file.parse(text)
    target = world.target(environment)
    stack = target.stack()
    assert stack is not None
    (result,) = smoke.run(config.smoke, target, stack, observe.published("0.1.0", target))
    return result


def test_against_live_runs_the_tests_of_the_release_that_is_live(live: World) -> None:
    results = smoke.against_live(live.target("production"))
    assert [(result.name.partition(" ")[0], result.passed) for result in results] == [
        ("export", True),
        ("report", True),
    ]


def test_where_nothing_is_live_nothing_passes(world: World) -> None:
    with pytest.raises(NotFoundError, match="no release is live in staging") as caught:
        smoke.against_live(world.target("staging"))
    assert caught.value.next_step.startswith("release deploy staging")


def test_a_value_of_one_step_is_asked_for_in_a_later_one(live: World) -> None:
    steps = """
    [[smoke.steps]]
    count-items = "{output.MembersTableName}"
    save = { members = "count" }
    [[smoke.steps]]
    post = "members/parquet"
    token = true
    json = { record_count = "{members}" }
    """
    assert run(live, steps).passed
    live.cloud.app = lambda cloud, stack, request: HttpResponse(200, {}, b'{"record_count": 7}')  # noqa: ARG005 - an App
    assert run(live, steps).problem.endswith("record_count is '7' instead of '1228'")


def test_the_first_step_that_fails_ends_the_test_and_is_named(live: World) -> None:
    asked = len(live.journal.points)
    steps = '[[smoke.steps]]\nget = "/health"\nstatus = 204\n[[smoke.steps]]\nget = "/health"\n'
    assert run(live, steps).problem.startswith("step 1 (get /health): answered 200 instead of 204")
    assert len(live.journal.points) == asked + 1


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ('get = "/{output.Nothing}"', "nothing is known as {output.Nothing}"),
        ('download = "https://elsewhere.test/"', "got no answer"),
        ('count-items = "no-such-table"\nsave = { n = "count" }', "is not there"),
        ('get = "/health"\nsave = { n = "missing" }', "the answer has no missing"),
    ],
)
def test_a_step_that_cannot_be_run_has_failed(live: World, step: str, words: str) -> None:
    """faults.md, 30."""
    assert words in run(live, f"[[smoke.steps]]\n{step}\n").problem


def test_a_step_with_a_token_fails_where_no_smoke_user_is_configured(live: World) -> None:
    problem = run(live, '[[smoke.steps]]\nget = "/members/report"\ntoken = true\n', "production").problem
    assert "no smoke user is configured" in problem


def test_a_step_without_a_token_sends_none(live: World) -> None:
    assert run(live, '[[smoke.steps]]\nget = "/members/report"\nstatus = 401\n').passed
