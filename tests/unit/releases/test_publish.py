"""release publish: an archive under its names; a name never moves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from release.deployments import observe
from release.errors import ConflictError, NotFoundError, RemoteError, UsageError
from release.releases import publish
from tests.support.world import World


def plans(world: World, version: str) -> tuple[publish.Publication, ...]:
    """release publish --dry-run of HEAD."""
    images = world.plan_builds()
    return publish.plan_publication(world.config, version, world.git.head, images, world.tags())


def test_a_new_image_gets_its_version_its_commit_and_last_its_inputs(world: World) -> None:
    world.publish("0.1.0")
    written = [
        change for change in world.journal.changes if change.startswith("tag ") and change.endswith("app/export")
    ]
    assert [change.split()[1].partition("-")[0] for change in written] == ["0.1.0", "sha", "inputs"]
    for named in world.registry.named.values():
        assert len(set(named.values())) == 1


def test_the_release_is_one_record_that_names_images_functions_settings_and_template(world: World) -> None:
    digest = world.publish("0.1.0")
    release = observe.published("0.1.0", world.target("staging"))
    assert (release.digest, release.commit, release.record.position) == (digest, world.git.head, 1)
    assert set(release.digests) == {"export", "report"}
    assert release.record.images["export"].size > 0
    assert {name: each.image for name, each in release.record.functions.items()} == {
        "ExportFunction": "export",
        "ReportFunction": "report",
    }
    assert release.record.settings == world.git.show(world.git.head, "release.toml").decode()


def test_publishing_again_writes_nothing(world: World) -> None:
    """faults.md, 13."""
    world.publish("0.1.0")
    done = len(world.journal.points)
    world.publish("0.1.0")
    assert len(world.journal.points) == done
    assert all((plan.push, plan.tags) == (False, ()) for plan in plans(world, "0.1.0"))


def test_an_image_that_did_not_change_keeps_its_digest_and_gets_no_new_name(world: World) -> None:
    world.publish("0.1.0")
    named = dict(world.registry.named["app/report"])
    world.change("export", "export = 2")
    world.publish("0.2.0")
    assert world.registry.named["app/report"] == named
    assert observe.published("0.2.0", world.target("staging")).digests["report"] == named["0.1.0"]
    assert [change for change in world.journal.changes if change == "push app/report"] == ["push app/report"]


def test_after_three_hundred_merges_an_unchanged_image_has_the_names_of_the_first(world: World) -> None:
    """faults.md, 52: ECR takes 1,000 tags an image, and nothing needs the next one."""
    for number in range(1, 301):
        world.git.commit({"README.md": f"# {number}\n".encode()})
        world.publish(f"0.1.0-rc.{number}")
    assert {len(named) for named in world.registry.named.values()} == {3}
    assert len(world.store.named["app/releases"]) == 600, "two names a record, each on a record of its own"


def test_an_image_with_many_names_gets_none_that_only_people_look_at(world: World) -> None:
    """faults.md, 52: a name for its inputs it gets all the same."""
    world.publish("0.1.0")
    named = world.registry.named["app/export"]
    digest = named["0.1.0"]
    named.update({f"other-{number}": digest for number in range(publish.MOST_NAMES)})
    del named[next(tag for tag in named if tag.startswith("inputs-"))]
    plan = plans(world, "0.2.0")[0]
    assert [tag.partition("-")[0] for tag in plan.tags] == ["inputs"]


def test_a_version_that_names_another_commit_is_refused(world: World) -> None:
    """faults.md, 14."""
    world.publish("0.1.0")
    before = {repository: dict(named) for repository, named in world.registry.named.items()}
    world.git.commit({"README.md": b"# App\n"})
    with pytest.raises(ConflictError, match="a name never moves") as caught:
        world.publish("0.1.0")
    assert world.registry.named == before
    assert caught.value.next_step == "release it under the next version"


def test_a_version_that_names_another_digest_is_refused_before_anything_is_written(world: World) -> None:
    """faults.md, 14; here the publication before was cut off, so no record tells the commit."""
    world.publish("0.1.0")
    world.store.named["app/releases"].clear()
    world.change("report", "report = 2")
    world.build()
    done = len(world.journal.points)
    with pytest.raises(ConflictError, match=r"tag 0\.1\.0 of image report names"):
        world.publish("0.1.0")
    assert len(world.journal.points) == done


def test_a_tag_that_somebody_else_takes_meanwhile_is_a_hard_stop(world: World) -> None:
    """faults.md, 14: the registry's immutability has the last word, not the plan."""
    world.build()
    prepared = plans(world, "0.1.0")
    world.registry.put_index("app/report", "0.1.0")
    with pytest.raises(ConflictError, match=r"tag 0\.1\.0 of app/report names"):
        publish.apply(prepared, world.config, world.registry, world.workspace)
    with pytest.raises(NotFoundError):
        observe.published("0.1.0", world.target("staging"))


