"""What commands print: for a person, for a job summary, for a machine."""

from __future__ import annotations

import json

import pytest

from release import tables
from release.deployments import deployreport, status
from release.deployments import reports as report
from release.deployments.deployreport import Facts
from release.errors import (
    ConflictError,
    DeployFailed,
    GateError,
    MachineError,
    NotFoundError,
    NothingToRelease,
    PutBackFailed,
    ReleaseError,
    RemoteError,
    UsageError,
)
from release.images.report import of_images
from tests.fakes.journal import Killed
from tests.support.world import World


def test_a_table_is_aligned_and_ends_without_blanks() -> None:
    assert tables.table(("a", "bb"), [("1", "2"), ("333", "")]) == "a    bb\n---  --\n1    2\n333"


def test_a_cell_cannot_break_out_of_a_markdown_table() -> None:
    assert tables.markdown(("a",), [("x|y\nz",)]).splitlines() == ["| a |", "| --- |", "| x\\|y z |"]


@pytest.mark.parametrize(("count", "text"), [(0, "0.0 kB"), (99_999, "100.0 kB"), (12_345_678, "12.3 MB")])
def test_sizes_are_told_in_decimal_units(count: int, text: str) -> None:
    assert tables.size(count) == text


def test_built_images_are_told_with_digest_type_layers_and_origin(world: World) -> None:
    built = world.build()
    told = of_images("Images", [(b.image, b.inputs, b.source, b.manifest) for b in built])
    data = json.loads(json.dumps(told.data))
    assert built[0].manifest.digest in told.text
    assert "oci.image.manifest" in told.text
    assert " kB + " in told.text, "the size of each layer"
    assert json.dumps(data).count(built[0].manifest.digest) >= 1


def test_a_deployment_tells_what_was_recorded_and_gives_its_outputs(world: World) -> None:
    world.publish("0.1.0")
    outcome = world.deploy("staging", "0.1.0")
    told = deployreport.of_deployment(outcome.plan, Facts(), outcome.smoke, outcome.recorded, outcome.api, "deployed")
    assert "recorded as staging-1-proven" in told.text
    assert told.outputs == {"version": "0.1.0", "action": "deploy"}
    assert json.loads(json.dumps(told.data))["recorded"] == "staging-1-proven"


def test_a_plan_names_the_digests_and_what_goes_back_in(world: World) -> None:
    world.publish("0.1.0")
    plan = world.plan("staging", "0.1.0")
    told = deployreport.of_plan(plan)
    assert all(digest in told.text for digest in plan.release.digests.values())
    assert "goes back in: nothing" in told.text
    assert json.loads(json.dumps(told.data))["action"] == "deploy"


def test_a_plan_that_first_marks_a_claim_abandoned_says_so(world: World) -> None:
    world.publish("0.1.0")
    world.journal.kill_when("before deploy app-staging")
    with pytest.raises(Killed):
        world.deploy("staging", "0.1.0")
    told = deployreport.of_plan(world.plan("staging", "0.1.0"))
    assert "first mark staging-1 abandoned: its run by a-person is over" in told.text


def test_status_and_history_are_told_for_a_machine_with_full_digests(world: World) -> None:
    world.release("0.1.0", "staging")
    told = report.of_status([status.status(world.target(name)) for name in ("staging", "production")])
    data = json.loads(json.dumps(told.data))["environments"]
    assert data["staging"]["version"] == "0.1.0"
    assert data["staging"]["recorded"]["digests"]["export"].startswith("sha256:")
    assert data["production"]["version"] is None
    assert "no stack" in told.text
    listed = report.of_history("staging", status.history(world.target("staging"), 0))
    (entry,) = json.loads(json.dumps(listed.data))["deployments"]
    assert (entry["commit"], entry["who"], entry["result"]) == (world.git.head, "a-person", "proven")
    assert "a-person" in listed.text
    assert "nothing was ever deployed to production" in report.of_history("production", []).text


def test_why_a_deployment_was_not_proven_stands_below_the_table_whole(world: World) -> None:
    """A column of it would push who and why off the screen."""
    world.release("0.1.0", "staging")
    world.cloud.update_fails.add("0.2.0")
    world.change("export", "export = 2")
    world.publish("0.2.0")
    with pytest.raises(DeployFailed) as failed:
        world.deploy("staging", "0.2.0")
    listed = report.of_history("staging", status.history(world.target("staging"), 0))
    table, _, below = listed.text.partition("\n\n")
    assert max(map(len, table.splitlines())) < 160
    problem = world.entries("staging")[-1].outcome
    assert problem is not None
    assert below == f"#2 put-back: {problem.problem}"
    assert problem.problem
    assert "#2 put-back" in listed.summary
    assert failed.value.exit_code == DeployFailed.exit_code


def test_every_kind_of_refusal_has_an_exit_code_of_its_own() -> None:
    kinds = [
        UsageError,
        NothingToRelease,
        GateError,
        NotFoundError,
        ConflictError,
        MachineError,
        RemoteError,
        DeployFailed,
        PutBackFailed,
    ]
    assert [kind.exit_code for kind in kinds] == list(range(2, 11))
    ours = {kind for kind in ReleaseError.__subclasses__() if kind.__module__.startswith("release.")}
    assert ours == set(kinds)


def test_a_refusal_says_what_is_wrong_what_was_left_and_what_comes_next() -> None:
    error = ConflictError("taken", untouched="the registry", next_step="the next version")
    assert error.lines() == ["taken", "left as it was: the registry", "next: the next version"]
    assert ReleaseError("taken").lines() == ["taken"]
