"""What release doctor says of the account: pipeline.yaml's own things, and what runs in an environment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from release.adoption.doctor import account, running
from release.adoption.doctor.findings import OK, UNKNOWN, WRONG, Diagnosis
from release.adoption.ports import RoleFacts, ShelfFacts
from release.deployments.model import StackResource
from release.settings import config as config_file
from tests.fakes.lookedat import FakeLookedAt
from tests.support.files import texts
from tests.support.projectfiles import MemoryFiles
from tests.support.world import World

OURS = texts()["pipeline.yaml"]
CONFIG = config_file.parse(texts()["release.toml"])
REPOSITORIES = ("export", "report", "releases", "releases/staging", "releases/production")


def trust(subject: str, operator: str = "StringEquals") -> dict[str, Any]:
    condition = {operator: {"token.actions.githubusercontent.com:sub": subject}}
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Condition": condition}]}


def role(name: str, subject: str, operator: str = "StringEquals") -> RoleFacts:
    return RoleFacts(f"arn:aws:iam::123456789012:role/{name}", trust(subject, operator))


def in_order(repository: str = "acme/orders") -> FakeLookedAt:
    project = CONFIG.project
    ends = {
        "publish": "ref:refs/heads/main",
        "watch": "ref:refs/heads/main",
        "promote": "environment:promotion",
        "deploy-staging": "environment:staging",
        "deploy-production": "environment:production",
    }
    return FakeLookedAt(
        templates={f"{project}-pipeline": OURS},
        shelves={f"{project}/{name}": ShelfFacts(True, True) for name in REPOSITORIES},
        roles={
            f"{project}-{name}": role(f"{project}-{name}", f"repo:{repository}:{end}") for name, end in ends.items()
        },
        policies={f"{project}-boundary"},
    )


def looked(fake: FakeLookedAt, repository: str = "acme/orders", written: str = OURS) -> list[Diagnosis]:
    files = MemoryFiles({"pipeline.yaml": written} if written else {})
    found = list(account.findings(account.Premises(CONFIG, files, fake, repository)))
    assert all(each.remedy for each in found if each.state == WRONG)
    return found


def not_ok(found: list[Diagnosis]) -> list[tuple[str, str]]:
    return [(each.state, each.subject) for each in found if each.state != OK]


def test_an_account_in_order_is_ok_in_every_line() -> None:
    found = looked(in_order())
    assert not_ok(found) == []
    assert len(found) == 2 + len(REPOSITORIES) + 5 + 1


def test_subjects_with_ids_are_those_of_the_same_repository() -> None:
    assert not_ok(looked(in_order("acme@12/orders@345"))) == []


@pytest.mark.parametrize(
    "subject",
    [
        "repo:evil/orders:environment:production",
        "repo:acme/orders-copy:environment:production",
        "repo:acme/orders:environment:staging",
        "repo:acme/orders:*",
    ],
)
def test_a_role_that_trusts_somebody_else_is_wrong(subject: str) -> None:
    """faults.md, 7."""
    fake, name = in_order(), f"{CONFIG.project}-deploy-production"
    fake.roles[name] = role(name, subject, "StringLike")
    (wrong,) = [each for each in looked(fake) if each.state != OK]
    assert (wrong.state, wrong.subject, wrong.environment) == (WRONG, f"role {name}", "production")
    assert subject in wrong.text
    assert "aws cloudformation deploy" in wrong.remedy


def test_a_role_that_trusts_a_second_one_besides_is_wrong() -> None:
    fake, name = in_order(), f"{CONFIG.project}-publish"
    both = trust("repo:acme/orders:ref:refs/heads/main")
    both["Statement"].append(trust("repo:acme/orders:ref:refs/heads/other")["Statement"][0])
    fake.roles[name] = RoleFacts("x", both)
    assert not_ok(looked(fake)) == [(WRONG, f"role {name}")]


def test_what_was_never_deployed_or_is_gone_is_wrong() -> None:
    fake = in_order()
    fake.templates.clear()
    del fake.shelves[f"{CONFIG.project}/export"], fake.roles[f"{CONFIG.project}-watch"]
    fake.policies.clear()
    assert {subject for state, subject in not_ok(looked(fake)) if state == WRONG} == {
        f"stack {CONFIG.project}-pipeline",
        f"repository {CONFIG.project}/export",
        f"role {CONFIG.project}-watch",
        f"boundary {CONFIG.project}-boundary",
    }


def test_a_pipeline_that_is_older_than_the_file_must_be_deployed_again() -> None:
    grown = OURS.replace("Resources:\n", "Resources:\n  # one more\n", 1)
    (wrong,) = [each for each in looked(in_order(), written=grown) if each.state != OK]
    assert wrong.text == "it is not pipeline.yaml as it is here: deploy it again"
    assert wrong.remedy.startswith(
        "aws cloudformation deploy --region eu-west-1 --stack-name member-reporting-pipeline"
    )
    assert not_ok(looked(in_order(), written=OURS.replace("\n", "\r\n"))) == []


def test_a_repository_whose_tags_may_move_is_wrong() -> None:
    fake = in_order()
    fake.shelves[f"{CONFIG.project}/report"] = ShelfFacts(immutable=False, lifecycle=True)
    (wrong,) = [each for each in looked(fake) if each.state != OK]
    assert wrong.remedy.endswith("--image-tag-mutability IMMUTABLE")


def test_what_may_not_be_looked_at_is_not_known() -> None:
    fake = in_order()
    fake.denied = {"role", "policy"}
    assert {state for state, _ in not_ok(looked(fake))} == {UNKNOWN}
    fake.denied = {"identity"}
    assert not_ok(looked(fake)) == [(UNKNOWN, "credentials")]
    assert not_ok(looked(in_order(), written="")) == [(UNKNOWN, "pipeline")]
    unknown = looked(in_order(), repository="")
    assert {each.state for each in unknown if each.subject.startswith("role ")} == {UNKNOWN}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def running_in(world: World, environment: str, fake: FakeLookedAt) -> dict[str, Diagnosis]:
    return {each.subject: each for each in running.findings(world.target(environment), fake)}


def test_an_environment_without_a_deployment_is_well(world: World) -> None:
    found = running_in(world, "staging", FakeLookedAt())
    assert {each.state for each in found.values()} == {OK}
    assert "nothing was deployed" in found["stack of staging"].text
    assert found["what is live in staging"].text == "nothing yet"


def test_a_deployment_that_is_proven_is_told_and_drift_is_wrong(world: World) -> None:
    world.release("1.0.0-rc.1")
    world.deploy("staging", "1.0.0-rc.1")
    assert "v1.0.0-rc.1, as ledger" in running_in(world, "staging", FakeLookedAt())["what is live in staging"].text
    world.cloud.accounts.clear()
    wrong = running_in(world, "staging", FakeLookedAt())["what is live in staging"]
    assert (wrong.state, wrong.remedy.startswith("release history staging")) == (WRONG, True)


def test_a_live_image_that_was_deleted_from_the_registry_is_wrong(world: World) -> None:
    """faults.md, 26."""
    world.release("1.0.0-rc.1")
    world.deploy("staging", "1.0.0-rc.1")
    del world.registry.blobs["app/export"][world.registry.named["app/export"]["1.0.0-rc.1"]]
    wrong = running_in(world, "staging", FakeLookedAt())["what is live in staging"]
    assert (wrong.state, "is gone from the registry" in wrong.text) == (WRONG, True)


def test_alarms_that_are_gone_or_ring_are_wrong(world: World) -> None:
    world.release("1.0.0-rc.1")
    world.deploy("staging", "1.0.0-rc.1")
    target = world.target("staging")
    alarm = StackResource("Errors", "AWS::CloudWatch::Alarm", "app-staging-Errors-1")

    class Cloud:
        """The world's cloud, whose stack has an alarm besides."""

        def __getattr__(self, name: str) -> Any:
            return getattr(target.cloud, name)

        def resources(self, stack: str) -> tuple[StackResource, ...]:
            return (*target.cloud.resources(stack), alarm)

    with_alarm = replace(target, cloud=Cloud())
    for fake, state in (
        (FakeLookedAt(ringing={"app-staging-Errors-1": "OK"}), OK),
        (FakeLookedAt(ringing={"app-staging-Errors-1": "ALARM"}), WRONG),
        (FakeLookedAt(), WRONG),
        (FakeLookedAt(denied={"alarms"}), UNKNOWN),
    ):
        found = {each.subject: each for each in running.findings(with_alarm, fake)}
        assert found["alarms of staging"].state == state


def test_a_stack_that_takes_no_update_is_wrong_with_what_leads_out(world: World) -> None:
    world.release("1.0.0-rc.1")
    world.deploy("staging", "1.0.0-rc.1")
    world.cloud.accounts["app-staging"].status = "UPDATE_ROLLBACK_FAILED"
    wrong = running_in(world, "staging", FakeLookedAt())["stack of staging"]
    assert (wrong.state, "continue-update-rollback --stack-name app-staging" in wrong.remedy) == (WRONG, True)
    assert wrong.remedy.endswith("then release doctor staging")
