"""``alias = "none"``: callers reach ``$LATEST``; every verb works on it, and none speaks of an alias."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from release.adoption.doctor import running
from release.adoption.doctor.findings import OK, WRONG
from release.deployments import render, smoke, status
from release.deployments.deployplan import Action
from release.deployments.model import HttpRequest, HttpResponse
from release.errors import DeployFailed
from tests.fakes.cloud import FakeCloud, health_app
from tests.fakes.journal import Killed
from tests.fakes.lookedat import FakeLookedAt
from tests.support.world import RELEASE_TOML, TEMPLATE, World, template_json

SETTINGS = RELEASE_TOML.replace('name = "app"', 'name = "app"\nalias = "none"')
INVOKED = """
[[smoke]]
name = "the function itself answers"
[[smoke.steps]]
invoke = "ExportFunction"
payload = {}
json = { version = "{version}" }
"""


def template(memory: int = 128, **functions: Any) -> Mapping[str, Any]:
    """As somebody writes it who knows nothing of releases: the copy adds what is missing."""
    theirs = {
        logical: {
            "Type": "AWS::Serverless::Function",
            "Properties": {"PackageType": "Image", "ImageUri": {"Ref": parameter}, "MemorySize": memory},
        }
        for logical, parameter in (("ExportFunction", "ImageUri"), ("ReportFunction", "ReportImageUri"))
    }
    return {**TEMPLATE, "Resources": {**theirs, **functions}}


@pytest.fixture
def plain(world: World) -> World:
    """0.1.0 is live in both environments, of a project without aliases; 0.2.0, with another export, is published."""
    world.git.commit({"release.toml": (SETTINGS + INVOKED).encode(), "template.yaml": template_json(template())})
    world.release("0.1.0", "staging", "production")
    world.change("export", "export = 2")
    world.publish("0.2.0")
    return world


def problem(world: World) -> str:
    return status.status(world.target("staging")).problem


def by_hand(world: World) -> None:
    """Somebody has the export run the image of the report."""
    other = world.cloud.accounts["app-staging"].parameters["ReportImageUri"]
    world.cloud.image_by_hand("app-staging", "ExportFunction", other)


def test_a_deployment_is_proven_on_latest_and_recorded_so(plain: World) -> None:
    outcome = plain.deploy("staging", "0.2.0")
    assert plain.serves("staging") == "0.2.0"
    assert [result.name for result in outcome.smoke if result.passed][-1] == "the function itself answers"
    entry = plain.entries("staging")[-1]
    assert entry.outcome is not None
    assert {served.version for served in entry.outcome.functions.values()} == {"$LATEST"}
    assert entry.outcome.functions["ExportFunction"].digest == entry.claim.digests["export"]
    kinds = {each.type for each in plain.cloud.resources("app-staging")}
    assert kinds == {"AWS::Lambda::Function"}, "no version was published, and no alias is there"
    assert problem(plain) == ""


def test_a_release_that_changes_settings_only_is_served_too(plain: World) -> None:
    plain.git.commit({"template.yaml": template_json(template(256))})
    plain.release("0.3.0", "staging")
    assert plain.serves("staging") == "0.3.0"


def test_the_same_release_again_has_nothing_to_do(plain: World) -> None:
    assert plain.plan("staging", "0.1.0").action is Action.NOTHING


def test_a_rollback_goes_through_cloudformation_and_its_plan_says_so(plain: World) -> None:
    plain.deploy("staging", "0.2.0")
    outcome = plain.rollback("staging")
    said = "ExportFunction, ReportFunction have no alias: callers reach $LATEST, which changes when CloudFormation"
    assert said in render.plan_text(outcome.plan)
    assert plain.serves("staging") == "0.1.0"
    assert problem(plain) == ""


def test_the_plan_of_a_rollback_says_nothing_of_aliases_where_every_function_has_one(world: World) -> None:
    world.release("0.1.0", "staging")
    world.change("export", "export = 2")
    world.release("0.2.0", "staging")
    assert "alias" not in render.plan_text(world.rollback("staging").plan)


def test_what_fails_its_proof_is_put_back(plain: World) -> None:
    plain.cloud.sick.add("0.2.0")
    with pytest.raises(DeployFailed) as caught:
        plain.deploy("staging", "0.2.0")
    assert caught.value.untouched == "staging runs v0.1.0 again, proven"
    assert plain.serves("staging") == "0.1.0"
    assert plain.ledger("staging") == ["1 0.1.0 proven", "2 0.2.0 put-back"]


def test_a_function_that_fails_to_start_is_put_back(plain: World) -> None:
    release = plain.plan("staging", "0.2.0").release
    plain.cloud.fates[release.digests["export"]] = ("Failed", "Failed", "The image manifest is not supported")
    with pytest.raises(DeployFailed, match="failed: The image manifest is not supported"):
        plain.deploy("staging", "0.2.0")
    assert plain.serves("staging") == "0.1.0"


def test_another_image_by_hand_is_named_and_the_same_release_again_mends_it(plain: World) -> None:
    """CloudFormation compares templates, so it alone would change nothing (faults.md, 59)."""
    by_hand(plain)
    assert problem(plain).startswith("ExportFunction: it serves $LATEST, sha256:")
    assert "alias" not in problem(plain)
    plan = plain.plan("staging", "0.1.0")
    assert plan.action is Action.DEPLOY
    assert "again (ExportFunction:" in plan.why
    plain.deploy("staging", "0.1.0")
    assert problem(plain) == ""
    assert plain.serves("staging") == "0.1.0"


def test_a_put_back_mends_what_was_done_by_hand_meanwhile(plain: World) -> None:
    plain.cloud.sick.add("0.2.0")
    plain.cloud.members = 0

    def meddling(cloud: FakeCloud, stack: str, request: HttpRequest) -> HttpResponse:
        answer = health_app(cloud, stack, request)
        if answer.status == 500:  # 0.2.0: its release has failed, and before the old one is back somebody helps
            released = cloud.accounts[stack].parameters["ReportImageUri"]
            cloud.image_by_hand(stack, "ReportFunction", released.replace(released[-64:], "0" * 64))
        return answer

    plain.cloud.app = meddling
    with pytest.raises(DeployFailed):
        plain.deploy("staging", "0.2.0")
    assert problem(plain) == ""


def test_a_function_that_is_gone_is_named_without_an_alias(plain: World) -> None:
    del plain.cloud.accounts["app-staging"].functions["ReportFunction"]
    assert problem(plain) == "ReportFunction: the function is gone"


def test_smoke_tests_against_what_is_live_reach_latest(plain: World) -> None:
    assert all(result.passed for result in smoke.against_live(plain.target("staging")))
    by_hand(plain)
    plain.cloud.asleep.add(plain.cloud.accounts["app-staging"].functions["ExportFunction"].name)
    assert not all(result.passed for result in smoke.against_live(plain.target("staging")))


def test_an_inactive_function_is_woken(plain: World) -> None:
    plain.cloud.asleep.add(plain.cloud.accounts["app-staging"].functions["ReportFunction"].name)
    plain.deploy("staging", "0.2.0")
    assert plain.serves("staging") == "0.2.0"


def test_the_doctor_says_of_latest_what_it_says_of_an_alias(plain: World) -> None:
    def live() -> tuple[str, str]:
        found = running.findings(plain.target("staging"), FakeLookedAt())
        line = next(each for each in found if each.subject.startswith("what is live"))
        return line.state, line.text

    assert live() == (OK, "v0.1.0, as ledger, stack and functions have it, and its images are there")
    by_hand(plain)
    state, said = live()
    assert state == WRONG
    assert "it serves $LATEST" in said


def test_from_aliases_to_none_and_back_is_a_release_like_any_other(world: World) -> None:
    world.release("0.1.0", "staging")
    world.git.commit({"release.toml": SETTINGS.encode(), "template.yaml": template_json(template())})
    world.release("0.2.0", "staging")
    assert world.serves("staging") == "0.2.0"
    world.rollback("staging")
    assert world.serves("staging") == "0.1.0"
    assert problem(world) == ""
    world.rollback("staging", "0.2.0")
    assert (world.serves("staging"), problem(world)) == ("0.2.0", "")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_run_that_dies_while_it_mends_the_function_is_run_again(plain: World, moment: str) -> None:
    by_hand(plain)
    plain.journal.kill_when(f"{moment} set app-staging-ExportFunction")
    with pytest.raises(Killed):
        plain.deploy("staging", "0.1.0")
    plain.deploy("staging", "0.1.0")
    assert (plain.serves("staging"), problem(plain)) == ("0.1.0", "")


def test_an_image_that_latest_runs_by_somebody_s_hand_is_not_pruned(plain: World) -> None:
    """faults.md, 26: neither the ledger nor the stack names it, and Lambda needs it."""
    repository = plain.config.images["export"].repository
    uri = plain.registry.uri(repository, plain.plan("staging", "0.2.0").release.digests["export"])
    plain.change("export", "export = 3")
    plain.release("0.3.0", "staging")
    plain.clock.slept += 200 * 86_400

    def going() -> list[str]:
        plan = plain.plan_prune(proven=1, days=1)
        return [each.name.partition(" (")[0] for each in plan.going if each.kind == "image"]

    assert "export 0.2.0" in going()
    plain.cloud.image_by_hand("app-staging", "ExportFunction", uri)
    assert "export 0.2.0" not in going()
