"""release deploy on a world of fakes: proven and recorded, or put back, or refused with everything as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from release.deployments import claiming, deploy, deployreport, observe, render, rollout
from release.deployments.claiming import ClaimLostError
from release.deployments.claims import Result
from release.deployments.deployplan import Action
from release.deployments.deployreport import Facts
from release.deployments.model import HttpRequest, HttpResponse, StackRequest
from release.errors import (
    ConflictError,
    DeployFailed,
    MachineError,
    NotFoundError,
    PutBackFailed,
    RemoteError,
    UsageError,
)
from tests.fakes.cloud import FakeCloud, health_app
from tests.fakes.journal import Killed
from tests.support.awscli import Person, commands_in
from tests.support.world import TEMPLATE, World, template_json


@pytest.fixture
def two(world: World) -> World:
    """0.1.0 is live and proven in both environments; 0.2.0, with another export image, is published."""
    world.release("0.1.0", "staging", "production")
    world.change("export", "export = 2")
    world.publish("0.2.0")
    return world


def untouched(world: World, act: Callable[[], object]) -> None:
    """Runs ``act`` and asserts that nothing was changed."""
    done = len(world.journal.changes)
    act()
    assert len(world.journal.changes) == done


def test_a_deployment_is_proven_and_then_recorded(two: World) -> None:
    outcome = two.deploy("staging", "0.2.0")
    assert outcome.recorded == "staging-2-proven"
    entry = two.entries("staging")[-1]
    assert (entry.claim.run.who, entry.claim.before, entry.is_proven) == ("a-person", 1, True)
    assert entry.outcome is not None
    assert {name: served.version for name, served in entry.outcome.functions.items()} == {
        "ExportFunction": "2",
        "ReportFunction": "2",
    }
    assert set(entry.outcome.smoke.values()) == {""}
    assert [result.passed for result in outcome.smoke] == [True, True, True]
    assert two.serves("staging") == "0.2.0"
    assert two.serves("production") == "0.1.0"


def test_images_are_deployed_by_digest_and_the_stack_knows_version_and_commit(two: World) -> None:
    two.deploy("staging", "0.2.0")
    parameters = two.cloud.accounts["app-staging"].parameters
    digests = observe.published("0.2.0", two.target("staging")).digests
    for parameter, image in (("ImageUri", "export"), ("ReportImageUri", "report")):
        assert parameters[parameter].endswith(f"/app/{image}@{digests[image]}")
    assert (parameters["ReleaseVersion"], parameters["GitSha"]) == ("0.2.0", two.git.head)
    assert parameters["Environment"] == "staging"


def test_deploying_again_does_nothing(two: World) -> None:
    two.deploy("staging", "0.2.0")
    untouched(two, lambda: two.deploy("staging", "0.2.0"))
    assert two.plan("staging", "0.2.0").action is Action.NOTHING


def test_planning_changes_nothing(two: World) -> None:
    untouched(two, lambda: two.plan("staging", "0.2.0"))


def test_a_deployment_needs_no_git(two: World) -> None:
    """faults.md, 62: the record holds template, settings and smoke tests."""
    target = two.target("staging")
    two.git.commits.clear()
    deploy.apply(deploy.plan_deployment(target, "0.2.0"), target)
    assert two.serves("staging") == "0.2.0"


def test_of_two_runs_that_claim_one_number_one_wins_and_the_other_changes_nothing(two: World) -> None:
    """faults.md, 53."""
    first, second = two.target("staging"), two.target("staging")
    plans = [deploy.plan_deployment(target, "0.2.0") for target in (first, second)]
    deploy.apply(plans[0], first)
    changes = [change for change in two.journal.changes if not change.startswith("put ")]
    with pytest.raises(ClaimLostError, match="another run claimed staging-2 first"):
        deploy.apply(plans[1], second)
    assert [change for change in two.journal.changes if not change.startswith("put ")] == changes
    assert deploy.plan_deployment(second, "0.2.0").action is Action.NOTHING, "it decides again"


def test_a_claim_of_a_run_that_lives_is_waited_for(two: World) -> None:
    """faults.md, 54."""
    two.journal.kill_when("before deploy app-staging")
    with pytest.raises(Killed):
        two.deploy("staging", "0.2.0")
    claim = two.entries("staging")[-1]
    two.runs.alive.add(claim.claim.run.process)
    ended = two.clock.now() + timedelta(seconds=600)

    def end(now: datetime) -> None:
        if now >= ended and two.entries("staging")[1].outcome is None:
            claiming.end(claiming.Claimed(claim.claim, claim.digest), Result.PUT_BACK, two.target("staging"))

    two.clock.watch = end
    two.deploy("staging", "0.2.0")
    assert two.ledger("staging") == ["1 0.1.0 proven", "2 0.2.0 put-back", "3 0.2.0 proven"]
    assert two.clock.slept >= 600


def test_a_claim_that_nobody_ends_is_waited_for_as_long_as_a_deployment_may_take_and_then_taken_over(
    two: World,
) -> None:
    """faults.md, 54."""
    two.journal.kill_when("before deploy app-staging")
    with pytest.raises(Killed):
        two.deploy("staging", "0.2.0")
    two.runs.alive.add(two.entries("staging")[-1].claim.run.process)
    before = two.clock.slept
    two.deploy("staging", "0.2.0")
    assert claiming.LONGEST <= two.clock.slept - before < claiming.LONGEST + 600
    assert two.ledger("staging") == ["1 0.1.0 proven", "2 0.2.0 abandoned", "3 0.2.0 proven"]


def test_a_template_or_setting_that_changed_without_the_images_is_a_release_that_staging_must_prove(
    two: World,
) -> None:
    """faults.md, 55."""
    two.deploy("staging", "0.2.0")
    toml = two.git.show(two.git.head, "release.toml").decode()
    two.git.commit({"release.toml": toml.replace('"staging"\n\n', '"staging"\nX = 1\n\n', 1).encode()})
    two.publish("0.2.1")
    with pytest.raises(NotFoundError, match=r"v0\.2\.1 was never proven in staging as that release"):
        two.deploy("production", "0.2.1")


def test_parameters_of_this_place_win_over_release_toml(two: World) -> None:
    two.overrides |= {"Environment": "rehearsal", "ReleaseVersion": "9.9.9", "ImageUri": "anything"}
    two.deploy("staging", "0.2.0")
    parameters = two.cloud.accounts["app-staging"].parameters
    assert parameters["Environment"] == "rehearsal"
    assert parameters["ReleaseVersion"] == "0.2.0", "what is released is not a setting"
    assert "@sha256:" in parameters["ImageUri"]


def test_production_takes_only_what_staging_has_proven(two: World) -> None:
    """docs/architecture.md, rule 3."""
    with pytest.raises(NotFoundError, match=r"v0\.2\.0 was never proven in staging as that release") as caught:
        two.deploy("production", "0.2.0")
    assert caught.value.next_step == "release deploy staging --version 0.2.0"
    two.deploy("staging", "0.2.0")
    two.deploy("production", "0.2.0")
    assert two.serves("production") == "0.2.0"


def test_a_release_version_is_one_more_name_of_the_candidate_that_was_proven(world: World) -> None:
    world.release("1.0.0-rc.1", "staging")
    world.promote("1.0.0")
    world.deploy("production", "1.0.0")
    assert world.ledger("production") == ["1 1.0.0 proven"]
    assert world.serves("production") == "1.0.0"


def test_an_unknown_environment_is_refused(two: World) -> None:
    with pytest.raises(NotFoundError, match="no environment 'prod'"):
        untouched(two, lambda: two.deploy("prod", "0.2.0"))


def test_a_version_that_is_not_published_is_refused(two: World) -> None:
    with pytest.raises(NotFoundError, match=r"v0\.9\.0 is not in app/releases"):
        untouched(two, lambda: two.deploy("staging", "0.9.0"))


def test_an_image_that_is_gone_from_the_registry_is_refused_before_any_change(two: World) -> None:
    repository = two.registry.blobs["app/export"]
    del repository[two.registry.named["app/export"]["0.2.0"]]
    with pytest.raises(NotFoundError, match=r"image export of v0\.2\.0 is gone from the registry") as caught:
        two.deploy("staging", "0.2.0")
    assert caught.value.next_step
    assert two.serves("staging") == "0.1.0"


def test_a_name_that_somebody_else_gives_an_image_changes_nothing(two: World) -> None:
    """faults.md, 11 and 16: a release names digests."""
    two.registry.put_index("app/export", "latest")
    two.deploy("staging", "0.2.0")
    assert two.serves("staging") == "0.2.0"


def test_the_digest_that_was_planned_is_deployed_when_a_tag_moves_meanwhile(two: World) -> None:
    """faults.md, 16."""
    plan = two.plan("staging", "0.2.0")
    planned = two.registry.named["app/export"]["0.2.0"]
    two.registry.named["app/export"]["0.2.0"] = two.registry.named["app/export"]["0.1.0"]
    two.store.named["app/releases"]["0.2.0"] = two.store.named["app/releases"]["0.1.0"]
    deploy.apply(plan, two.target("staging"))
    assert two.cloud.served("app-staging")["ExportFunction"].digest == planned


def test_an_older_run_that_finishes_last_does_not_replace_a_newer_deployment(two: World) -> None:
    """faults.md, 20."""
    two.deploy("staging", "0.2.0")
    with pytest.raises(ConflictError, match="is older than what staging runs"):
        untouched(two, lambda: two.deploy("staging", "0.1.0"))
    untouched(two, lambda: two.deploy("staging", "0.1.0", if_newer=True))
    assert two.serves("staging") == "0.2.0"


def test_a_maintenance_branch_with_a_lower_version_is_a_downgrade_too(two: World) -> None:
    """faults.md, 20: neither commit contains the other, so the version decides."""
    base = next(iter(two.git.commits))
    two.deploy("staging", "0.2.0")
    two.git.on_branch = "release/0.1"
    two.git.commit({"function/report/app.py": b"report = 9"}, parent=base)
    two.publish("0.1.1")
    with pytest.raises(ConflictError, match=r"v0\.1\.1 is older"):
        two.deploy("staging", "0.1.1")
    two.git.commit({"function/report/app.py": b"report = 10"})
    two.publish("0.3.0")
    two.deploy("staging", "0.3.0")
    assert two.serves("staging") == "0.3.0"


def test_a_stack_that_somebody_changes_is_waited_for(two: World) -> None:
    """faults.md, 19."""
    two.cloud.somebody_changes("app-staging", 600)
    two.deploy("staging", "0.2.0")
    assert two.serves("staging") == "0.2.0"
    assert 600 <= two.clock.slept < 1500


def test_a_stack_that_somebody_changes_for_ever_is_left_alone_after_a_bounded_wait(two: World) -> None:
    """faults.md, 19."""
    before = two.clock.slept
    two.cloud.accounts["app-staging"].status = "UPDATE_IN_PROGRESS"
    with pytest.raises(ConflictError, match="is being changed by somebody else") as caught:
        untouched(two, lambda: two.deploy("staging", "0.2.0"))
    assert two.clock.slept - before == rollout.STACK_WAIT
    assert "wait until it is at rest" in caught.value.next_step


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"])
def test_a_stack_that_takes_no_update_is_refused_and_never_deleted(two: World, status: str) -> None:
    """faults.md, 22 and 23."""
    two.cloud.accounts["app-staging"].status = status
    with pytest.raises(ConflictError, match=status) as caught:
        untouched(two, lambda: two.deploy("staging", "0.2.0"))
    assert "--stack-name app-staging" in caught.value.next_step
    assert two.cloud.accounts["app-staging"].status == status


def test_a_first_deployment_that_fails_says_so_and_the_next_run_explains_the_empty_stack(world: World) -> None:
    """faults.md, 22."""
    world.cloud.update_fails = {"0.1.0"}
    world.publish("0.1.0")
    with pytest.raises(PutBackFailed, match=r"v0\.1\.0 failed in staging") as caught:
        world.deploy("staging", "0.1.0")
    assert "no deployment before this one" in caught.value.untouched
    with pytest.raises(ConflictError, match="was never created"):
        world.deploy("staging", "0.1.0")
    assert world.ledger("staging") == ["1 0.1.0 failed"]


def test_an_update_that_cloudformation_rolls_back_puts_the_deployment_before_back(two: World) -> None:
    two.cloud.update_fails = {"0.2.0"}
    with pytest.raises(DeployFailed, match=r"v0\.2\.0 failed in staging") as caught:
        two.deploy("staging", "0.2.0")
    assert caught.value.untouched == "staging runs v0.1.0 again, proven"
    assert two.serves("staging") == "0.1.0"
    assert two.ledger("staging") == ["1 0.1.0 proven", "2 0.2.0 put-back"]


def test_an_unchanged_stack_in_update_rollback_complete_is_no_success_by_its_status(two: World) -> None:
    """faults.md, 18: after a failure was rolled back the status says nothing about the release that is asked for."""
    two.cloud.update_fails = {"0.2.0"}
    for _ in range(2):
        with pytest.raises(DeployFailed):
            two.deploy("staging", "0.2.0")
        assert two.cloud.accounts["app-staging"].status == "UPDATE_ROLLBACK_COMPLETE"
    two.cloud.update_fails = set()
    two.deploy("staging", "0.2.0")
    assert two.serves("staging") == "0.2.0"


def test_an_empty_change_set_with_what_was_asked_for_live_is_a_success(two: World) -> None:
    """faults.md, 18: the stack took the release, the command was cut off before it proved it."""
    plan = two.plan("staging", "0.2.0")
    assert plan.rollout is not None
    rollout.update_stack(plan.rollout.request, two.target("staging"))
    outcome = deploy.apply(plan, two.target("staging"))
    assert outcome.recorded == "staging-2-proven"
    assert [change for change in two.journal.changes if change == "deploy app-staging"] == ["deploy app-staging"] * 2


def test_an_alias_moved_by_hand_is_moved_back_although_cloudformation_sees_no_change(two: World) -> None:
    """faults.md, 18 and 29: the same version again over drift repairs it."""
    two.deploy("staging", "0.2.0")
    two.cloud.by_hand("app-staging", "ExportFunction", 1)
    plan = two.plan("staging", "0.2.0")
    assert "v0.2.0 -> v0.2.0, again (ExportFunction: app-staging-ExportFunction-" in plan.why
    outcome = two.deploy("staging", "0.2.0")
    assert two.serves("staging") == "0.2.0"
    assert outcome.recorded == "staging-3-proven"
    assert two.plan("staging", "0.2.0").action is Action.NOTHING


def test_an_alias_moved_by_hand_to_an_older_version_of_the_same_image_is_moved_back(two: World) -> None:
    """The report image is the same in both releases; the settings that its version was made with are not."""
    two.deploy("staging", "0.2.0")
    two.cloud.by_hand("app-staging", "ReportFunction", 1)
    two.deploy("staging", "0.2.0")
    assert two.serves("staging") == "0.2.0"


@pytest.mark.parametrize("weights", [{"1": 0.1}, {"1": 0.99}])
def test_a_share_that_another_version_still_gets_is_ended(two: World, weights: dict[str, float]) -> None:
    """faults.md, 59: a traffic shift that was cut off."""
    two.deploy("staging", "0.2.0")
    two.cloud.by_hand("app-staging", "ExportFunction", 2, weights)
    assert "still sends" in two.plan("staging", "0.2.0").why
    two.deploy("staging", "0.2.0")
    assert two.cloud.accounts["app-staging"].functions["ExportFunction"].aliases["live"] == (2, {})


def test_a_leftover_share_does_not_outlive_the_next_release_either(two: World) -> None:
    """faults.md, 59: the template names no shares, so CloudFormation leaves them as they are."""
    two.cloud.by_hand("app-staging", "ExportFunction", 1, {"1": 0.3})
    two.deploy("staging", "0.2.0")
    assert two.cloud.accounts["app-staging"].functions["ExportFunction"].aliases["live"] == (2, {})


def test_an_alias_that_was_deleted_is_made_anew(two: World) -> None:
    two.deploy("staging", "0.2.0")
    two.cloud.accounts["app-staging"].functions["ExportFunction"].aliases.clear()
    two.deploy("staging", "0.2.0")
    assert two.serves("staging") == "0.2.0"


def test_a_version_deployed_again_over_drift_that_fails_its_proof_does_not_fall_further_back(two: World) -> None:
    two.deploy("staging", "0.2.0")
    two.cloud.by_hand("app-staging", "ExportFunction", 1)
    two.cloud.sick = {"0.2.0"}
    with pytest.raises(PutBackFailed, match=r"v0\.2\.0 failed in staging: smoke test") as caught:
        two.deploy("staging", "0.2.0")
    assert caught.value.untouched.endswith("v0.2.0 is what was proven in staging last")
    assert "to go further back: release rollback staging --to 0.1.0" in caught.value.next_step
    assert two.serves("staging") == "0.2.0", "0.1.0 was not put in its place"
    assert two.ledger("staging") == ["1 0.1.0 proven", "2 0.2.0 proven", "3 0.2.0 failed"]


def test_an_alias_that_did_not_move_is_a_failure_although_cloudformation_is_content(two: World) -> None:
    """faults.md, 29."""
    two.cloud.alias_sticks = True
    with pytest.raises(DeployFailed, match="serves sha256:"):
        two.deploy("staging", "0.2.0")
    assert two.ledger("staging") == ["1 0.1.0 proven", "2 0.2.0 put-back"]


def test_functions_that_are_pending_are_waited_for(two: World) -> None:
    """faults.md, 27."""
    two.cloud.pending = 120
    two.deploy("staging", "0.2.0")
    assert two.ledger("staging")[-1] == "2 0.2.0 proven"


def test_functions_that_stay_pending_are_a_failure_after_a_bounded_wait(two: World) -> None:
    """faults.md, 27."""
    digest = two.registry.named["app/export"]["0.2.0"]
    two.cloud.fates[digest] = ("Pending", "InProgress", "")
    before = two.clock.slept
    with pytest.raises(DeployFailed, match="is Pending, its update InProgress"):
        two.deploy("staging", "0.2.0")
    assert two.clock.slept - before <= rollout.SERVE_WAIT + 200
    assert two.serves("staging") == "0.1.0"


def inactive(world: World) -> None:
    """Lambda reclaimed what the functions of staging need, because nobody called them for weeks."""
    world.cloud.asleep = {function.name for function in world.cloud.accounts["app-staging"].functions.values()}


@pytest.mark.parametrize("pending", [0, 120])
def test_an_inactive_function_is_invoked_and_then_judged(two: World, pending: float) -> None:
    """faults.md, 27: a deployment that a crash left unrecorded for weeks. Waiting alone would never make it ready."""
    plan = two.plan("staging", "0.2.0")
    assert plan.rollout is not None
    rollout.update_stack(plan.rollout.request, two.target("staging"))
    inactive(two)
    two.cloud.pending = pending
    assert two.plan("staging", "0.2.0").action is Action.PROVE
    before = two.clock.slept
    outcome = two.deploy("staging", "0.2.0")
    assert outcome.recorded is not None
    assert two.clock.slept - before < rollout.SERVE_WAIT
    assert two.serves("staging") == "0.2.0"


def test_a_function_that_stays_inactive_is_a_failure_with_lambda_s_reason(two: World) -> None:
    """faults.md, 27."""
    inactive(two)
    two.cloud.dead = set(two.cloud.asleep)
    with pytest.raises(PutBackFailed, match=r"is Inactive, its update Successful: No address is free in the subnet"):
        two.deploy("staging", "0.2.0")


def test_credentials_that_end_while_sam_waits_judge_nothing_and_the_same_command_again_goes_on(two: World) -> None:
    two.cloud.credentials_end = 1
    with pytest.raises(MachineError, match=r"v0\.2\.0 is not proven in staging: the AWS credentials ended") as caught:
        two.deploy("staging", "0.2.0")
    assert caught.value.next_step == "aws sso login; then run the same command again"
    assert two.ledger("staging") == ["1 0.1.0 proven", "2 0.2.0 open"]
    two.deploy("staging", "0.2.0")
    assert two.ledger("staging") == ["1 0.1.0 proven", "2 0.2.0 abandoned", "3 0.2.0 proven"]
    assert [change for change in two.journal.changes if change == "deploy app-staging"] == ["deploy app-staging"]


def test_credentials_that_end_while_it_is_put_back_leave_the_commands_to_type(two: World) -> None:
    """faults.md, 31."""
    two.cloud.sick = {"0.2.0"}
    plan = two.plan("staging", "0.2.0")

    class Ending(FakeCloud):
        def deploy(self, request: StackRequest) -> None:
            self.credentials_end = request.parameters["ReleaseVersion"] == "0.1.0"
            super().deploy(request)

    ending = Ending(two.journal, two.clock, two.registry)
    ending.accounts, ending.sick = two.cloud.accounts, two.cloud.sick
    with pytest.raises(PutBackFailed) as caught:
        deploy.apply(plan, replace(two.target("staging"), cloud=ending))
    assert caught.value.next_step == "aws sso login, then release rollback staging --to 0.1.0"


@pytest.mark.parametrize("fate", [("Failed", "", "ImageAccessDenied"), ("Active", "Failed", "InvalidImage")])
def test_a_function_that_failed_is_a_failure_at_once_although_the_call_was_answered(
    two: World, fate: tuple[str, str, str]
) -> None:
    """faults.md, 27 and 28."""
    two.cloud.fates[two.registry.named["app/export"]["0.2.0"]] = fate
    before = two.clock.slept
    with pytest.raises(DeployFailed, match=f"failed: {fate[2]}"):
        two.deploy("staging", "0.2.0")
    assert two.clock.slept - before < 200, "waiting cannot help"
    assert two.serves("staging") == "0.1.0"


def test_a_health_check_that_fails_puts_the_deployment_before_back(two: World) -> None:
    two.cloud.sick = {"0.2.0"}
    with pytest.raises(DeployFailed, match="answered 500 instead of 200") as caught:
        two.deploy("staging", "0.2.0")
    assert caught.value.exit_code == 9
    assert caught.value.next_step == "mend it and release the next version"
    assert two.serves("staging") == "0.1.0"
    assert two.ledger("staging") == ["1 0.1.0 proven", "2 0.2.0 put-back"]


def test_an_answer_of_the_version_before_is_a_failure(two: World) -> None:
    """faults.md, 29: the alias serves the new image, but a cache in front of it still answers as the old one."""

    def stale(cloud: FakeCloud, stack: str, request: HttpRequest) -> HttpResponse:
        answer = health_app(cloud, stack, request)
        return HttpResponse(answer.status, answer.headers, answer.body.replace(b"0.2.0", b"0.1.0"))

    two.cloud.app = stale
    with pytest.raises(DeployFailed, match=r"version is '0\.1\.0' instead of '0\.2\.0'"):
        two.deploy("staging", "0.2.0")


@pytest.mark.parametrize("body", [b"", b"<html>504</html>", b'{"status": "ok"', b"\xff"])
def test_an_unreadable_answer_is_a_failure(two: World, body: bytes) -> None:
    """faults.md, 30."""

    def garbled(cloud: FakeCloud, stack: str, request: HttpRequest) -> HttpResponse:
        answer = health_app(cloud, stack, request)
        return HttpResponse(200, {}, body) if b"0.2.0" in answer.body else answer

    two.cloud.app = garbled
    with pytest.raises(DeployFailed, match="the answer is no JSON"):
        two.deploy("staging", "0.2.0")
    assert two.serves("staging") == "0.1.0"


def test_a_flaky_answer_is_a_failure_because_nothing_is_asked_twice(two: World) -> None:
    """faults.md, 30: the first answer counts."""
    asked: list[str] = []

    def flaky(cloud: FakeCloud, stack: str, request: HttpRequest) -> HttpResponse:
        asked.append(request.url)
        if len(asked) == 1:
            raise RemoteError("GET got no answer: connection reset")
        return health_app(cloud, stack, request)

    two.cloud.app = flaky
    with pytest.raises(DeployFailed, match="connection reset"):
        two.deploy("staging", "0.2.0")
    assert two.ledger("staging") == ["1 0.1.0 proven", "2 0.2.0 put-back"]


def test_a_deployment_whose_answer_was_lost_is_put_back_and_deploying_again_succeeds(two: World) -> None:
    two.cloud.lose_answers = 1
    with pytest.raises(DeployFailed, match="connection reset"):
        two.deploy("staging", "0.2.0")
    assert two.serves("staging") == "0.1.0"
    two.deploy("staging", "0.2.0")
    assert two.serves("staging") == "0.2.0"


def test_when_putting_back_fails_too_it_stops_and_says_what_to_type(two: World) -> None:
    """faults.md, 31."""
    two.cloud.sick = {"0.2.0", "0.1.0"}
    deployed = len([change for change in two.journal.changes if change == "deploy app-staging"])
    with pytest.raises(
        PutBackFailed, match=r"v0\.2\.0 failed in staging .* and putting v0\.1\.0 back failed"
    ) as caught:
        two.deploy("staging", "0.2.0")
    assert caught.value.exit_code == 10
    assert caught.value.next_step == "release status staging, then release rollback staging --to 0.1.0"
    again = len([change for change in two.journal.changes if change == "deploy app-staging"]) - deployed
    assert again == 2, "once in, once back, no loop"
    assert two.ledger("staging") == ["1 0.1.0 proven", "2 0.2.0 failed"]


def test_a_stack_that_is_stuck_after_the_failure_is_explained_and_not_touched_again(two: World) -> None:
    """faults.md, 23 and 31."""
    two.cloud.rollback_fails = {"0.2.0"}
    with pytest.raises(PutBackFailed, match="UPDATE_ROLLBACK_FAILED") as caught:
        two.deploy("staging", "0.2.0")
    assert caught.value.next_step.endswith("then release rollback staging --to 0.1.0")
    for command in commands_in(caught.value.next_step):
        Person(two.cloud).types(command)
    two.rollback("staging", to="0.1.0")
    assert two.serves("staging") == "0.1.0"


def test_a_deployment_that_reports_success_and_changed_nothing_is_a_failure(two: World) -> None:
    """faults.md, 18: "no changes to deploy" ends with exit code 0, whatever is live."""

    class NoChanges(FakeCloud):
        def deploy(self, request: StackRequest) -> None:
            if request.parameters["ReleaseVersion"] == "0.1.0":
                super().deploy(request)

    idle = NoChanges(two.journal, two.clock, two.registry)
    idle.accounts = two.cloud.accounts
    plan = two.plan("staging", "0.2.0")
    with pytest.raises(DeployFailed, match=r"app-staging is CREATE_COMPLETE and did not take v0\.2\.0"):
        deploy.apply(plan, replace(two.target("staging"), cloud=idle))
    assert two.ledger("staging") == ["1 0.1.0 proven", "2 0.2.0 put-back"]


def test_a_machine_that_cannot_go_on_judges_nothing_and_puts_nothing_back(two: World) -> None:
    """sam does not start: no failure of the release, and nothing was changed."""

    class NoSam(FakeCloud):
        def deploy(self, request: StackRequest) -> None:
            raise MachineError(f"sam cannot be started for {request.name}", next_step="install it")

    broken = NoSam(two.journal, two.clock, two.registry)
    broken.accounts = two.cloud.accounts
    plan = two.plan("staging", "0.2.0")
    with pytest.raises(MachineError, match=r"v0\.2\.0 is not proven in staging: sam cannot be started") as caught:
        deploy.apply(plan, replace(two.target("staging"), cloud=broken))
    assert caught.value.next_step == "install it; then run the same command again"
    assert two.serves("staging") == "0.1.0"


def test_a_release_that_lacks_an_image_of_its_own_release_toml_is_refused_before_any_change(two: World) -> None:
    """faults.md, 56."""
    toml = two.git.show(two.git.head, "release.toml").decode()
    more = toml.replace("[environments.staging]", '[images.third]\nrepository = "app/third"\n[environments.staging]')
    two.rewrite_settings("0.2.0", more)
    with pytest.raises(NotFoundError, match=r"v0\.2\.0 has no image third"):
        untouched(two, lambda: two.deploy("staging", "0.2.0"))


MISTAKES = {
    "misspelt": (
        "release.toml",
        b'\nEnvironment = "staging"',
        b'\nEnvironment = "staging"\nLogLvel = "INFO"',
        "LogLvel",
    ),
    "not given": (
        "template.yaml",
        b'"Environment": ',
        b'"Secret": {"Type": "String"}, "Environment": ',
        "Secret has no",
    ),
    "no version": ("template.yaml", b'"ReleaseVersion"', b'"Version"', "Version has no default"),
    "no image": ("template.yaml", b'"ReportImageUri": {', b'"OtherUri": {', "OtherUri has no default"),
    "no parameters": (
        "template.yaml",
        b'"Parameters"',
        b'"Parameterz"',
        "Environment, which the template does not have",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_release_toml_and_template_that_do_not_agree_are_refused_before_any_change(two: World, mistake: str) -> None:
    """A parameter that the template does not have would silently do nothing; one that nobody gives would be guessed."""
    path, old, new, words = MISTAKES[mistake]
    text = two.git.show(two.git.head, path)
    assert old in text
    two.git.commit({path: text.replace(old, new, 1)})
    two.publish("0.3.0")
    with pytest.raises(UsageError, match=words) as caught:
        untouched(two, lambda: two.deploy("staging", "0.3.0"))
    assert caught.value.next_step


VALUES = {
    "a control character": ("a\x1bb", "holds the character U+001B, which CloudFormation does not keep"),
    "a carriage return": ("a\r\nb", "U+000D"),
    "no character at all": ("a\udc80b", "U+DC80"),
    "too long": ("ä" * 2049, "is 4,098 bytes long; CloudFormation takes 4,096"),
}


@pytest.mark.parametrize("case", VALUES)
def test_a_parameter_that_cloudformation_would_not_keep_is_refused_before_any_change_and_not_shown(
    two: World, case: str
) -> None:
    """faults.md, 70."""
    value, words = VALUES[case]
    two.overrides = {"Environment": value}
    with pytest.raises(UsageError, match=words.replace("U+", r"U\+")) as caught:
        untouched(two, lambda: two.deploy("staging", "0.2.0"))
    assert "Environment of staging" in caught.value.message
    assert value not in "\n".join(caught.value.lines())


def test_the_longest_parameter_that_cloudformation_takes_is_taken(two: World) -> None:
    two.overrides = {"Environment": "ä" * 2048}
    two.deploy("staging", "0.2.0")
    assert two.cloud.accounts["app-staging"].parameters["Environment"] == "ä" * 2048


def test_a_stack_whose_release_is_not_in_the_ledger_takes_the_release_that_is_asked_for(two: World) -> None:
    """Somebody deployed by hand; nothing of ours is lost by replacing it."""
    two.cloud.accounts["app-staging"].parameters = {"ReleaseVersion": "9.0.0", "GitSha": "f" * 40}
    two.deploy("staging", "0.2.0")
    assert two.serves("staging") == "0.2.0"


def test_a_parameter_of_this_place_that_no_template_has_is_refused_before_anything_happens(two: World) -> None:
    two.overrides["Enviroment"] = "hunter2"
    with pytest.raises(UsageError, match="RELEASE_PARAMETERS gives staging the parameter Enviroment") as caught:
        untouched(two, lambda: two.deploy("staging", "0.2.0"))
    assert "write Environment" in caught.value.next_step
    assert "hunter2" not in "\n".join(caught.value.lines())
    assert two.serves("staging") == "0.1.0"


def test_going_back_leaves_out_what_the_older_template_does_not_know_and_says_so(
    two: World, caplog: pytest.LogCaptureFixture
) -> None:
    two.deploy("staging", "0.2.0")
    two.overrides["Later"] = "1"
    two.rollback("staging")
    assert two.serves("staging") == "0.1.0"
    assert "v0.1.0 has no parameter Later, which is given here: left out" in caplog.text


def test_a_smoke_test_of_what_the_template_does_not_have_is_refused_before_the_stack_changes(two: World) -> None:
    toml = two.git.show(two.git.head, "release.toml").decode()
    two.git.commit({"release.toml": toml.replace("{output.MembersTableName}", "{output.Members}").encode()})
    two.publish("0.3.0")
    slept = two.clock.slept
    with pytest.raises(UsageError, match=r"step 1: the template has no output Members \(.*MembersTableName is nearest"):
        untouched(two, lambda: two.deploy("staging", "0.3.0"))
    assert two.clock.slept == slept


def test_a_secret_that_nobody_gives_is_named_in_the_plan_and_after_the_deployment(two: World) -> None:
    key = {"Type": "String", "NoEcho": True, "Default": "changeme"}
    two.git.commit({"template.yaml": template_json({**TEMPLATE, "Parameters": {**TEMPLATE["Parameters"], "Key": key}})})
    two.publish("0.3.0")
    plan = two.plan("staging", "0.3.0")
    assert "note: the secret parameter Key is not given for staging" in render.plan_text(plan)
    done = two.deploy("staging", "0.3.0")
    report = deployreport.of_deployment(plan, Facts(), done.smoke, done.recorded, done.api, "deployed")
    assert "the secret parameter Key is not given for staging" in report.text
    assert "the secret parameter Key is not given for staging" in report.summary
