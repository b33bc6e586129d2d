"""release rollback: a proven deployment goes back in, by digest, with its own template and settings."""

from __future__ import annotations

import pytest

from release.deployments import deploy, rollback
from release.deployments.deployplan import Action
from release.errors import ConflictError, DeployFailed, NotFoundError
from tests.fakes.journal import Killed
from tests.support.world import TEMPLATE, World, template_json


@pytest.fixture
def two(world: World) -> World:
    """0.1.0, then 0.2.0 in both environments."""
    world.release("0.1.0", "staging", "production")
    world.change("export", "export = 2")
    world.release("0.2.0", "staging", "production")
    return world


def test_the_deployment_before_goes_back_in_by_its_digests_and_is_recorded(two: World) -> None:
    before = two.registry.named["app/export"]["0.1.0"]
    outcome = two.rollback("production")
    assert outcome.recorded == "production-3-proven"
    assert two.cloud.served("app-production")["ExportFunction"].digest == before
    assert two.serves("production") == "0.1.0"
    assert two.serves("staging") == "0.2.0"


def test_a_named_version_goes_back_in(two: World) -> None:
    two.change("export", "export = 3")
    two.release("0.3.0", "staging", "production")
    two.rollback("production", to="0.1.0")
    assert two.serves("production") == "0.1.0"


def test_going_back_to_what_is_live_already_does_nothing(two: World) -> None:
    assert rollback.plan_rollback(two.target("production"), "0.2.0").action is Action.NOTHING


def test_going_back_twice_goes_further_back_and_never_forth(two: World) -> None:
    two.change("export", "export = 3")
    two.release("0.3.0", "staging", "production")
    two.rollback("production")
    two.rollback("production")
    assert two.serves("production") == "0.1.0"
    with pytest.raises(NotFoundError, match=r"no deployment before v0\.1\.0"):
        two.rollback("production")


def test_after_going_back_the_mended_version_goes_in_again(two: World) -> None:
    two.rollback("production")
    two.change("export", "export = 3")
    two.release("0.3.0", "staging", "production")
    assert two.ledger("production")[-1] == "4 0.3.0 proven"


def test_the_template_and_settings_of_the_release_go_back_with_it(world: World) -> None:
    """New settings can break old code (docs/architecture.md, "Choices, and why")."""
    world.release("0.1.0", "staging")
    first = world.cloud.accounts["app-staging"].template
    toml = world.git.show(world.git.head, "release.toml").decode()
    more = toml.replace('Environment = "staging"', 'Environment = "staging"\nLogLevel = "DEBUG"')
    template = TEMPLATE | {"Parameters": TEMPLATE["Parameters"] | {"LogLevel": {"Type": "String"}}}
    world.git.commit({"release.toml": more.encode(), "template.yaml": template_json(template)})
    world.release("0.2.0", "staging")
    assert world.cloud.accounts["app-staging"].parameters["LogLevel"] == "DEBUG"
    world.rollback("staging")
    assert "LogLevel" not in world.cloud.accounts["app-staging"].parameters
    assert world.cloud.accounts["app-staging"].template == first


def test_a_setting_that_came_later_does_not_outlive_the_way_back(world: World) -> None:
    """The parameter was always there, with its default; CloudFormation keeps the value of one that is not named."""
    template = TEMPLATE | {"Parameters": TEMPLATE["Parameters"] | {"LogLevel": {"Type": "String", "Default": "INFO"}}}
    world.git.commit({"template.yaml": template_json(template)})
    world.release("0.1.0", "staging")
    assert world.cloud.accounts["app-staging"].parameters["LogLevel"] == "INFO"
    toml = world.git.show(world.git.head, "release.toml").decode()
    more = toml.replace('Environment = "staging"', 'Environment = "staging"\nLogLevel = "DEBUG"')
    world.git.commit({"release.toml": more.encode()})
    world.release("0.2.0", "staging")
    assert world.cloud.accounts["app-staging"].parameters["LogLevel"] == "DEBUG"
    world.rollback("staging")
    assert world.cloud.accounts["app-staging"].parameters["LogLevel"] == "INFO"


def test_a_setting_of_this_place_that_an_old_template_does_not_know_is_left_out(world: World) -> None:
    world.release("0.1.0", "staging")
    template = TEMPLATE | {"Parameters": TEMPLATE["Parameters"] | {"Boundary": {"Type": "String"}}}
    world.git.commit({"template.yaml": template_json(template)})
    world.overrides = {"Boundary": "arn"}
    world.release("0.2.0", "staging")
    assert world.cloud.accounts["app-staging"].parameters["Boundary"] == "arn"
    world.rollback("staging")
    assert world.serves("staging") == "0.1.0"
    assert "Boundary" not in world.cloud.accounts["app-staging"].parameters


def test_the_smoke_tests_are_those_of_the_release_that_goes_back_in(world: World) -> None:
    """A test for a route that came later would condemn every older release."""
    world.release("0.1.0", "staging")
    toml = world.git.show(world.git.head, "release.toml").decode()
    more = toml + '[[smoke]]\nname = "later"\n[[smoke.steps]]\nget = "/health"\njson = { version = "0.2.0" }\n'
    world.git.commit({"release.toml": more.encode()})
    world.release("0.2.0", "staging")
    outcome = world.rollback("staging")
    assert "later" not in [result.name for result in outcome.smoke]


