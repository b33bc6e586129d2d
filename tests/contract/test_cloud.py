"""What every Cloud does, the fake and the real adapter alike.

The adapter runs the real sam against the emulated AWS, and is asked about functions, tables and users there and on moto
(which knows no SAM). What the emulated AWS cannot show (Inactive functions, CodeDeploy) only the fake shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from release.adapters.aws import Aws
from release.deployments.model import HttpRequest, LiveFunction, Stack
from release.deployments.serving import published_versions
from release.errors import NotFoundError, RemoteError
from release.images.model import Archive
from tests.contract.cloudbench import REGION, AwsHand, CloudBench, FakeHand
from tests.contract.test_sam_parameters import NAMED
from tests.fakes.clock import FakeClock
from tests.fakes.cloud import FakeCloud
from tests.fakes.journal import Journal
from tests.fakes.registry import FakeRegistry

Make = Callable[..., Archive]


@pytest.fixture
def fake_cloud(archive: Make, tmp_path: Path) -> CloudBench:
    """The fake that the stages are tested with."""
    journal, clock = Journal(), FakeClock()
    registry = FakeRegistry(journal, "app/export")
    cloud = FakeCloud(journal, clock, registry)
    images = [archive(content) for content in ("first", "second")]
    for image in images:
        registry.push("app/export", image)
    uris = tuple(registry.uri("app/export", image.digest) for image in images)

    def deployed(version: str) -> str:
        cloud.deploy(made.request(version))
        return _stack(made).outputs["ExportFunctionName"]

    made = CloudBench(cloud, FakeHand(cloud, deployed), tmp_path, "contract", uris)
    return made


@pytest.fixture
def moto_cloud(tmp_path: Path) -> Iterator[CloudBench]:
    """The adapter, its questions answered by moto."""
    with mock_aws():
        session = boto3.Session("x", "x", region_name=REGION)
        yield CloudBench(Aws(session, lambda: tmp_path / "no-sam", {}), AwsHand(session), tmp_path)


EMULATED = pytest.param("emulated_cloud", marks=pytest.mark.emulator)


@pytest.fixture(params=["fake_cloud", "moto_cloud", EMULATED])
def bench(request: pytest.FixtureRequest) -> CloudBench:
    """Each of the clouds in turn."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, CloudBench)
    return found


