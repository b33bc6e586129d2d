"""Pruning generated registries: whatever they hold, nothing goes that somebody needs, and a crash loses nothing.

faults.md, 32. Each registry is lived into by a random sequence of publications, deployments (some fail), rollbacks,
promotions, deaths at any moment, names that people gave by hand, and days that pass.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from release.deployments import rollback, status
from release.deployments.prunemodel import PrunePlan
from release.errors import DeployFailed, PutBackFailed, ReleaseError
from release.releases import recording
from tests.fakes.journal import Killed
from tests.support.world import RELEASES, World

ENVIRONMENTS = ("staging", "production")
Step = tuple[str, int, int]

SELDOM = ("rollback", "back to", "die", "promote", "name", "index")
STEPS = st.tuples(
    st.sampled_from([*["days", "merge", "merge and release"] * 3, *["publish", "staging", "production"] * 2, *SELDOM]),
    st.integers(0, 5),
    st.integers(0, 9),
)
#: (proven, days), the environments that are asked for; none is all.
ASKED = st.tuples(st.integers(1, 3), st.integers(1, 60), st.sampled_from([(), ("staging",), ("production",)]))


class Life:
    """A world and the versions that were published in it."""

    def __init__(self) -> None:
        self.world = World(Path(tempfile.mkdtemp()))
        self.world.clock.patience = float("inf")
        self.versions: list[str] = []

    def step(self, step: Step) -> None:
        """One thing that happens; what is refused changes nothing."""
        what, which, number = step
        try:
            self._does(what, which, number)
        except (DeployFailed, PutBackFailed, ReleaseError):
            pass
        except Killed:
            if number % 2:  # half of those that died are never run again
                self.world.journal.calm()

    def _does(self, what: str, which: int, number: int) -> None:
        world, journal = self.world, self.world.journal
        version = self.versions[-1 - which % len(self.versions)] if self.versions else ""
        if what.startswith("merge"):
            for then, value in (("publish", which), ("staging", 0), ("production", 0))[: 3 if "release" in what else 2]:
                self._does(then, value, number)
        elif what == "publish":
            if number % 4 == 0:
                world.cloud.sick.add(f"0.{len(self.versions) + 1}.0")
            world.sboms = {"export": f"sbom {number % 3}".encode()}
            world.change("export" if number % 3 else "report", f"x = {which}")
            self.versions.append(f"0.{len(self.versions) + 1}.0")
            world.publish(self.versions[-1])
        elif what == "days":
            world.clock.slept += (1 + which * 3) * 86_400
        elif what == "name" and (digest := world.registry.named["app/export"].get(version, "")):
            world.registry.tag("app/export", digest, f"mine-{number}")
        elif what == "index" and version:
            digest = world.registry.named["app/export"].get(version, "")
            world.registry.put_index("app/export", f"9.{len(journal.points)}.0", *([digest] if digest else []))
        elif what == "die":
            journal.kill_at = len(journal.points) + which * 10 + number
        elif what == "rollback":
            world.rollback(ENVIRONMENTS[which % 2])
        elif what == "back to":
            world.rollback(ENVIRONMENTS[which % 2], to=version)
        elif what == "promote" and version:
            world.promote(f"{which + 1}.{number}.0", recording.recorded(version, world.store, RELEASES)[1].commit)
        elif what in ENVIRONMENTS and version:
            world.deploy(what, version)


@dataclass(frozen=True)
class Needs:
    """What must be there after pruning, told without the rules that are tested."""

    releases: frozenset[str]
    images: frozenset[tuple[str, str]]
    ways_back: Mapping[str, str]
    names: Mapping[tuple[str, str], frozenset[str]]


def names_of(world: World) -> Mapping[tuple[str, str], frozenset[str]]:
    """Repository and digest -> all its names."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for host in (world.store, world.registry):
        for repository, tags in host.named.items():
            for tag, digest in tags.items():
                found[repository, digest] = found.get((repository, digest), frozenset()) | {tag}
    return found


def needs(world: World, proven: int, days: int, asked: tuple[str, ...]) -> Needs:
    limit = world.clock.now().timestamp() - days * 86_400
    releases: set[str] = set()
    ways_back = {}
    for environment in ENVIRONMENTS:
        entries = world.entries(environment)[::-1]
        good = [entry.claim.release for entry in entries if entry.is_proven]
        releases |= set(good[:1]) | set(list(dict.fromkeys(good))[:proven])
        if asked and environment not in asked:
            releases |= {entry.claim.release for entry in entries}
        try:
            ways_back[environment] = rollback.plan_rollback(world.target(environment), None).release.digest
            releases.add(ways_back[environment])
        except ReleaseError:
            pass
    releases |= {d for d, pushed in world.store.pushed[RELEASES].items() if pushed.timestamp() >= limit}
    there = releases & set(world.store.pushed[RELEASES])
    records = [recording.by_digest(digest, world.store, RELEASES) for digest in there]
    images = {(image.repository, image.digest) for record in records for image in record.images.values()}
    for repository, pushed in world.registry.pushed.items():
        images |= {(repository, digest) for digest, then in pushed.items() if then.timestamp() >= limit}
    for account in world.cloud.accounts.values():
        digests = {v.digest for f in account.functions.values() for v in f.versions.values() if v.number == f.current}
        images |= {(repo, digest) for repo, all_ in world.registry.pushed.items() for digest in digests & set(all_)}
    mine = {(r, d) for r, tags in world.registry.named.items() for tag, d in tags.items() if tag.startswith("mine-")}
    return Needs(frozenset(there), frozenset(images | mine), ways_back, names_of(world))


