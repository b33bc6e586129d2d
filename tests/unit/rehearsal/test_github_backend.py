"""What a job is given, asked over the loopback port as the stand-ins ask."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.github import backend as backend_module
from rehearsal.github.backend import Backend
from rehearsal.github.concurrency import Lanes
from rehearsal.github.startup import Environment, PlannedJob
from rehearsal.github.trust import Role
from tests.support.workflows import by_name, parse, planned_jobs, push, settings

FILE = parse(
    """
    name: release
    on: push
    permissions: {}
    jobs:
      build: {runs-on: x, permissions: {contents: read}, steps: [{run: a}]}
      publish: {runs-on: x, permissions: {id-token: write}, steps: [{run: a}]}
      deploy:
        runs-on: x
        environment: production
        concurrency: {group: deploy, queue: max}
        permissions: {id-token: write}
        steps: [{run: a}]
    """
)
MAIN = "repo:owner@1/name@2:ref:refs/heads/main"
ROLE = "arn:aws:iam::000000000000:role/publish"


class Asker:
    """A job that asks. ``approved`` answers for the reviewers."""

    def __init__(self) -> None:
        self.approved = True
        repository = settings(production=Environment(reviewers=True))
        jobs = planned_jobs(FILE, by_name(FILE), push("refs/heads/main"), repository)
        role = Role("publish", ({"sub": frozenset({MAIN}), "aud": frozenset({"sts.amazonaws.com"})},))
        self.lanes = Lanes()
        self.backend = Backend(
            "run 1", {j.key: j for j in jobs}, {ROLE: role}, self.lanes, self.approve, {"KEY": "test"}
        )
        self.url = ""

    def approve(self, job: PlannedJob) -> bool:
        return self.approved and job.reviewers

    def ask(self, question: str, job: str, bearer: str = "", **query: str) -> tuple[int, Any]:
        words = urllib.parse.urlencode({"job": f"release/{job}", **query})
        headers = {"Authorization": f"Bearer {bearer or self.backend.bearer}"}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(urllib.request.Request(f"{self.url}/{question}?{words}", headers=headers)) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)


@pytest.fixture
def asker() -> Iterator[Asker]:
    asker = Asker()
    with backend_module.serving(asker.backend) as asker.url:
        yield asker


def test_job_with_the_grant_gets_a_token_of_its_subject(asker: Asker) -> None:
    status, answer = asker.ask("token", "publish", audience="sts.amazonaws.com")
    payload = answer["value"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert status == 200
    assert claims["sub"] == MAIN
    assert claims["aud"] == "sts.amazonaws.com"


def test_job_without_the_grant_gets_no_token(asker: Asker) -> None:
    status, answer = asker.ask("token", "build", audience="sts.amazonaws.com")
    assert (status, "no id-token: write" in answer["error"]) == (403, True)


def test_role_is_given_to_the_subject_it_trusts(asker: Asker) -> None:
    _, token = asker.ask("token", "publish", audience="sts.amazonaws.com")
    assert asker.ask("assume", "publish", role=ROLE, token=token["value"]) == (200, {"credentials": {"KEY": "test"}})


@pytest.mark.parametrize(
    ("job", "audience", "role", "says"),
    [
        ("deploy", "sts.amazonaws.com", ROLE, "trusts repo:owner@1/name@2:ref:refs/heads/main, not"),
        ("publish", "another", ROLE, "for another"),
        ("publish", "sts.amazonaws.com", "arn:aws:iam::000000000000:role/missing", "there is no role"),
    ],
)
def test_role_is_refused_as_sts_would(asker: Asker, job: str, audience: str, role: str, says: str) -> None:
    _, token = asker.ask("token", job, audience=audience)
    status, answer = asker.ask("assume", job, role=role, token=token["value"])
    assert (status, says in answer["error"]) == (403, True), answer


def test_token_of_another_job_or_no_token_is_refused(asker: Asker) -> None:
    _, token = asker.ask("token", "publish", audience="sts.amazonaws.com")
    assert asker.ask("assume", "deploy", role=ROLE, token=token["value"])[0] == 403
    assert asker.ask("assume", "publish", role=ROLE, token="nonsense")[0] == 403
    assert asker.ask("assume", "publish", role=ROLE)[0] == 403


def test_job_enters_its_queue_after_approval_and_leaves_it_when_it_ends(asker: Asker) -> None:
    assert asker.ask("enter", "deploy") == (200, {"environment": "production"})
    assert asker.lanes.lanes["deploy"].running == "run 1 release/deploy"
    asker.backend.ended("release/deploy")
    assert asker.lanes.lanes["deploy"].running == ""


def test_rejected_job_does_not_start(asker: Asker) -> None:
    asker.approved = False
    status, answer = asker.ask("enter", "deploy")
    assert (status, answer["error"]) == (403, "rejected by the reviewers of production")


def test_granted_tells_the_level_of_a_scope(asker: Asker) -> None:
    assert asker.ask("granted", "build", scope="contents") == (200, {"level": "read"})
    assert asker.ask("granted", "build", scope="issues") == (200, {"level": "none"})


def test_stranger_unknown_job_and_unknown_question_are_refused(asker: Asker) -> None:
    assert asker.ask("token", "publish", bearer="guess")[0] == 403
    assert asker.ask("enter", "nobody")[0] == 403
    assert asker.ask("secrets", "publish")[0] == 403
