"""Running smoke tests: each step once, in order, and what cannot be run has failed."""

from __future__ import annotations

import pytest

from release.deployments import observe, smoke
from release.deployments.model import HttpRequest, HttpResponse, ScheduledCall, StackResource
from release.deployments.smokerules import SmokeResult
from release.errors import NotFoundError
from release.settings import config as config_file
from tests.fakes.cloud import FakeCloud
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


# ---------------------------------------------------------------- what has no HTTP


def test_a_body_and_a_secret_header_are_sent_filled_in(live: World) -> None:
    asked = []

    def app(_cloud: FakeCloud, _stack: str, request: HttpRequest) -> HttpResponse:
        asked.append(request)
        return HttpResponse(204, {}, b"")

    live.cloud.app, live.cloud.secrets["app/staging/key"] = app, "k-1"
    steps = """
    [[smoke.steps]]
    put = "/orders/1"
    secret-headers = { x-api-key = "app/{environment}/key" }
    body = { state = "paid", by = ["{version}", 3] }
    status = 204
    [[smoke.steps]]
    delete = "/orders/1"
    status = 204
    """
    assert run(live, steps).passed
    put, delete = asked
    assert (put.method, put.body) == ("PUT", b'{"state": "paid", "by": ["0.1.0", 3]}')
    assert put.headers == {"Content-Type": "application/json", "x-api-key": "k-1"}
    assert (delete.method, delete.headers, delete.body) == ("DELETE", {}, b"")
    assert "the secret app/production/key: it is not there" in run(live, steps, "production").problem


def test_an_invocation_is_judged_by_its_answer(live: World) -> None:
    invoke = '[[smoke.steps]]\ninvoke = "ExportFunction"\npayload = { day = "{version}" }\njson = { version = "%s" }\n'
    assert run(live, invoke % "{version}").passed
    assert run(live, invoke % "9.9.9").problem.endswith("version is '0.1.0' instead of '9.9.9'")
    problem = run(live, '[[smoke.steps]]\ninvoke = "NoFunction"\n').problem
    assert problem.endswith("stack app-staging has no function NoFunction; it has ExportFunction, ReportFunction")


def test_what_an_event_leads_to_is_waited_for_and_nothing_that_was_there_before_counts(live: World) -> None:
    cloud = live.cloud
    cloud.write("models", "latest.json", "old")
    steps = """
    [[smoke.steps]]
    invoke-async = "ExportFunction"
    payload = { kind = "nightly" }
    [[smoke.steps]]
    object = "s3://models/%s"
    within = 30
    """
    for key in ("latest.json", ""):
        problem = run(live, steps % key).problem
        assert problem.endswith("was not written since the test began, 30 s later")
        cloud.worker = lambda _event: cloud.later(20, lambda: cloud.write("models", "latest.json", "old"))
        assert run(live, steps % key).passed, "the same content, written again"
        cloud.worker = lambda _event: cloud.later(31, lambda: cloud.write("models", "latest.json", "new"))
        assert not run(live, steps % key).passed
        cloud.worker = lambda _event: None
        live.clock.sleep(60)
    assert cloud.handed[0] == (cloud.accounts["app-staging"].functions["ExportFunction"].name, {"kind": "nightly"})
    assert "s3://models/else is not there, 30 s later" in run(live, steps % "else").problem


def test_a_schedule_is_done_now_with_its_own_input(live: World) -> None:
    cloud = live.cloud
    account = cloud.accounts["app-staging"]
    account.others = (StackResource("ExportFunctionNightly", "AWS::Events::Rule", "app-staging-nightly"),)
    arn = f"arn:aws:lambda:eu-west-1:000000000000:function:{account.functions['ExportFunction'].name}:live"
    cloud.schedules["app-staging-nightly"] = ScheduledCall(arn, b'{"full": true}')
    cloud.queues["https://queue"] = 2

    def work(_event: object) -> None:
        cloud.later(5, lambda: cloud.queues.update({"https://queue": 0}))

    cloud.worker = work
    steps = """
    [[smoke.steps]]
    schedule = "ExportFunctionNightly"
    [[smoke.steps]]
    queue-empty = "https://queue"
    within = %d
    """
    assert run(live, steps % 3).problem == "step 2 (queue-empty https://queue): 2 messages are in it, 3 s later"
    cloud.queues["https://queue"] = 1
    assert run(live, steps % 10).passed
    assert cloud.handed[-1][1] == {"full": True}
    no_schedule = run(live, steps.replace("FunctionNightly", "Nightly") % 3).problem
    assert "has no schedule ExportNightly; it has ExportFunctionNightly" in no_schedule


def test_an_item_must_be_there_and_be_as_declared(live: World) -> None:
    live.cloud.tables["orders"] = {'{"id": "smoke-0.1.0"}': {"state": "booked", "lines": 3}}
    step = '[[smoke.steps]]\nitem = "orders"\nkey = { id = "smoke-{version}" }\njson = { %s }\nwithin = 0\n'
    assert run(live, step % 'state = "booked", lines = 3').passed
    assert run(live, step % 'state = "open"').problem.endswith("state is 'booked' instead of 'open'")
    del live.cloud.tables["orders"]['{"id": "smoke-0.1.0"}']
    assert run(live, step % "").problem.endswith('the item {"id": "smoke-0.1.0"} is not there')


def test_a_name_that_an_earlier_step_gives_must_only_be_there(live: World) -> None:
    live.cloud.write("models", "run-7.json", "x")
    live.cloud.app = lambda cloud, stack, request: HttpResponse(200, {}, b'{"run": 7}')  # noqa: ARG005 - an App
    steps = """
    [[smoke.steps]]
    post = "/train"
    save = { run = "run" }
    [[smoke.steps]]
    object = "s3://models/run-{run}.json"
    within = 0
    """
    assert run(live, steps).passed
    assert "is no s3://bucket/key" in run(live, '[[smoke.steps]]\nobject = "models/x"\nwithin = 0\n').problem


def test_where_nobody_could_look_before_the_test_an_object_of_yesterday_does_not_count(live: World) -> None:
    live.cloud.worker = lambda _event: live.cloud.write("models", "latest.json", "of yesterday")
    steps = """
    [[smoke.steps]]
    invoke-async = "ExportFunction"
    [[smoke.steps]]
    object = "s3://models/latest.json"
    """
    problem = run(live, steps).problem
    assert problem.startswith("before its first step: AWS refused for s3://models/latest.json")
    assert live.cloud.handed == [], "nothing was started"
