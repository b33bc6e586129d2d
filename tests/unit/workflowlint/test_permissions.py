from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.workflows import parse
from workflowlint import permissions
from workflowlint.permissions import DEFAULT, LEVELS, SCOPES
from workflowlint.workflow import Refused, Workflow


def one_job(top: str, own: str) -> Workflow:
    return parse(f"on: push\n{top}\njobs: {{one: {{runs-on: x, {own} steps: [{{run: a}}]}}}}")


def level(top: str, own: str, scope: str) -> str:
    workflow = one_job(top, own)
    return permissions.effective(workflow, workflow.jobs["one"])[scope]


@pytest.mark.parametrize(
    ("top", "own", "scope", "expected"),
    [
        ("", "", "contents", "read"),
        ("", "", "id-token", "none"),
        ("permissions: {}", "", "contents", "none"),
        ("permissions: {contents: read}", "", "issues", "none"),
        ("permissions: {contents: read}", "permissions: {id-token: write},", "id-token", "write"),
        ("permissions: {contents: read}", "permissions: {id-token: write},", "contents", "none"),
        ("permissions: write-all", "", "id-token", "write"),
        ("permissions: read-all", "", "id-token", "read"),
    ],
)
def test_job_has_what_it_says_or_else_what_the_top_says(top: str, own: str, scope: str, expected: str) -> None:
    assert level(top, own, scope) == expected


@pytest.mark.parametrize("wrong", ["{issue: write}", "{issues: admin}", "all"])
def test_unknown_scope_or_level_is_refused(wrong: str) -> None:
    workflow = one_job(f"permissions: {wrong}", "")
    with pytest.raises(Refused):
        permissions.effective(workflow, workflow.jobs["one"])


def test_called_job_that_asks_for_more_than_its_caller_grants_is_refused() -> None:
    workflow = one_job("permissions: {}", "permissions: {id-token: write},")
    with pytest.raises(Refused, match="asks for id-token: write, but its caller grants none") as refusal:
        permissions.effective(workflow, workflow.jobs["one"], DEFAULT)
    assert "grant id-token: write" in refusal.value.next_step


def test_called_job_that_says_nothing_has_what_its_caller_grants() -> None:
    workflow = one_job("", "")
    granted = {scope: "write" if scope == "id-token" else "none" for scope in SCOPES}
    assert permissions.effective(workflow, workflow.jobs["one"], granted) == granted


def test_fork_only_reads_and_gets_no_oidc_token() -> None:
    workflow = one_job("permissions: write-all", "")
    rights = permissions.effective(workflow, workflow.jobs["one"], fork=True)
    assert set(rights.values()) == {"read", "none"}
    assert rights["id-token"] == "none"
    assert rights["contents"] == "read"


PERMISSIONS = st.dictionaries(st.sampled_from(SCOPES), st.sampled_from(LEVELS))


@given(granted=PERMISSIONS, asked=PERMISSIONS)
def test_called_job_never_has_more_than_its_caller_grants(granted: dict[str, str], asked: dict[str, str]) -> None:
    workflow = one_job("permissions: {}", "")
    job = type(workflow.jobs["one"])(**{**vars(workflow.jobs["one"]), "permissions": asked})
    grant = permissions.declared(granted, DEFAULT)
    try:
        rights = permissions.effective(workflow, job, grant)
    except Refused:
        assert any(LEVELS.index(asked[s]) > LEVELS.index(grant[s]) for s in asked)
    else:
        assert all(LEVELS.index(rights[s]) <= LEVELS.index(grant[s]) for s in SCOPES)