def at_rest(life: Life) -> None:
    """Every death was found: what a dead run left open is ended, so that pruning is not refused."""
    life.world.journal.calm()
    for environment in ENVIRONMENTS:
        for version in life.versions[::-1]:
            if not life.world.target(environment).ledger().open:
                break
            try:
                life.world.deploy(environment, version)
            except ReleaseError:
                continue


def check_needs(world: World, needed: Needs) -> None:
    missing = needed.releases - set(world.store.pushed[RELEASES])
    assert not missing, f"releases went: {missing}"
    gone = {(repo, digest) for repo, digest in needed.images if digest not in world.registry.pushed[repo]}
    assert not gone, f"images went: {gone}"
    half = [key for key, names in names_of(world).items() if names != needed.names[key]]
    assert not half, f"some of their names went: {half}"


def check_whole(world: World) -> None:
    """Every record that is there has its images, every ledger is readable, every name names something."""
    for digest in set(world.store.named[RELEASES].values()):
        record = recording.by_digest(digest, world.store, RELEASES)
        for image in record.images.values():
            assert image.digest in world.registry.pushed[image.repository], f"v{record.version} lost {image}"
    for environment in ENVIRONMENTS:
        status.history(world.target(environment), 0)
        status.status(world.target(environment))


def check_ways_back(world: World, needed: Needs, proven: int) -> None:
    """Where a rollback led, it leads, and so does one to each of the last proven; and it works."""
    for environment in ENVIRONMENTS:
        entries = world.entries(environment)[::-1]
        for release in list(dict.fromkeys(e.claim.release for e in entries if e.is_proven))[:proven]:
            entry = next(entry for entry in entries if entry.claim.release == release and entry.is_proven)
            plan = rollback.plan_rollback(world.target(environment), entry.claim.version)
            assert plan.release.digest == release
        if environment in needed.ways_back:
            plan = rollback.plan_rollback(world.target(environment), None)
            assert plan.release.digest == needed.ways_back[environment]
            try:
                world.rollback(environment)
            except (DeployFailed, PutBackFailed):
                continue  # a release that fails its proof now, too; all of it was there
            assert world.serves(environment) == plan.release.version


def lived(steps: list[Step]) -> Life:
    life = Life()
    for step in [("publish", 0, 1), ("staging", 0, 0), *steps]:
        life.step(step)
    at_rest(life)
    return life


def prune(world: World, asked: tuple[int, int, tuple[str, ...]]) -> PrunePlan:
    proven, days, environments = asked
    return world.prune(*environments, proven=proven, days=days)


#: Some of them die on the way, some are refused; about a third has something that goes.
TRIES = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)


@given(st.lists(STEPS, min_size=5, max_size=30), ASKED)
@TRIES
def test_nothing_that_is_needed_goes_and_everything_works_afterwards(
    steps: list[Step], asked: tuple[int, int, tuple[str, ...]]
) -> None:
    life = lived(steps)
    world, (proven, days, environments) = life.world, asked
    if any(world.target(environment).ledger().open for environment in ENVIRONMENTS):
        return
    needed = needs(world, proven, days, environments)
    numbers = {environment: world.target(environment).ledger().next_number for environment in ENVIRONMENTS}
    plan = prune(world, asked)
    note(f"{len(plan.going)} of {len(plan.verdicts)} went")
    check_needs(world, needed)
    check_whole(world)
    assert {e: world.target(e).ledger().next_number for e in ENVIRONMENTS} == numbers, "a number would come again"
    assert not world.plan_prune(*environments, proven=proven, days=days).going, "once more finds more"
    check_ways_back(world, needed, proven)


@given(st.lists(STEPS, min_size=5, max_size=30), ASKED, st.integers(0, 60), st.sampled_from(["kill", "refuse", "lose"]))
@TRIES
def test_a_crash_at_any_moment_leaves_nothing_half_and_the_same_command_ends_it(
    steps: list[Step], asked: tuple[int, int, tuple[str, ...]], moment: int, trouble: str
) -> None:
    """faults.md, 15 and 17."""
    life, other = lived(steps), lived(steps)
    world, (proven, days, environments) = life.world, asked
    if any(world.target(environment).ledger().open for environment in ENVIRONMENTS):
        return
    needed = needs(world, proven, days, environments)
    journal = world.journal
    setattr(journal, f"{trouble}_at", len(journal.points) + moment)
    for _ in range(2):
        try:
            prune(world, asked)
        except (Killed, ReleaseError):
            check_needs(world, needed)
            check_whole(world)
    journal.calm()
    prune(other.world, asked)
    ended, undisturbed = ((each.store.named, each.registry.named) for each in (world, other.world))
    assert ended == undisturbed, "it ended elsewhere than without the crash"
    check_ways_back(world, needed, proven)
