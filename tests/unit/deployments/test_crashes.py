"""A release's life is disturbed at every moment; the same command again must come to the same end.

faults.md, 15 and 17. The moments are those of a whole life without a crash: before and after every change of the
registries and the stacks, within an upload, while CloudFormation works, while a smoke test asks. At each of them the
process is killed; each change is refused once; of each change the answer is lost once; and each question that a command
asks the registries and the cloud gets no answer once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from release.errors import DeployFailed, ReleaseError
from tests.fakes.journal import Killed
from tests.support.world import World

Command = Callable[[World], object]


def deploy_that_fails(world: World) -> None:
    """A version whose health check fails, so that the deployment before goes back in."""
    with pytest.raises(DeployFailed):
        world.deploy("staging", "0.3.0")


LIFE: tuple[Command, ...] = (
    lambda world: world.publish("0.1.0"),
    lambda world: world.deploy("staging", "0.1.0"),
    lambda world: world.promote("1.0.0"),
    lambda world: world.deploy("production", "0.1.0"),
    lambda world: world.change("export", "export = 2"),
    lambda world: world.publish("0.2.0"),
    lambda world: world.deploy("staging", "0.2.0"),
    lambda world: world.deploy("production", "0.2.0"),
    lambda world: world.change("export", "export = 3"),
    lambda world: world.publish("0.3.0"),
    deploy_that_fails,
    lambda world: world.rollback("production", to="0.1.0"),
)


def live(folder: Path, **trouble: int) -> World:
    """A life; a command that is killed, or that ends badly because of the disturbance, is run again.

    Args:
        trouble: kill_at, refuse_at, lose_at or deaf_at of the journal.
    """
    world = World(folder)
    world.cloud.sick = {"0.3.0"}
    for switch, number in trouble.items():
        setattr(world.journal, switch, number)
    for command in LIFE:
        try:
            command(world)
        except (Killed, ReleaseError):
            assert trouble
            command(world)
    return world


def state(world: World) -> object:
    """Everything that must be equal in the end: names, what was proven, what is live and as what.

    A crash leaves a claim that the next run marks abandoned; of these a life that was disturbed may have more.
    """
    accounts = {
        name: (
            dict(account.parameters),
            {logical: (p.digest, p.version) for logical, p in world.cloud.served(name).items()},
        )
        for name, account in world.cloud.accounts.items()
    }
    proven = {name: world.proven(name) for name in ("staging", "production")}
    open_claims = [entry for name in proven for entry in world.entries(name) if entry.outcome is None]
    return world.registry.named, world.store.named["app/releases"], proven, accounts, open_claims


with tempfile.TemporaryDirectory() as _folder:
    _UNDISTURBED = live(Path(_folder))
POINTS = tuple(_UNDISTURBED.journal.points)
BEFORE = tuple(number for number, point in enumerate(POINTS) if point.startswith("before "))
QUESTIONS = _UNDISTURBED.journal.asked
AFTER = tuple(number for number, point in enumerate(POINTS) if point.startswith("after "))


def names(numbers: Iterable[int]) -> list[str]:
    """A test's name for each moment."""
    return [f"{number} {POINTS[number][:48]}" for number in numbers]


def test_the_undisturbed_life_ends_as_it_should() -> None:
    assert _UNDISTURBED.ledger("staging") == ["1 0.1.0 proven", "2 0.2.0 proven", "3 0.3.0 put-back"]
    assert _UNDISTURBED.ledger("production") == ["1 0.1.0 proven", "2 0.2.0 proven", "3 0.1.0 proven"]
    assert (_UNDISTURBED.serves("staging"), _UNDISTURBED.serves("production")) == ("0.2.0", "0.1.0")
    assert len(POINTS) > 100


@pytest.mark.parametrize("kill_at", range(len(POINTS)), ids=names(range(len(POINTS))))
def test_killed_at_any_moment_the_same_command_again_comes_to_the_same_end(kill_at: int, tmp_path: Path) -> None:
    world = live(tmp_path, kill_at=kill_at)
    assert not world.journal.calm(), "the process was not killed"
    assert state(world) == state(_UNDISTURBED)


@pytest.mark.parametrize("refuse_at", BEFORE, ids=names(BEFORE))
def test_after_a_change_that_was_refused_the_same_command_again_comes_to_the_same_end(
    refuse_at: int, tmp_path: Path
) -> None:
    world = live(tmp_path, refuse_at=refuse_at)
    assert not world.journal.calm(), "nothing was refused"
    assert state(world) == state(_UNDISTURBED)


@pytest.mark.parametrize("lose_at", AFTER, ids=names(AFTER))
def test_after_a_change_whose_answer_was_lost_the_same_command_again_comes_to_the_same_end(
    lose_at: int, tmp_path: Path
) -> None:
    world = live(tmp_path, lose_at=lose_at)
    assert not world.journal.calm(), "no answer was lost"
    assert state(world) == state(_UNDISTURBED)


