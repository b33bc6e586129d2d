"""A ledger that is still tags is written as records, once; what the tags never said is not made up."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from release.deployments import migrate, migratereport, status
from release.deployments.migrate import Migration, Place
from release.errors import ConflictError, NotFoundError, RemoteError
from release.releases import recording
from release.releases.bundle import Limits
from tests.fakes.journal import Killed
from tests.support.world import LEDGERS, RELEASES, World


def place(world: World) -> Place:
    """Where the project is."""
    return Place(world.config, world.git, world.registry, world.store, Limits())


def seen(world: World, environment: str) -> str:
    """What release status says is wrong."""
    return status.status(world.target(environment)).problem


def plan(world: World) -> Migration:
    """release migrate."""
    return migrate.plan_migration(place(world))


def move(world: World) -> Migration:
    """release migrate --yes."""
    found = plan(world)
    migrate.apply(found, place(world), lambda: Path(tempfile.mkdtemp(dir=world.folder)))
    return found


def name_as_before(world: World, version: str, commit: str, *entries: str) -> None:
    """The tags that a version and its deployments had before there were records."""
    digests = recording.by_digest(world.store.named[RELEASES][f"sha-{commit}"], world.store, RELEASES).digests
    for image, digest in digests.items():
        for tag in (version, f"{version}_{commit}", *(f"{entry}-v{version}" for entry in entries)):
            world.registry.named[f"app/{image}"][tag] = digest


@pytest.fixture
def old(world: World) -> World:
    """0.1.0-rc.1 (later 0.1.0) and 0.2.0-rc.1 in staging, 0.1.0 in production; then a candidate nobody deployed."""
    first = world.git.head
    world.release("0.1.0-rc.1", "staging")
    world.promote("0.1.0")
    world.deploy("production", "0.1.0")
    second = world.change("export", "export = 2")
    world.release("0.2.0-rc.1", "staging")
    third = world.change("export", "export = 3")
    world.publish("0.2.0-rc.2")
    name_as_before(world, "0.1.0-rc.1", first, "staging-1")
    name_as_before(world, "0.1.0", first, "production-1")
    name_as_before(world, "0.2.0-rc.1", second, "staging-2")
    name_as_before(world, "0.2.0-rc.2", third)
    forget(world)
    return world


def test_every_deployment_keeps_its_number_version_and_commit(old: World) -> None:
    move(old)
    assert old.ledger("staging") == ["1 0.1.0-rc.1 proven", "2 0.2.0-rc.1 proven"]
    assert old.ledger("production") == ["1 0.1.0 proven"]
    assert set(recording.versions(old.store.tags(RELEASES))) == {"0.1.0-rc.1", "0.1.0", "0.2.0-rc.1", "0.2.0-rc.2"}
    claim = old.entries("production")[0].claim
    assert (claim.run.who, claim.reason) == ("not known", "moved over from the tag production-1-v0.1.0")
    assert (claim.branch, claim.position) == ("main", 1)


def test_what_was_moved_agrees_with_what_runs_and_goes_on(old: World) -> None:
    move(old)
    assert seen(old, "staging") == ""
    assert seen(old, "production") == ""
    old.rollback("staging")
    assert old.serves("staging") == "0.1.0-rc.1"
    old.deploy("staging", "0.2.0-rc.2")
    old.promote("0.2.0", old.git.head)
    old.deploy("production", "0.2.0")
    assert old.ledger("production") == ["1 0.1.0 proven", "2 0.2.0 proven"]
    old.rollback("production")
    assert old.serves("production") == "0.1.0"


def test_looking_changes_nothing_and_moving_twice_moves_once(old: World) -> None:
    seen = len(old.journal.points)
    before = plan(old)
    assert len(old.journal.points) == seen
    assert [each.record for each in before.releases] == [""] * 3
    move(old)
    named = {repository: dict(tags) for repository, tags in old.store.named.items()}
    again = move(old)
    assert all(each.record for each in again.releases)
    assert all(each.there for each in again.entries)
    assert {repository: dict(tags) for repository, tags in old.store.named.items()} == named


def test_cut_off_anywhere_the_same_command_finishes_it(old: World) -> None:
    begun = len(old.journal.points)
    move(old)
    steps = len(old.journal.points) - begun
    assert steps > 15
    for step in range(steps):
        forget(old)
        old.journal.kill_at = len(old.journal.points) + step
        with pytest.raises(Killed):
            move(old)
        move(old)
        assert old.ledger("staging") == ["1 0.1.0-rc.1 proven", "2 0.2.0-rc.1 proven"]
        assert old.ledger("production") == ["1 0.1.0 proven"]


def forget(world: World) -> None:
    """There are no records yet."""
    for repository in (RELEASES, *LEDGERS.values()):
        world.store.named[repository].clear()
        world.store.blobs[repository].clear()


def test_an_answer_that_was_lost_is_found_by_the_next_one(old: World) -> None:
    for after in range(0, 40, 3):
        old.journal.lose_at = len(old.journal.points) + after
        try:
            move(old)
        except RemoteError:
            continue
    old.journal.calm()
    move(old)
    assert old.ledger("staging") == ["1 0.1.0-rc.1 proven", "2 0.2.0-rc.1 proven"]


def test_what_cannot_be_moved_is_said_and_the_rest_is_moved(old: World) -> None:
    gone = old.registry.named["app/export"]["0.2.0-rc.1"]
    tags = old.registry.named["app/export"]
    old.registry.delete("app/export", gone)
    tags["staging-2-v0.2.0-rc.1"] = tags["0.2.0-rc.1"] = gone
    tags[f"0.2.0-rc.1_{plan_commit(old, '0.2.0-rc.1')}"] = gone
    found = move(old)
    problem = {each.versions[0]: each.problem for each in found.releases}["0.2.0-rc.1"]
    assert problem
    assert old.ledger("staging") == ["1 0.1.0-rc.1 proven"]
    told = migratereport.of_migration(found, written=True)
    assert "stays a tag" in told.text
    assert "staging-2" in told.text


def plan_commit(world: World, version: str) -> str:
    """The commit that the report image's tags bind a version to."""
    return next(tag for tag in world.registry.named["app/report"] if tag.startswith(f"{version}_")).partition("_")[2]


