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
    tags = observe.tags_by_image(world.config, world.registry)
    return publish.plan_publication(world.config, version, world.git.head, images, tags)


def test_every_image_gets_its_version_its_commit_its_inputs_and_their_binding(world: World) -> None:
    world.publish("0.1.0")
    commit = world.git.head
    for named in world.registry.named.values():
        assert {"0.1.0", f"sha-{commit}", f"0.1.0_{commit}"} < set(named)
        assert len(named) == 4
        assert len(set(named.values())) == 1


def test_publishing_again_writes_nothing(world: World) -> None:
    """faults.md, 13."""
    world.publish("0.1.0")
    done = len(world.journal.points)
    world.publish("0.1.0")
    assert len(world.journal.points) == done
    assert all((plan.push, plan.tags) == (False, ()) for plan in plans(world, "0.1.0"))


def test_an_image_that_did_not_change_keeps_its_digest_and_gets_the_new_version(world: World) -> None:
    world.publish("0.1.0")
    world.change("export", "export = 2")
    world.publish("0.2.0")
    report, export = world.registry.named["app/report"], world.registry.named["app/export"]
    assert report["0.1.0"] == report["0.2.0"]
    assert export["0.1.0"] != export["0.2.0"]
    assert [change for change in world.journal.changes if change == "push app/report"] == ["push app/report"]


def test_a_version_that_names_another_commit_is_refused(world: World) -> None:
    """faults.md, 14."""
    world.publish("0.1.0")
    before = {repository: dict(named) for repository, named in world.registry.named.items()}
    world.git.commit({"README.md": b"# App\n"})
    with pytest.raises(ConflictError, match="was made from commit") as caught:
        world.publish("0.1.0")
    assert world.registry.named == before
    assert caught.value.next_step == "release it under the next version"


def test_a_version_that_names_another_digest_is_refused_before_anything_is_written(world: World) -> None:
    """faults.md, 14; here the publication before was cut off, so no binding tells the commit."""
    world.publish("0.1.0")
    for named in world.registry.named.values():
        for tag in [tag for tag in named if tag.startswith("0.1.0_")]:
            del named[tag]
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
        observe.published("0.1.0", observe.tags_by_image(world.config, world.registry))


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
    assert observe.published("0.1.0", observe.tags_by_image(world.config, world.registry))


def test_a_tag_whose_answer_was_lost_is_found_written_by_the_next_run(world: World) -> None:
    """faults.md, 13."""
    for _ in range(8):
        world.registry.lose_answers = 1
        with pytest.raises(RemoteError, match="no answer about tag"):
            world.publish("0.1.0")
    world.registry.lose_answers = 0
    world.publish("0.1.0")
    assert len([change for change in world.journal.changes if change.startswith("tag ")]) == 8


def test_a_publication_that_was_cut_off_is_no_release_yet(world: World) -> None:
    """faults.md, 15: until the last tag of the last image is there, no deployment accepts the version."""
    world.registry.lose_answers = 1
    with pytest.raises(RemoteError):
        world.publish("0.1.0")
    with pytest.raises(NotFoundError, match=r"v0\.1\.0 is not in the registry") as caught:
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


def test_a_candidate_and_its_release_may_name_one_digest_and_one_commit(world: World) -> None:
    world.publish("1.0.0-rc.1")
    world.publish("1.0.0")
    assert [change for change in world.journal.changes if change.startswith("push")] == [
        "push app/export",
        "push app/report",
    ]
    tags = observe.tags_by_image(world.config, world.registry)
    assert observe.published("1.0.0", tags).digests == observe.published("1.0.0-rc.1", tags).digests
