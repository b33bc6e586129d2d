"""What a deployment writes: a claim before anything changes, an outcome when it is over. Both are artifacts.

A claim is named ``production-12``. The name is immutable, so of two runs that claim one number one wins, and the other
looks again and decides again. The outcome is named ``production-12-proven``, ``-put-back``, ``-failed`` or
``-abandoned``. A claim without an outcome is a deployment under way, or one whose run died (:mod:`ledger`). Taking an
environment away is claimed in the same way, and ends as ``-removed``.

Their JSON is small and stands in the manifest itself (OCI image specification 1.1, "Content Descriptors", ``data``), so
that a registry hands out a hundred of them in one answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from release import documents
from release.digest import is_digest

SCHEMA = 1
CLAIM_TYPE = "application/vnd.lambda-image-release.claim.v1+json"
OUTCOME_TYPE = "application/vnd.lambda-image-release.outcome.v1+json"

#: What a deployment may do.
ACTIONS = ("deploy", "rollback", "remove")
_NAME = re.compile(r"([a-z][a-z0-9-]{0,30})-([1-9][0-9]{0,8})(?:-(proven|put-back|failed|abandoned|removed))?\Z")


class Result(Enum):
    """How a deployment ended; the words are the ends of the outcome's name."""

    PROVEN = "proven"
    PUT_BACK = "put-back"
    FAILED = "failed"
    ABANDONED = "abandoned"
    REMOVED = "removed"


@dataclass(frozen=True)
class Run:
    """Who deploys, from where.

    Attributes:
        who: the person or role: GITHUB_ACTOR, else the caller that AWS knows.
        url: the workflow run's page, or "".
        attempt: of the workflow run; 0 outside of one.
        host: the machine.
        process: its number there, which tells whether a run on this machine still lives.
    """

    who: str
    url: str = ""
    attempt: int = 0
    host: str = ""
    process: int = 0


@dataclass(frozen=True)
class Claim:
    """A deployment that began.

    Attributes:
        environment: its name in release.toml.
        number: counts the environment's deployments, from 1.
        action: "deploy" or "rollback"; "remove" took the environment away, whose release it names.
        release: the record's digest.
        version: the name it was asked for by.
        commit: the release's, 40 hex digits.
        digests: image -> digest, as the record has them.
        branch: the branch that the release was made from, or "".
        position: the number of commits in its history, which tells older from newer without a clone.
        before: the number of the proven deployment that was live, 0 when there was none.
        run: who deploys, from where.
        reason: why, as a person gave it.
        began: when, ISO 8601 in UTC.
    """

    environment: str
    number: int
    action: str
    release: str
    version: str
    commit: str
    branch: str
    position: int
    digests: Mapping[str, str]
    before: int
    run: Run
    reason: str
    began: str

    @property
    def tag(self) -> str:
        """Its name in the registry."""
        return f"{self.environment}-{self.number}"


@dataclass(frozen=True)
class Served:
    """What one function served when its deployment was proven.

    Attributes:
        name: its physical name.
        version: the Lambda version that its alias led to.
        digest: of the image that this version runs, "" for a ZIP.
    """

    name: str
    version: str
    digest: str


@dataclass(frozen=True)
class Outcome:
    """How a deployment ended.

    Attributes:
        claim: the claim's digest.
        result: the word that its name ends with.
        ended: when, ISO 8601 in UTC.
        seconds: phase -> how long it took, in seconds.
        smoke: smoke test -> what was wrong, "" when it passed.
        functions: logical id -> what it serves now.
        problem: why it was not proven, "" when it was.
    """

    claim: str
    result: Result
    ended: str
    seconds: Mapping[str, float] = field(default_factory=dict)
    smoke: Mapping[str, str] = field(default_factory=dict)
    functions: Mapping[str, Served] = field(default_factory=dict)
    problem: str = ""


def outcome_tag(claim: Claim, result: Result) -> str:
    """The outcome's name in the registry."""
    return f"{claim.tag}-{result.value}"


def parse_tag(tag: str) -> tuple[str, int, Result | None] | None:
    """``(environment, number, result)`` of a claim's or an outcome's name; None for any other tag."""
    match = _NAME.match(tag)
    return (match[1], int(match[2]), Result(match[3]) if match[3] else None) if match else None


def claim_json(claim: Claim) -> bytes:
    """``claim`` in its canonical form."""
    return documents.encode(SCHEMA, asdict(claim))


def outcome_json(outcome: Outcome) -> bytes:
    """``outcome`` in its canonical form."""
    return documents.encode(SCHEMA, asdict(outcome) | {"result": outcome.result.value})


def claim_from(content: bytes, where: str) -> Claim:
    """The claim in ``content``. Raises ConflictError: it is not one that this command reads."""
    return documents.decode(content, SCHEMA, where, _claim)


def outcome_from(content: bytes, where: str) -> Outcome:
    """The outcome in ``content``. Raises ConflictError: it is not one that this command reads."""
    return documents.decode(content, SCHEMA, where, _outcome)


def _claim(values: dict[str, Any]) -> Claim:
    run = documents.checked(Run, values.pop("run"))
    claim = documents.checked(Claim, values | {"run": run})
    if not is_digest(claim.release):
        raise ValueError("it names no release")
    if parse_tag(claim.tag) != (claim.environment, claim.number, None):
        raise ValueError(f"{claim.tag!r} is no claim's name")
    if claim.action not in ACTIONS:
        raise ValueError(f"action is {claim.action!r}")
    documents.check_time("began", claim.began)
    return claim


def _outcome(values: dict[str, Any]) -> Outcome:
    functions = {name: documents.checked(Served, each) for name, each in values.pop("functions").items()}
    outcome = documents.checked(Outcome, values | {"result": Result(values["result"]), "functions": functions})
    if not is_digest(outcome.claim):
        raise ValueError("it names no claim")
    documents.check_time("ended", outcome.ended)
    return outcome