@pytest.mark.parametrize("deaf_at", range(QUESTIONS))
def test_after_a_question_that_got_no_answer_the_same_command_again_comes_to_the_same_end(
    deaf_at: int, tmp_path: Path
) -> None:
    world = live(tmp_path, deaf_at=deaf_at)
    assert not world.journal.calm(), "every question was answered"
    assert state(world) == state(_UNDISTURBED)


def going_back(folder: Path, **trouble: int) -> World:
    """A rollback that names no version, disturbed and run again."""
    world = World(folder)
    for version in ("0.1.0", "0.2.0", "0.3.0"):
        world.change("export", version)
        world.release(version, "staging", "production")
    world.journal.points.clear()
    world.journal.asked = 0
    for switch, number in trouble.items():
        setattr(world.journal, switch, number)
    try:
        world.rollback("production")
    except (Killed, ReleaseError):
        assert trouble
        world.rollback("production")
    return world


with tempfile.TemporaryDirectory() as _folder:
    _BACK = going_back(Path(_folder)).journal
_GONE_BACK = tuple(_BACK.points)
#: Every change but the last, whose answer is lost after the command is complete.
_BACK_AFTER = [number for number, point in enumerate(_GONE_BACK[:-1]) if point.startswith("after ")]
_BACK_BEFORE = [number for number, point in enumerate(_GONE_BACK) if point.startswith("before ")]
_DISTURBED_BACK = [
    *(("refuse_at", number) for number in _BACK_BEFORE),
    *(("lose_at", number) for number in _BACK_AFTER),
    *(("deaf_at", number) for number in range(_BACK.asked)),
]


@pytest.mark.parametrize(("switch", "number"), _DISTURBED_BACK)
def test_a_rollback_that_was_refused_or_got_no_answer_goes_back_once_when_it_is_run_again(
    switch: str, number: int, tmp_path: Path
) -> None:
    world = going_back(tmp_path, **{switch: number})
    assert not world.journal.calm(), "nothing disturbed it"
    assert world.serves("production") == "0.2.0"
    assert world.proven("production")[3:] == ["0.2.0"]


@pytest.mark.parametrize("kill_at", range(len(_GONE_BACK) - 1), ids=[point[:48] for point in _GONE_BACK[:-1]])
def test_a_rollback_killed_before_its_last_tag_goes_back_once_when_it_is_run_again(
    kill_at: int, tmp_path: Path
) -> None:
    """After its last tag it is complete; whoever runs it then again asks for the deployment before that one."""
    world = going_back(tmp_path, kill_at=kill_at)
    assert world.serves("production") == "0.2.0"
    assert world.proven("production")[3:] == ["0.2.0"]


@pytest.mark.parametrize("kill_at", range(len(_GONE_BACK)), ids=[point[:48] for point in _GONE_BACK])
def test_another_deployment_after_a_killed_rollback_leaves_no_claim_open(kill_at: int, tmp_path: Path) -> None:
    """faults.md, 54: the next command that changes the environment ends the claim, whatever it deploys."""
    world = World(tmp_path)
    for version in ("0.1.0", "0.2.0", "0.3.0"):
        world.change("export", version)
        world.release(version, "staging", "production")
    world.journal.points.clear()
    world.journal.kill_at = kill_at
    with pytest.raises(Killed):
        world.rollback("production")
    world.change("export", "0.4.0")
    world.release("0.4.0", "staging", "production")
    assert world.serves("production") == "0.4.0"
    entries = world.entries("production")
    assert (entries[-1].claim.version, entries[-1].is_proven) == ("0.4.0", True)
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    assert all(entry.outcome for entry in entries)


def repaired(folder: Path, *, kill_at: int | None = None) -> World:
    """The same version again over drift, killed and run again."""
    world = World(folder)
    for version in ("0.1.0", "0.2.0"):
        world.change("export", version)
        world.release(version, "staging")
    for logical in ("ExportFunction", "ReportFunction"):
        world.cloud.by_hand("app-staging", logical, 1, {"2": 0.5})
    world.journal.points.clear()
    world.journal.kill_at = kill_at
    try:
        world.deploy("staging", "0.2.0")
    except Killed:
        world.deploy("staging", "0.2.0")
    return world


with tempfile.TemporaryDirectory() as _folder:
    _REPAIRED = tuple(repaired(Path(_folder)).journal.points)


@pytest.mark.parametrize("kill_at", range(len(_REPAIRED)), ids=[point[:48] for point in _REPAIRED])
def test_a_repair_of_drift_killed_at_any_moment_is_whole_after_the_same_command_again(
    kill_at: int, tmp_path: Path
) -> None:
    world = repaired(tmp_path, kill_at=kill_at)
    assert world.journal.kill_at is None, "the process was not killed"
    aliases = [each.aliases["live"] for each in world.cloud.accounts["app-staging"].functions.values()]
    assert aliases == [(2, {}), (2, {})]
    assert world.proven("staging")[-1] == "0.2.0"
