"""Claiming a deployment's number, and saying how it ended. The claim is what keeps two runs apart."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from release.clock import Clock
from release.deployments.claims import (
    CLAIM_TYPE,
    OUTCOME_TYPE,
    Claim,
    Outcome,
    Result,
    Served,
    claim_json,
    outcome_json,
    outcome_tag,
)
from release.deployments.deployplan import DeployPlan
from release.deployments.ledger import Ledger
from release.deployments.ledgerentries import Entry
from release.deployments.smokerules import SmokeResult
from release.deployments.target import Target, ledger_repository
from release.errors import ConflictError
from release.releases.stored import Content

log = logging.getLogger("release.deploy")

#: The longest that a deployment of a run that still lives may take, in seconds: a job's role is assumed for an hour
#: (GitHub's configure-aws-credentials, role-duration-seconds), and the job ends before it.
LONGEST = 55 * 60.0
_POLL = 10.0


class ClaimLostError(ConflictError):
    """Another run claimed the number first: look again, and decide again."""


@dataclass(frozen=True)
class Claimed:
    """A claim that was written: it is this run's."""

    claim: Claim
    digest: str


def wait_for_others(target: Target) -> Ledger:
    """Wait until no other run that may live has a claim open (faults.md, 54); the ledger in which that is so.

    A run that is over, or whose claim is older than the longest deployment, is not waited for: its claim is taken over.
    Whoever decides must decide from this very ledger: in one that is read later, a claim may be open whose run lives.
    In this one it is not, and whoever claims meanwhile has the number that the plan wants (faults.md, 53).

    Raises:
        ConflictError: it still goes on after the longest time that a deployment takes.
    """
    waited = 0.0
    while True:
        ledger = target.ledger()
        running = alive(ledger, target)
        if not running:
            return ledger
        claim = running[0].claim
        if waited == 0:
            log.info("%s of v%s by %s is under way; waiting for it", claim.tag, claim.version, claim.run.who)
        if waited >= LONGEST:
            raise ConflictError(
                f"{claim.tag}, v{claim.version} by {claim.run.who}, began at {claim.began} and has not ended",
                untouched="everything",
                next_step=f"release history {target.name} names its run ({claim.run.url or claim.run.host}); see what "
                "became of it, then run this again",
            )
        target.clock.sleep(_POLL)
        waited += _POLL


def alive(ledger: Ledger, target: Target) -> list[Entry]:
    """The open claims whose runs may live."""
    return [entry for entry in ledger.open if not _is_over(entry, target)]


def _is_over(entry: Entry, target: Target) -> bool:
    if target.runs.is_over(entry.claim.run):
        return True
    return (target.clock.now() - datetime.fromisoformat(entry.claim.began)).total_seconds() >= LONGEST


def take(plan: DeployPlan, target: Target, reason: str) -> Claimed:
    """Write the claim for ``plan``. Nothing else was changed before it.

    Raises:
        ClaimLostError: another run has the number.
    """
    record = plan.release.record
    claimed = Claim(
        environment=plan.environment,
        number=plan.number,
        action=plan.verb,
        release=plan.release.digest,
        version=plan.release.version,
        commit=record.commit,
        branch=record.branch,
        position=record.position,
        digests=plan.release.digests,
        before=plan.live.number if plan.live else 0,
        run=target.runs.present(),
        reason=reason,
        began=now(target.clock),
    )
    return write(claimed, target)


def write(claim: Claim, target: Target) -> Claimed:
    """Write ``claim``. Raises ClaimLostError: another run has the number."""
    repository = ledger_repository(target.records, target.name)
    digest = target.store.put(repository, Content(CLAIM_TYPE, claim_json(claim)))
    try:
        target.store.tag(repository, digest, claim.tag)
    except ConflictError as error:
        raise ClaimLostError(
            f"another run claimed {claim.tag} first", untouched="everything", next_step="run the same command again"
        ) from error
    log.info("claimed %s", claim.tag)
    return Claimed(claim, digest)


def abandon(entry: Entry, target: Target) -> None:
    """Mark a claim whose run died."""
    log.warning("%s of v%s was left open by a run that is over", entry.claim.tag, entry.claim.version)
    problem = "the run ended without saying how; the next one took over"
    end(Claimed(entry.claim, entry.digest), Result.ABANDONED, target, problem=problem)


def end(
    claimed: Claimed,
    result: Result,
    target: Target,
    *,
    seconds: Mapping[str, float] | None = None,
    smoke: tuple[SmokeResult, ...] = (),
    functions: Mapping[str, Served] | None = None,
    problem: str = "",
) -> str:
    """Write how the deployment ended; answers the outcome's name. Again is no error when it ended the same way."""
    outcome = Outcome(
        claim=claimed.digest,
        result=result,
        ended=now(target.clock),
        seconds=dict(seconds or {}),
        smoke={each.name: each.problem for each in smoke},
        functions=dict(functions or {}),
        problem=problem,
    )
    repository = ledger_repository(target.records, target.name)
    digest = target.store.put(repository, Content(OUTCOME_TYPE, outcome_json(outcome)))
    name = outcome_tag(claimed.claim, result)
    try:
        target.store.tag(repository, digest, name)
    except ConflictError:
        if result is not Result.ABANDONED:  # two runs may find the same dead one
            raise
    log.info("recorded %s", name)
    return name


@contextmanager
def timed(seconds: dict[str, float], phase: str, clock: Clock) -> Iterator[None]:
    """How long the enclosed phase took, into ``seconds``, also when it failed."""
    began = clock.now()
    try:
        yield
    finally:
        seconds[phase] = round(seconds.get(phase, 0.0) + (clock.now() - began).total_seconds(), 1)


def now(clock: Clock) -> str:
    """The time as claims and outcomes have it."""
    return clock.now().isoformat(timespec="seconds")