def test_an_image_that_was_not_built_is_refused_with_the_command_that_builds_it(world: World) -> None:
    with pytest.raises(NotFoundError, match=r"image export .* was not built") as caught:
        plans(world, "0.1.0")
    assert caught.value.next_step == "release build"


def test_an_image_for_another_cpu_is_refused_before_it_is_pushed(world: World) -> None:
    """faults.md, 12: the archive was built by an earlier release.toml."""
    world.build()
    prepared = plans(world, "0.1.0")
    images = {name: replace(image, platform="linux/arm64") for name, image in world.config.images.items()}
    config = replace(world.config, images=images)
    with pytest.raises(ConflictError, match="linux/amd64, the functions run on linux/arm64"):
        publish.apply(prepared, config, world.registry, world.workspace)
    assert world.registry.blobs == {"app/export": {}, "app/report": {}}


def test_an_archive_that_vanished_after_planning_is_refused(world: World) -> None:
    world.build()
    prepared = plans(world, "0.1.0")
    world.workspace.lose()
    with pytest.raises(NotFoundError, match="archive of image export is gone"):
        publish.apply(prepared, world.config, world.registry, world.workspace)
    assert world.registry.named == {"app/export": {}, "app/report": {}}


def test_a_connection_that_drops_during_the_upload_leaves_no_tag_and_the_next_run_finishes(world: World) -> None:
    world.registry.drop_pushes = 1
    with pytest.raises(RemoteError, match="connection reset"):
        world.publish("0.1.0")
    assert world.registry.named == {"app/export": {}, "app/report": {}}
    world.publish("0.1.0")
    assert observe.published("0.1.0", world.target("staging"))


def test_a_tag_whose_answer_was_lost_is_found_written_by_the_next_run(world: World) -> None:
    """faults.md, 13."""
    for _ in range(6):
        world.registry.lose_answers = 1
        with pytest.raises(RemoteError, match="no answer about tag"):
            world.publish("0.1.0")
    world.registry.lose_answers = 0
    world.publish("0.1.0")
    assert len([change for change in world.journal.changes if change.startswith("tag ")]) == 6 + 2, "and the record's"


def test_a_publication_that_was_cut_off_is_no_release_yet(world: World) -> None:
    """faults.md, 15: until its record is named, no deployment accepts the version."""
    world.registry.lose_answers = 1
    with pytest.raises(RemoteError):
        world.publish("0.1.0")
    with pytest.raises(NotFoundError, match=r"v0\.1\.0 is not in app/releases") as caught:
        world.deploy("staging", "0.1.0")
    assert caught.value.next_step == "release publish --version 0.1.0, from its commit"
    assert world.cloud.accounts == {}


def test_a_bad_version_is_refused_before_anything_is_written(world: World) -> None:
    """faults.md, 9."""
    world.build()
    done = len(world.journal.points)
    with pytest.raises(UsageError):
        world.publish("v0.1.0")
    assert len(world.journal.points) == done