def test_a_version_that_tags_bind_to_two_commits_is_not_guessed(old: World) -> None:
    tags = old.registry.named["app/report"]
    tags[f"0.1.0_{'f' * 40}"] = tags["0.1.0"]
    found = plan(old)
    assert {each.versions: each.problem for each in found.releases}[("0.1.0",)].startswith(
        "tags bind it to several commits"
    )
    assert next(each.problem for each in found.entries if each.environment == "production").startswith("v0.1.0 cannot")


def test_a_ledger_that_began_anew_is_left_alone(old: World) -> None:
    other = plan(old)
    migrate.apply(
        replace(other, entries=()), place(old), lambda: Path(tempfile.mkdtemp(dir=old.folder))
    )  # the records alone
    tags = dict(old.registry.named)
    for repository, named in tags.items():
        old.registry.named[repository] = {tag: d for tag, d in named.items() if not tag.startswith("staging-")}
    old.deploy("staging", "0.1.0-rc.1")
    old.registry.named.update(tags)
    found = move(old)
    problems = {each.problem for each in found.entries if each.environment == "staging"}
    assert problems == {"app/releases/staging has a deployment #1 of its own"}
    assert old.ledger("staging") == ["1 0.1.0-rc.1 proven"]
    assert old.ledger("production") == ["1 0.1.0 proven"], "the other ledger is moved"


def test_a_deployment_before_the_ledger_was_moved_is_refused_and_says_the_way(old: World) -> None:
    """Without it, the first deployment after an upgrade would have nothing to go back to."""
    found = plan(old)
    migrate.apply(replace(found, entries=()), place(old), lambda: Path(tempfile.mkdtemp(dir=old.folder)))
    with pytest.raises(ConflictError, match="the deployments of staging are still tags on the images") as caught:
        old.deploy("staging", "0.2.0-rc.2")
    assert caught.value.next_step.startswith("release migrate --yes")
    assert "release migrate" in seen(old, "staging")
    with pytest.raises(NotFoundError) as nothing:
        old.rollback("staging")
    assert nothing.value.next_step.endswith("release migrate")


def test_the_repositories_of_the_records_come_first(old: World) -> None:
    del old.store.named[RELEASES]
    with pytest.raises(NotFoundError, match="app/releases"):
        plan(old)


def test_where_there_is_no_old_ledger_there_is_nothing_to_move(world: World) -> None:
    world.release("0.1.0", "staging")
    found = move(world)
    assert (found.entries, found.releases) == ((), ())
    assert "nothing to move" in migratereport.of_migration(found, written=False).text
    assert world.ledger("staging") == ["1 0.1.0 proven"]


def test_an_older_version_that_followed_a_newer_one_had_gone_back_and_is_not_left_again(old: World) -> None:
    """docs/architecture.md, rule 7: the deployment before a return is the one before what was left."""
    for named in old.registry.named.values():
        named["staging-3-v0.1.0-rc.1"] = named["0.1.0-rc.1"]
    move(old)
    assert [entry.claim.action for entry in old.entries("staging")] == ["deploy", "deploy", "rollback"]
    with pytest.raises(NotFoundError, match=r"staging has no deployment before v0\.1\.0-rc\.1"):
        old.target("staging").ledger().previous()


def test_a_deployment_while_only_part_was_moved_takes_no_old_number(old: World) -> None:
    old.journal.kill_when("after tag staging-2-proven")
    with pytest.raises(Killed):
        move(old)
    assert old.ledger("staging") == ["2 0.2.0-rc.1 proven"]
    old.deploy("staging", "0.2.0-rc.2")
    move(old)
    assert old.ledger("staging") == ["1 0.1.0-rc.1 proven", "2 0.2.0-rc.1 proven", "3 0.2.0-rc.2 proven"]
    assert old.ledger("production") == ["1 0.1.0 proven"]


def test_an_old_claim_that_a_deployment_marked_abandoned_is_proven_after_all(old: World) -> None:
    old.journal.kill_when("after tag staging-2 ")
    with pytest.raises(Killed):
        move(old)
    old.deploy("staging", "0.2.0-rc.2")
    assert old.ledger("staging") == ["2 0.2.0-rc.1 abandoned", "3 0.2.0-rc.2 proven"]
    move(old)
    assert old.ledger("staging") == ["1 0.1.0-rc.1 proven", "2 0.2.0-rc.1 proven", "3 0.2.0-rc.2 proven"]