def test_a_version_that_was_never_proven_here_is_refused_before_any_change(two: World) -> None:
    """faults.md, 24."""
    two.change("export", "export = 3")
    two.release("0.3.0", "staging")
    done = len(two.journal.changes)
    with pytest.raises(NotFoundError, match=r"v0\.3\.0 was never proven in production \(known: 0\.2\.0, 0\.1\.0\)"):
        two.rollback("production", to="0.3.0")
    assert len(two.journal.changes) == done


def test_a_version_nobody_knows_is_refused(two: World) -> None:
    """faults.md, 24."""
    with pytest.raises(NotFoundError, match="never proven") as caught:
        two.rollback("production", to="9.9.9")
    assert caught.value.next_step == "release history production"


def test_an_image_that_is_gone_is_refused_before_any_change(two: World) -> None:
    """faults.md, 24: its tags are still there, the image is not."""
    del two.registry.blobs["app/export"][two.registry.named["app/export"]["0.1.0"]]
    done = len(two.journal.changes)
    with pytest.raises(NotFoundError, match=r"image export of v0\.1\.0 is gone from the registry"):
        two.rollback("production")
    assert len(two.journal.changes) == done
    assert two.serves("production") == "0.2.0"


def test_an_image_that_was_deleted_with_its_tags_leaves_no_target(two: World) -> None:
    """faults.md, 24."""
    two.registry.delete("app/export", two.registry.named["app/export"]["0.1.0"])
    done = len(two.journal.changes)
    with pytest.raises(NotFoundError, match=r"image export of v0\.1\.0 is gone from the registry") as caught:
        rollback.plan_rollback(two.target("production"), None)
    assert "release history production" in caught.value.next_step
    assert len(two.journal.changes) == done


def test_it_needs_no_git_history(two: World) -> None:
    """faults.md, 62."""
    config = two.config
    two.git.commits.clear()
    target = two.target_of(config, "production")
    deploy.apply(rollback.plan_rollback(target, None), target)
    assert two.serves("production") == "0.1.0"


def test_a_record_that_is_gone_is_refused_before_any_change(two: World) -> None:
    """faults.md, 56."""
    two.store.delete("app/releases", two.store.named["app/releases"]["0.1.0"])
    done = len(two.journal.changes)
    with pytest.raises(NotFoundError, match="has no sha256:"):
        two.rollback("production")
    assert len(two.journal.changes) == done


def test_a_bundle_that_is_damaged_is_refused_before_any_change(two: World) -> None:
    """faults.md, 57."""
    digest = two.store.named["app/releases"]["0.1.0"]
    (layer,) = two.store.read("app/releases", [digest])[digest].layers
    two.store.blobs["app/releases"][layer.digest] = b"no bundle"
    done = len(two.journal.changes)
    with pytest.raises(ConflictError, match="bundle cannot be unpacked"):
        two.rollback("production")
    assert len(two.journal.changes) == done


def test_where_nothing_was_ever_proven_there_is_nothing_to_go_back_to(world: World) -> None:
    """faults.md, 24."""
    with pytest.raises(NotFoundError, match="nothing was ever proven in production") as caught:
        world.rollback("production")
    assert caught.value.next_step.startswith("release deploy production --version …; ")


def test_a_deployment_that_was_cut_off_before_its_proof_is_taken_back(two: World) -> None:
    """The deployment before what is live is then the newest one that was proven, not the one before that."""
    two.change("export", "export = 3")
    two.release("0.3.0", "staging")
    two.journal.kill_when("after deploy app-production")
    with pytest.raises(Killed, match="after deploy app-production"):
        two.deploy("production", "0.3.0")
    assert two.serves("production") == "0.3.0"
    two.rollback("production")
    assert two.serves("production") == "0.2.0"


def test_when_the_release_that_goes_back_in_fails_the_one_before_the_rollback_is_put_back(two: World) -> None:
    two.cloud.sick = {"0.1.0"}
    with pytest.raises(DeployFailed, match=r"v0\.1\.0 failed in production"):
        two.rollback("production")
    assert two.serves("production") == "0.2.0"
    assert two.ledger("production") == ["1 0.1.0 proven", "2 0.2.0 proven", "3 0.1.0 put-back"]


def test_a_stack_that_takes_no_update_is_refused_with_its_remedy(two: World) -> None:
    """faults.md, 23."""
    two.cloud.accounts["app-production"].status = "UPDATE_ROLLBACK_FAILED"
    with pytest.raises(ConflictError, match="is stuck") as caught:
        two.rollback("production")
    assert "continue-update-rollback" in caught.value.next_step


def test_a_release_whose_release_toml_has_keys_of_another_age_goes_back_in_and_says_what_was_left_out(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """faults.md, 68."""
    text = world.git.show(world.git.head, "release.toml").decode()
    world.publish("0.1.0")
    old = text.replace("[registry]", "[registry]\nmirror = true").replace(
        'get = "/health"', 'get = "/health"\nslow = 1'
    )
    world.rewrite_settings("0.1.0", old)
    world.deploy("staging", "0.1.0")
    world.change("export", "export = 2")
    world.release("0.2.0", "staging")
    caplog.clear()
    outcome = world.rollback("staging")
    assert world.serves("staging") == "0.1.0"
    assert [result.name for result in outcome.smoke] == [
        "report answers as the version just deployed",
        "the export has every member",
    ]
    said = {
        message.partition(": ")[2].partition(" (known")[0] for message in caplog.messages if "of v0.1.0:" in message
    }
    assert said == {
        "registry.mirror is not a key that is known here",
        "smoke.steps.slow is not a key that is known here",
        "so the smoke test 'export answers as the version just deployed' is not run",
    }