@pytest.fixture(params=["fake_cloud", EMULATED])
def deploying(request: pytest.FixtureRequest) -> CloudBench:
    """Each of the clouds that carry out a SAM template."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, CloudBench)
    return found


def _stack(bench: CloudBench) -> Stack:
    stack = bench.cloud.stack(bench.stack)
    assert stack is not None
    return stack


def _live(bench: CloudBench, output: str = "ExportFunctionName") -> LiveFunction:
    live = bench.cloud.live(_stack(bench).outputs[output], "live")
    assert live is not None
    return live


def _versions(bench: CloudBench) -> dict[str, str]:
    return dict(published_versions(bench.cloud.resources(bench.stack)))


# ---------------------------------------------------------------- what is not there


def test_a_stack_that_is_not_there_is_none_and_has_no_resources(bench: CloudBench) -> None:
    assert bench.cloud.stack("no-such-stack") is None
    with pytest.raises(RemoteError, match="no-such-stack") as caught:
        bench.cloud.resources("no-such-stack")
    assert caught.value.message


def test_a_function_or_alias_that_is_not_there_is_none_and_cannot_be_invoked_or_moved(bench: CloudBench) -> None:
    function = bench.hand.function()
    assert bench.cloud.live("no-such-function", "live") is None
    assert bench.cloud.live(function, "no-such-alias") is None
    with pytest.raises(RemoteError, match="no-such-function"):
        bench.cloud.invoke("no-such-function", "live", b"{}")
    with pytest.raises(RemoteError, match="no-such-function"):
        bench.cloud.move_alias("no-such-function", "live", "1")


def test_a_host_that_does_not_answer_is_told(bench: CloudBench) -> None:
    with pytest.raises(RemoteError, match="got no answer"):
        bench.cloud.http(HttpRequest("GET", "http://no-such-host.invalid/health"))


def test_a_table_that_is_not_there_cannot_be_counted(bench: CloudBench) -> None:
    with pytest.raises(RemoteError, match="no-such-table"):
        bench.cloud.count_items("no-such-table")


# ---------------------------------------------------------------- aliases


def test_an_alias_names_its_version_and_sends_nothing_elsewhere(bench: CloudBench) -> None:
    live = bench.cloud.live(bench.hand.function(), "live")
    assert live is not None
    assert (live.version, live.weights) == ("2", {})


def test_a_share_of_another_version_is_read_and_moving_the_alias_ends_it(bench: CloudBench) -> None:
    """faults.md, 59."""
    function = bench.hand.function()
    bench.hand.split(function, "1", {"2": 0.25})
    live = bench.cloud.live(function, "live")
    assert live is not None
    assert (live.version, live.weights) == ("1", {"2": 0.25})
    for version in ("1", "2"):
        bench.cloud.move_alias(function, "live", version)
        live = bench.cloud.live(function, "live")
        assert live is not None
        assert (live.version, live.weights) == (version, {})


def test_an_alias_that_was_deleted_is_made_anew(bench: CloudBench) -> None:
    function = bench.hand.function()
    bench.hand.drop_alias(function)
    assert bench.cloud.live(function, "live") is None
    bench.cloud.move_alias(function, "live", "2")
    live = bench.cloud.live(function, "live")
    assert live is not None
    assert live.version == "2"


# ---------------------------------------------------------------- what smoke tests ask


@pytest.mark.parametrize("items", [0, 3])
def test_items_are_counted(bench: CloudBench, items: int) -> None:
    assert bench.cloud.count_items(bench.hand.table(items)) == items


def test_the_smoke_user_gets_a_token_and_without_one_it_is_said_why(bench: CloudBench) -> None:
    client, secret = bench.hand.smoke_user()
    assert bench.cloud.token(client, secret)
    with pytest.raises(NotFoundError, match="no smoke user is configured") as caught:
        bench.cloud.token(client, "")
    assert "smoke-secret" in caught.value.next_step
    with pytest.raises(RemoteError, match="the smoke user of no-such-secret"):
        bench.cloud.token(client, "no-such-secret")
    with pytest.raises(RemoteError, match=f"the smoke user of {secret}"):
        bench.cloud.token("no-such-client", secret)


# ---------------------------------------------------------------- deployments


def test_a_first_deployment_makes_the_stack_and_its_functions_serve_what_was_asked_for(deploying: CloudBench) -> None:
    deploying.cloud.deploy(deploying.request("0.1.0", report=1))
    stack = _stack(deploying)
    assert (stack.name, stack.status, stack.region) == (deploying.stack, "CREATE_COMPLETE", REGION)
    assert stack.parameters == deploying.request("0.1.0", report=1).parameters
    export, report = _live(deploying), _live(deploying, "ReportFunctionName")
    assert (export.digest, report.digest) == (deploying.digest(0), deploying.digest(1))
    assert (export.version, export.weights) == ("1", {})
    assert stack.outputs["MembersTableName"] == f"{deploying.stack}-members"


def test_the_resources_name_the_version_that_each_alias_serves(deploying: CloudBench) -> None:
    deploying.cloud.deploy(deploying.request("0.1.0"))
    for _ in range(2):
        live = [_live(deploying), _live(deploying, "ReportFunctionName")]
        assert _versions(deploying) == {each.function: each.version for each in live}
        types = [each.type for each in deploying.cloud.resources(deploying.stack) if "::Lambda::" in each.type]
        assert sorted(set(types)) == ["AWS::Lambda::Alias", "AWS::Lambda::Function", "AWS::Lambda::Version"]
        deploying.cloud.deploy(deploying.request("0.2.0", report=1))


def test_the_same_request_again_changes_nothing_and_is_no_failure(deploying: CloudBench) -> None:
    """faults.md, 18."""
    deploying.cloud.deploy(deploying.request("0.1.0"))
    before = _stack(deploying), _live(deploying)
    deploying.cloud.deploy(deploying.request("0.1.0"))
    assert (_stack(deploying), _live(deploying)) == before


def test_another_release_publishes_a_version_where_the_address_of_the_image_became_another(
    deploying: CloudBench,
) -> None:
    """The first function's carries the version and the settings, the second's the image alone."""
    deploying.cloud.deploy(deploying.request("0.1.0"))
    deploying.cloud.deploy(deploying.request("0.2.0", Environment="other"))
    assert _stack(deploying).status == "UPDATE_COMPLETE"
    assert (_live(deploying).version, _live(deploying, "ReportFunctionName").version) == ("2", "1")
    deploying.cloud.deploy(deploying.request("0.2.0", report=1, Environment="other"))
    report = _live(deploying, "ReportFunctionName")
    assert (report.version, report.digest) == ("2", deploying.digest(1))


def test_a_parameter_that_is_not_named_keeps_its_value_and_one_that_nobody_knows_is_left_out(
    deploying: CloudBench,
) -> None:
    deploying.cloud.deploy(deploying.request("0.1.0", Environment="production", Unknown="x"))
    later = deploying.request("0.2.0")
    del later.parameters["Environment"]  # type: ignore[attr-defined]  # a dict, made for this request
    deploying.cloud.deploy(later)
    assert _stack(deploying).parameters["Environment"] == "production"
    assert "Unknown" not in _stack(deploying).parameters


@pytest.mark.parametrize("value", [value for value in NAMED.values() if value], ids=[n for n, v in NAMED.items() if v])
def test_a_parameter_arrives_as_it_is(deploying: CloudBench, value: str) -> None:
    deploying.cloud.deploy(deploying.request("0.1.0", Environment=value))
    assert _stack(deploying).parameters["Environment"] == value


def test_what_somebody_did_to_an_alias_stays_with_the_same_template_and_its_shares_with_any(
    deploying: CloudBench,
) -> None:
    """faults.md, 59: CloudFormation compares templates, and the template names no shares."""
    deploying.cloud.deploy(deploying.request("0.1.0"))
    function = _live(deploying).function
    other = deploying.hand.publish(function)
    deploying.hand.split(function, other, {"1": 0.5})
    deploying.cloud.deploy(deploying.request("0.1.0"))
    assert (_live(deploying).version, _live(deploying).weights) == (other, {"1": 0.5})
    assert _versions(deploying)[function] == "1", "what the stack made last"
    deploying.hand.split(function, "1", {other: 0.5})
    deploying.cloud.deploy(deploying.request("0.2.0"))
    assert (_live(deploying).version, _live(deploying).weights) == ("3", {other: 0.5})
    assert _versions(deploying)[function] == "3"


def test_an_update_that_fails_is_rolled_back_and_told(deploying: CloudBench) -> None:
    deploying.cloud.deploy(deploying.request("0.1.0"))
    with pytest.raises(RemoteError, match=f"sam deploy of stack {deploying.stack} failed") as caught:
        deploying.cloud.deploy(deploying.hand.fails(deploying.request("0.2.0", export=1)))
    assert deploying.stack in caught.value.next_step
    stack = _stack(deploying)
    assert (stack.status, stack.parameters["ReleaseVersion"]) == ("UPDATE_ROLLBACK_COMPLETE", "0.1.0")
    assert _live(deploying).digest == deploying.digest(0)


def test_after_an_update_was_rolled_back_the_next_one_succeeds(deploying: CloudBench) -> None:
    deploying.cloud.deploy(deploying.request("0.1.0"))
    with pytest.raises(RemoteError):
        deploying.cloud.deploy(deploying.hand.fails(deploying.request("0.2.0", export=1)))
    deploying.cloud.deploy(deploying.request("0.3.0", export=1))
    assert (_stack(deploying).status, _live(deploying).digest) == ("UPDATE_COMPLETE", deploying.digest(1))


def test_a_first_creation_that_fails_leaves_a_stack_that_was_rolled_back(deploying: CloudBench) -> None:
    """faults.md, 22."""
    with pytest.raises(RemoteError, match=f"sam deploy of stack {deploying.stack} failed"):
        deploying.cloud.deploy(deploying.hand.fails(deploying.request("0.1.0")))
    assert _stack(deploying).status == "ROLLBACK_COMPLETE"


def test_a_stack_that_was_never_created_takes_no_update(fake_cloud: CloudBench) -> None:
    """faults.md, 22: only a deletion leads out ("Stack status codes"); the emulated AWS is not so strict."""
    with pytest.raises(RemoteError):
        fake_cloud.cloud.deploy(fake_cloud.hand.fails(fake_cloud.request("0.1.0")))
    with pytest.raises(RemoteError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        fake_cloud.cloud.deploy(fake_cloud.request("0.2.0"))


# ---------------------------------------------------------------- functions without an alias


def _latest(bench: CloudBench) -> LiveFunction:
    live = bench.cloud.live(_stack(bench).outputs["ExportFunctionName"], "")
    assert live is not None
    return live


def test_without_aliases_latest_is_what_was_asked_for_and_no_version_is_published(deploying: CloudBench) -> None:
    deploying.cloud.deploy(deploying.request("0.1.0", alias="none"))
    assert (_latest(deploying).version, _latest(deploying).digest) == ("$LATEST", deploying.digest(0))
    deploying.cloud.deploy(deploying.request("0.2.0", alias="none", export=1))
    live = _latest(deploying)
    assert (_stack(deploying).status, live.version, live.digest) == ("UPDATE_COMPLETE", "$LATEST", deploying.digest(1))
    assert (live.update, live.weights, live.behind) == ("Successful", {}, "")
    assert _versions(deploying) == {}
    kinds = {each.type for each in deploying.cloud.resources(deploying.stack) if "::Lambda::" in each.type}
    assert kinds == {"AWS::Lambda::Function"}
    assert deploying.cloud.live(live.function, "live") is None
    deploying.cloud.deploy(deploying.request("0.1.0", alias="none"))
    assert _latest(deploying).digest == deploying.digest(0), "the way back"


def test_another_image_by_hand_stays_with_the_same_template_and_is_set_back(deploying: CloudBench) -> None:
    """faults.md, 59: CloudFormation compares templates."""
    deploying.cloud.deploy(deploying.request("0.1.0", alias="none"))
    deploying.hand.set_image(_latest(deploying).function, deploying.images[1])
    deploying.cloud.deploy(deploying.request("0.1.0", alias="none"))
    assert _latest(deploying).digest == deploying.digest(1)
    deploying.cloud.set_image(_latest(deploying).function, deploying.images[0])
    assert _latest(deploying).digest == deploying.digest(0)
    with pytest.raises(RemoteError, match="no-such-function"):
        deploying.cloud.set_image("no-such-function", deploying.images[0])
