"""Random lives of a project: whatever happened, in whichever order, the same command again converges, and the rules
of docs/architecture.md hold (:mod:`tests.support.rules`, :mod:`tests.support.commands`).

faults.md, 13 to 20, 22 to 24, 27 to 29, 31, 53 to 55, 58 and 59, in any order and together.

``SEQUENCES=100000`` tries so many (``make soak``); ``make test`` tries 2,000. The seeds are numbers, so a red one is
red again; its sequence is printed as the calls that lead to it. What all of them consisted of is printed at the end.
"""

from __future__ import annotations

import atexit
import copy
import functools
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, run_state_machine_as_test

from tests.support.commands import Commands, Deployment, Trouble
from tests.support.tally import TALLY, rule
from tests.support.world import RELEASE_TOML, RELEASES, TEMPLATE, World, template_json

#: How many sequences one test tries.
SHARD = 250
SEQUENCES = int(os.environ.get("SEQUENCES", "100"))
#: Files are most of a world's time; a folder in memory takes a third of it.
_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

KINDS = ("export", "report", "both", "template", "function", "setting", "docs")
environments = st.sampled_from(("staging", "staging", "production"))
#: Which release, counted from the newest.
which = st.integers(0, 4)
troubles: st.SearchStrategy[list[Trouble]] = st.lists(
    st.tuples(st.sampled_from(("kill", "refuse", "lose")), st.integers(0, 24)), max_size=2
)
FUNCTIONS = st.sampled_from(("ExportFunction", "ReportFunction"))


@functools.cache
def begun(releases: int) -> tuple[World, tuple[str, ...]]:
    """A world in which so many releases were live in both environments, and its commits. To be copied."""
    folder = tempfile.mkdtemp(dir=_MEMORY)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    world = World(Path(folder))
    commits = []
    for number in range(1, max(releases, 1) + 1):
        commits.append(world.git.commit({"function/shared/http.py": str(number).encode()}))
        world.publish(f"0.{number}.0-rc.1")
        for environment in ("staging", "production") if releases else ():
            world.deploy(environment, f"0.{number}.0-rc.1")
    return world, tuple(commits)


