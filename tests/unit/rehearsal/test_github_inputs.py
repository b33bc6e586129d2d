from __future__ import annotations

import pytest

from rehearsal.github import inputs
from tests.support.workflows import parse
from workflowlint.workflow import Refused

DISPATCH = parse(
    """
    on:
      workflow_dispatch:
        inputs:
          environment: {type: choice, options: [staging, production], required: true}
          version: {type: string, default: previous}
          force: {type: boolean, default: false}
          count: {type: number}
          reason: {required: true}
    """
)
CALL = parse(
    """
    on:
      workflow_call:
        inputs:
          environment: {type: string, required: true}
          dry: {type: boolean, default: false}
    """
)
GOOD = {"environment": "staging", "reason": "broken"}


def test_dispatch_fills_in_defaults_as_text() -> None:
    assert inputs.dispatched(DISPATCH, GOOD) == {
        "environment": "staging",
        "version": "previous",
        "force": "false",
        "count": "",
        "reason": "broken",
    }


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"environment": "staging"}, "'reason' is required"),
        (GOOD | {"environment": "test"}, "not one of staging, production"),
        (GOOD | {"force": "yes"}, "not true or false"),
        (GOOD | {"count": "many"}, "not a number"),
        (GOOD | {"verison": "1"}, "no input 'verison'"),
        (GOOD | {"reason": ""}, "'reason' is required"),
    ],
)
def test_form_that_github_would_not_accept_is_refused(given: dict[str, str], says: str) -> None:
    with pytest.raises(Refused, match=says):
        inputs.dispatched(DISPATCH, given)


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(Refused, match=r"'x'.*environment.*reason"):
        inputs.dispatched(DISPATCH, {"x": "1"})


def test_call_takes_expressions_for_any_type_and_fills_in_defaults() -> None:
    assert inputs.called(CALL, {"environment": "${{ inputs.place }}", "dry": "${{ inputs.dry }}"}) == {
        "environment": "${{ inputs.place }}",
        "dry": "${{ inputs.dry }}",
    }
    assert inputs.called(CALL, {"environment": "staging"})["dry"] == "false"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "'environment' is required"),
        ({"environment": "staging", "dry": "true"}, "not a boolean"),
        ({"environment": True}, "not a string"),
        ({"environment": "staging", "wet": True}, "no input 'wet'"),
    ],
)
def test_call_with_wrong_inputs_is_refused(given: dict[str, object], says: str) -> None:
    with pytest.raises(Refused, match=says):
        inputs.called(CALL, given)


def test_calling_a_workflow_that_cannot_be_called_is_refused() -> None:
    with pytest.raises(Refused, match="cannot be started by workflow_call"):
        inputs.called(DISPATCH, {})
