"""Commands of one world, disturbed as a test says, run again until they end by themselves, and once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from release.deployments import deploy, rollback
from release.deployments.claiming import ClaimLostError
from release.deployments.claims import Result
from release.deployments.deploy import DeployResult
from release.deployments.deployplan import Action, DeployPlan
from release.deployments.rollout import SERVE_WAIT
from release.deployments.target import Target
from release.errors import ConflictError, DeployFailed, PutBackFailed, ReleaseError
from tests.fakes.journal import Killed
from tests.support.interleaved import Interleaved
from tests.support.rules import Rules, check_refusal
from tests.support.tally import TALLY
from tests.support.world import World

#: What strikes, and at which moment of the command.
Trouble = tuple[Literal["kill", "refuse", "lose"], int]
Command = Callable[[], object]
Ending = DeployResult | ReleaseError | Killed | object


@dataclass(frozen=True)
class Deployment:
    """release deploy, or release rollback with or without a version."""

    verb: Literal["deploy", "rollback"]
    environment: str
    version: str | None
    if_newer: bool = False

    def plan(self, target: Target) -> DeployPlan:
        """What it would do now."""
        if self.verb == "rollback":
            return rollback.plan_rollback(target, self.version)
        return deploy.plan_deployment(target, self.version or "", if_newer=self.if_newer)


class Commands:
    """Runs commands and checks what must hold of each, and of the world after it."""

    def __init__(self, world: World) -> None:
        self.world, self.rules = world, Rules(world)

    def once(self, command: Command, trouble: Trouble | None = None) -> tuple[Ending, bool]:
        """How it ended, and whether the trouble struck."""
        journal = self.world.journal
        self.world.clock.patience = self.world.clock.slept + 86_400
        if trouble:
            setattr(journal, f"{trouble[0]}_at", len(journal.points) + trouble[1])
        before = journal.disturbed
        ending = self._ending(command)
        journal.calm()
        struck = journal.disturbed > before
        if struck and trouble:
            kill = str(ending).partition(" ")[0] if isinstance(ending, Killed) else ""
            TALLY[f"trouble: {' '.join((trouble[0], kill)).strip()}"] += 1
        return ending, struck

    def _ending(self, command: Command) -> Ending:
        try:
            return command()
        except Killed as killed:
            return killed
        except ReleaseError as error:
            check_refusal(error)
            TALLY[f"refused: {type(error).__name__}"] += 1
            return error

    def until_calm(self, command: Command, troubles: Sequence[Trouble] = ()) -> Ending:
        """Disturbed, and run again until nothing disturbs it any more."""
        for trouble in troubles:
            ending, struck = self.once(command, trouble)
            if not struck:
                return ending
        return self.once(command)[0]

    def left(self, wanted: Deployment, trouble: Trouble) -> None:
        """Disturbed, and nobody runs it again; whoever comes next finds what it left."""
        ending, _ = self.once(lambda: self.carried_out(wanted), trouble)
        if not isinstance(ending, DeployResult):
            self.rules.left.add(wanted.environment)
        self.rules.check()

    def deployment(self, wanted: Deployment, troubles: Sequence[Trouble] = ()) -> None:
        """A deployment or rollback; then the rules, and the same command again."""
        if wanted.verb == "rollback" and wanted.version is None:
            self._back(wanted, troubles)
        else:
            ending = self.until_calm(lambda: self.carried_out(wanted), troubles)
            self.rules.check()
            self.converged(wanted, ending)
        self.rules.check()

    def carried_out(self, wanted: Deployment, target: Target | None = None, *, alone: bool = True) -> DeployResult:
        """As the command does it: decided again when another run was faster."""
        target = target or self.world.target(wanted.environment)
        self.world.runs.alive.add(target.runs.present().process)
        stack = target.environment.stack
        changes = self.world.journal.points
        try:
            for _ in range(4):
                plan, begun, disturbed = wanted.plan(target), len(changes), self.world.journal.disturbed
                if alone:
                    no_downgrade(self.world, wanted, plan)
                try:
                    result = deploy.apply(plan, target)
                    TALLY[f"{wanted.verb} {wanted.environment}: {plan.action.name.lower()}"] += 1
                    self.rules.left.discard(wanted.environment)
                    return result
                except ClaimLostError:
                    TALLY["a claim was lost to another run"] += 1
                    continue
                except PutBackFailed as failed:
                    if alone and self.world.journal.disturbed == disturbed:
                        must_not_go_back(self.world, plan, failed)
                    raise
                finally:
                    tries = changes[begun:].count(f"before deploy {stack}")
                    assert tries <= 2 or not alone, f"{tries} changes of the stack in one command"
            raise AssertionError("the claim was lost again and again")
        finally:
            self.world.runs.alive.discard(target.runs.present().process)

    def converged(self, wanted: Deployment, ending: Ending) -> None:
        """The same command again has nothing to do, or is refused in the same way; nothing changes.

        What was waited for in vain (a function that is pending, a stack that somebody changes) may have come since.
        """
        before = fingerprint(self.world)
        account = self.world.cloud.accounts.get(f"app-{wanted.environment}")
        failed = isinstance(ending, DeployFailed | PutBackFailed)
        may_change = failed or bool(account and account.ends)
        again, _ = self.once(lambda: self.carried_out(wanted))
        if isinstance(ending, DeployResult):
            assert isinstance(again, DeployResult), f"it went well, and again it did not: {again!r}"
            assert again.plan.action in (Action.NOTHING, Action.SUPERSEDED), f"again it did: {again.plan.why}"
            assert fingerprint(self.world) == before, "it did nothing, and something changed"
        elif isinstance(again, DeployResult):
            assert may_change, f"it ended with {ending!r}, and again it went well: {again.plan.why}"
            self.converged(wanted, again)
        elif may_change:
            expected = (DeployFailed, PutBackFailed, ConflictError, type(ending))
            assert isinstance(again, expected), f"it ended with {ending!r}, and again with {again!r}"
        else:
            assert type(again) is type(ending), f"it ended with {ending!r}, and again with {again!r}"
            assert fingerprint(self.world) == before, f"{ending!r} left nothing as it was"

    def _back(self, wanted: Deployment, troubles: Sequence[Trouble]) -> None:
        """It goes where it was going, also when it was cut off. Recorded it is complete: again would be one step more.

        One that failed for good, and whose put-back failed, ends what it was about: the next one leads to the
        proven release that is live.
        """
        known, aim = len(self.world.proven(wanted.environment)), self._aim(wanted)
        for trouble in (*troubles, None):
            ending, struck = self.once(lambda: self.carried_out(wanted), trouble)
            if len(self.world.proven(wanted.environment)) > known or not struck:
                break
            if isinstance(ending, PutBackFailed):
                aim = self._aim(wanted)
        if aim and len(self.world.proven(wanted.environment)) > known:
            newest = next(each for each in reversed(self.world.entries(wanted.environment)) if each.is_proven)
            assert newest.claim.release == aim, f"it went back to {newest.claim.version} instead"

    def _aim(self, wanted: Deployment) -> str:
        """The release that a rollback would bring back now; "" when it is refused."""
        try:
            return wanted.plan(self.world.target(wanted.environment)).release.digest
        except ReleaseError as error:
            check_refusal(error)
            return ""

    def both(self, first: Deployment, second: Deployment, turns: Sequence[bool], troubles: Sequence[Trouble]) -> None:
        """Two at once; each is then run again until it ends by itself."""
        targets = [self.world.target(each.environment) for each in (first, second)]
        self.world.runs.alive |= {target.runs.present().process for target in targets}
        for trouble in troubles[:1]:
            setattr(self.world.journal, f"{trouble[0]}_at", len(self.world.journal.points) + trouble[1])
        self.world.clock.patience = self.world.clock.slept + 86_400
        known, disturbed = len(self.world.entries(first.environment)), self.world.journal.disturbed
        Interleaved(self.world.journal, self.world.clock, turns).run(
            lambda: self._quietly(first, targets[0]), lambda: self._quietly(second, targets[1])
        )
        undisturbed = self.world.journal.disturbed == disturbed
        self.world.journal.calm()
        names = self.world.target(first.environment).ledger().names
        taken = [each.number for each in names if each.number > known and Result.ABANDONED in each.results]
        assert not (undisturbed and taken), f"{taken} were taken over, and their runs lived"
        new = [entry for entry in self.world.entries(first.environment)[known:] if entry.is_proven]
        TALLY[f"two at once: {len(new)} of them proven"] += 1
        for before, after in pairwise(new):
            assert after.claim.action == "rollback" or after.claim.position >= before.claim.position, "a downgrade"
        for each in (first, second):
            self.deployment(each)

    def _quietly(self, wanted: Deployment, target: Target) -> None:
        self._ending(lambda: self.carried_out(wanted, target, alone=False))


def no_downgrade(world: World, wanted: Deployment, plan: DeployPlan) -> None:
    """Rule 7: only a rollback puts a release in whose commit comes before that of what runs."""
    account = world.cloud.accounts.get(f"app-{wanted.environment}")
    runs = account.parameters.get("GitSha", "") if account else ""
    if wanted.verb == "deploy" and plan.rollout and runs in world.git.commits:
        assert world.git.position(plan.release.commit)[0] >= world.git.position(runs)[0], "an accidental downgrade"


def must_not_go_back(world: World, plan: DeployPlan, failed: PutBackFailed) -> None:
    """Rule 5: where a deployment was to go back in, it or the stack is ill, or nobody could wait for it."""
    if plan.put_back is None or world.cloud.pending >= SERVE_WAIT:
        return
    ill = world.cloud.sick | world.cloud.update_fails | world.cloud.rollback_fails
    stuck = plan.release.version in world.cloud.rollback_fails
    assert stuck or plan.put_back.claim.version in ill, f"nothing was in the way: {failed!r}"


def fingerprint(world: World) -> object:
    """All that a command may change; a stack's status changes by itself, too."""
    accounts = {
        name: (
            dict(account.parameters),
            account.template,
            {logical: (each.current, dict(each.aliases)) for logical, each in account.functions.items()},
        )
        for name, account in world.cloud.accounts.items()
    }
    places = (world.registry.named, world.store.named)
    return accounts, [{repository: dict(tags) for repository, tags in place.items()} for place in places]