class AnySequence(RuleBasedStateMachine):
    """One project's life."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=_MEMORY))
        self.third = False

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @initialize(releases=st.sampled_from((3, 2, 1, 0)))
    def first(self, releases: int) -> None:
        """The project begins; its first releases may have been live already."""
        TALLY["sequences"] += 1
        began, commits = begun(releases)
        self.world, self.commits = copy.deepcopy(began), list(commits)
        self.world.folder = self.world.workspace.folder = self.folder
        self.commands = Commands(self.world)
        self.commands.rules.check()

    def number(self, back: int) -> int:
        """A release's, counted from the newest."""
        return max(1, len(self.commits) - back)

    def version(self, back: int) -> str:
        """The candidate's name; the release version once it was promoted."""
        promoted, candidate = f"0.{self.number(back)}.0", f"0.{self.number(back)}.0-rc.1"
        return promoted if promoted in self.world.store.named[RELEASES] else candidate

    def proven(self, environment: str, back: int) -> str:
        """A version that was proven in ``environment``, counted from the newest; or one that nobody knows."""
        return ("9.9.9", *self.world.proven(environment))[-1 - back :][0]

    @rule(
        kind=st.sampled_from(KINDS),
        how=st.sampled_from(("well", "well", "well", "sick", "update_fails", "rollback_fails")),
        to=st.sampled_from(("production", "staging", "")),
        troubles=troubles,
    )
    def run_of_main(self, kind: str, how: str, to: str, troubles: list[Trouble]) -> None:
        """A merge, published, and deployed as far as staging or production."""
        self.merge(kind, troubles[1:])
        self.sickness(0, how)
        if to:
            self.deploy("staging", 0, if_newer=True, troubles=troubles)
        if to == "production":
            self.promote(0, troubles)
            self.deploy("production", 0, if_newer=False, troubles=troubles)

    def merge(self, kind: str, troubles: list[Trouble]) -> None:
        """A merge to main, and the release that its run publishes; published again, it is the same."""
        TALLY[f"merge of {kind}"] += 1
        number = str(len(self.commits) + 1)
        self.third ^= kind == "function"
        template = {**TEMPLATE, "Resources": dict(TEMPLATE["Resources"])}
        if self.third:
            template["Resources"]["ThirdFunction"] = TEMPLATE["Resources"]["ExportFunction"]
        changes = {
            "export": {"function/export/app.py": number.encode()},
            "report": {"function/report/app.py": number.encode()},
            "both": {"function/shared/http.py": number.encode()},
            "template": {"template.yaml": template_json(template | {"Outputs": TEMPLATE["Outputs"] | _note(number)})},
            "function": {"template.yaml": template_json(template)},
            "setting": {"release.toml": RELEASE_TOML.replace('t = "staging"', f't = "staging-{number}"').encode()},
            "docs": {"README.md": number.encode()},
        }[kind]
        self.commits.append(self.world.git.commit(changes))
        self.publish(0, troubles)

    @rule(back=which, troubles=troubles)
    def publish(self, back: int, troubles: list[Trouble]) -> None:
        """A run of main, or a re-run of an old one."""
        version, commit = f"0.{self.number(back)}.0-rc.1", self.commits[self.number(back) - 1]
        digest = self.commands.until_calm(lambda: self.world.publish(version, commit), troubles)
        assert isinstance(digest, str), f"it was not published: {digest!r}"
        assert self.commands.once(lambda: self.world.publish(version, commit)) == (digest, False)
        self.commands.rules.check()

    @rule(back=which, troubles=troubles)
    def promote(self, back: int, troubles: list[Trouble]) -> None:
        """A tag on main; refused while staging has not proven its release."""
        number = self.number(back)
        if back % 2 == 0 and (proven := self.world.proven("staging")):
            number = int(proven[-1].split(".")[1])
        version, commit = f"0.{number}.0", self.commits[number - 1]
        ending = self.commands.until_calm(lambda: self.world.promote(version, commit), troubles)
        TALLY[f"promote: {type(ending).__name__ if ending else 'promoted'}"] += 1
        assert type(self.commands.once(lambda: self.world.promote(version, commit))[0]) is type(ending)
        self.commands.rules.check()

    @rule(environment=environments, back=which, if_newer=st.booleans(), mended=st.booleans(), troubles=troubles)
    def deploy(
        self, environment: str, back: int, if_newer: bool, troubles: list[Trouble], mended: bool = False
    ) -> None:
        """A deployment: of the newest, an old one, a re-run, one that staging has not proven."""
        if mended:
            self.a_person_acts(environment)
        version = self.version(back)
        if environment == "production" and back % 2 == 0:
            version = self.proven("staging", back // 2)
        self.commands.deployment(Deployment("deploy", environment, version, if_newer), troubles)

    @rule(environment=environments, back=which, mended=st.booleans(), troubles=troubles)
    def roll_back_to(self, environment: str, back: int, mended: bool, troubles: list[Trouble]) -> None:
        """A rollback to a version."""
        if mended:
            self.a_person_acts(environment)
        self.commands.deployment(Deployment("rollback", environment, self.proven(environment, back)), troubles)

    @rule(
        environment=environments,
        back=which,
        verb=st.sampled_from(("deploy", "deploy", "rollback", "back")),
        trouble=st.tuples(st.sampled_from(("kill", "kill", "refuse", "lose")), st.integers(0, 16)),
    )
    def cut_off(self, environment: str, back: int, verb: str, trouble: Trouble) -> None:
        """A deployment or rollback is cut off, and something else comes next."""
        wanted = {
            "deploy": Deployment("deploy", environment, self.version(back)),
            "rollback": Deployment("rollback", environment, self.proven(environment, back)),
            "back": Deployment("rollback", environment, None),
        }[verb]
        self.commands.left(wanted, trouble)

    @rule(environment=environments, troubles=troubles)
    def roll_back(self, environment: str, troubles: list[Trouble]) -> None:
        """A rollback that names no version."""
        self.commands.deployment(Deployment("rollback", environment, None), troubles)

    @rule(
        environment=environments,
        verbs=st.tuples(*(st.sampled_from(("deploy", "rollback")),) * 2),
        backs=st.tuples(which, which),
        turns=st.lists(st.booleans(), min_size=1, max_size=60),
        troubles=troubles,
    )
    def two_at_once(
        self,
        environment: str,
        verbs: tuple[str, str],
        backs: tuple[int, int],
        turns: list[bool],
        troubles: list[Trouble],
    ) -> None:
        """Two runs change one environment at once."""
        one, two = (
            Deployment("deploy", environment, self.version(back))
            if verb == "deploy"
            else Deployment("rollback", environment, self.proven(environment, back))
            for verb, back in zip(verbs, backs, strict=True)
        )
        self.commands.both(one, two, turns, troubles)

    @rule(environment=environments, logical=FUNCTIONS, how=st.sampled_from(("move", "share", "delete", "setting")))
    def by_hand(self, environment: str, logical: str, how: str) -> None:
        """Somebody changes what is live, past every tool."""
        account = self.world.cloud.accounts.get(f"app-{environment}")
        function = account.functions.get(logical) if account else None
        if account is None or function is None or "live" not in function.aliases:
            return
        TALLY[f"by hand: {how}"] += 1
        oldest, newest = min(function.versions), max(function.versions)
        if how == "move":
            function.aliases["live"] = (oldest, {})
        elif how == "share":
            function.aliases["live"] = (newest, {str(oldest): 0.5} if oldest != newest else {})
        elif how == "delete":
            del function.aliases["live"]
        else:
            account.parameters = {**account.parameters, "Environment": "by-hand"}

    @rule(back=st.integers(-1, 2), how=st.sampled_from(("sick", "update_fails", "rollback_fails", "well", "well")))
    def sickness(self, back: int, how: str) -> None:
        """A release that is sick, whose update fails, or gets stuck; or what made it so is mended."""
        versions = {f"0.{self.number(back)}.0", f"0.{self.number(back)}.0-rc.1"}
        for ill in (self.world.cloud.sick, self.world.cloud.update_fails, self.world.cloud.rollback_fails):
            ill -= versions
        TALLY[f"a release is {how}"] += 1
        if how != "well":
            getattr(self.world.cloud, how).update(versions)

    @rule(environment=environments, pending=st.sampled_from((0.0, 10.0, 400.0)), busy=st.sampled_from((0, 120, 2000)))
    def slowness(self, environment: str, pending: float, busy: float) -> None:
        """A function takes longer until it is ready (also longer than anybody waits); somebody changes the stack."""
        self.world.cloud.pending = pending
        account = self.world.cloud.accounts.get(f"app-{environment}")
        if busy and account and account.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"):
            self.world.cloud.somebody_changes(account.name, busy)

    def a_person_acts(self, environment: str) -> None:
        """What the refusals advise for a stack that takes no update: continue the rollback, or delete the remains."""
        account = self.world.cloud.accounts.get(f"app-{environment}")
        if account and account.status == "UPDATE_ROLLBACK_FAILED":
            account.status = "UPDATE_ROLLBACK_COMPLETE"
        elif account and account.status == "ROLLBACK_COMPLETE":
            del self.world.cloud.accounts[account.name]


def _note(text: str) -> dict[str, object]:
    return {"Note": {"Value": json.dumps(text)}}


@pytest.mark.parametrize("seed", range(max(1, SEQUENCES // SHARD)))
def test_after_any_sequence_the_same_command_again_converges_and_the_rules_hold(
    seed: int, record_property: Callable[[str, object], None]
) -> None:
    TALLY.clear()
    try:
        run_state_machine_as_test(
            hypothesis.seed(seed)(type("AnySequence", (AnySequence,), {})),
            settings=hypothesis.settings(
                max_examples=min(SHARD, SEQUENCES),
                stateful_step_count=14,
                deadline=None,
                database=None,
                derandomize=False,
                suppress_health_check=list(hypothesis.HealthCheck),
                # Making a red sequence shorter takes minutes; ten calls can be read as they are.
                phases=(hypothesis.Phase.generate,),
            ),
        )
    finally:
        TALLY.hand_over(record_property)
