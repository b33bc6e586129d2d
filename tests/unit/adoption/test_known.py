"""What AWS says of itself, as the tool writes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from release.adoption.known import handler_actions, managed_policies
from release.adoption.scopes import NEEDS_NOTHING, SCOPES
from tools import permissions


@pytest.mark.parametrize("name", ["handlers.json", "policies.json"])
def test_a_file_of_the_data_is_as_the_tool_writes_it_and_names_its_source(name: str) -> None:
    text = (permissions.DATA / name).read_text(encoding="utf-8")
    assert permissions.text(json.loads(text)) == text
    assert json.loads(text)["source"]


def test_schemas_of_cloudformation_are_read_from_a_folder(tmp_path: Path) -> None:
    handlers = {
        "create": {"permissions": ["sqs:CreateQueue", "SQS:TagQueue"]},
        "read": {"permissions": ["sqs:Nothing"]},
    }
    (tmp_path / "aws-sqs-queue.json").write_text(json.dumps({"typeName": "AWS::SQS::Queue", "handlers": handlers}))
    assert permissions.handlers(tmp_path)["types"] == {"AWS::SQS::Queue": ["sqs:CreateQueue", "sqs:TagQueue"]}


def test_every_type_with_a_rule_has_actions() -> None:
    assert [kind for kind, scope in SCOPES.items() if not scope.actions and not handler_actions().get(kind)] == []
    assert set(SCOPES).isdisjoint(NEEDS_NOTHING)


def test_every_action_that_is_left_out_is_one_that_a_handler_calls() -> None:
    """Else it would be a word that holds nothing back."""
    called = {action for actions in handler_actions().values() for action in actions}
    assert [e for s in SCOPES.values() for e in (*s.data, *s.everywhere) if f"{s.service}:{e}" not in called] == []


def test_what_sam_gives_a_role_by_itself_is_known_by_content() -> None:
    for name in ("AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess", "AWSCodeDeployRoleForLambda"):
        assert managed_policies()[name]
