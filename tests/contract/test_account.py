"""What every Account of the doctor tells, the fake and AWS's answers (moto) alike."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from release.adapters.account import AwsAccount
from release.adoption.ports import Account, RoleFacts, ShelfFacts
from release.errors import ReleaseError
from tests.fakes.lookedat import FakeLookedAt

REGION = "eu-west-1"
TEMPLATE = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic # a comment that only the original has\n"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/x"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {"token.actions.githubusercontent.com:sub": "repo:acme/orders:environment:a"}
            },
        }
    ],
}
SELECTION = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30}
LIFECYCLE = {"rules": [{"rulePriority": 1, "selection": SELECTION, "action": {"type": "expire"}}]}
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}


def fake() -> FakeLookedAt:
    return FakeLookedAt(
        templates={"app-pipeline": TEMPLATE},
        shelves={"app/work": ShelfFacts(True, True), "app/loose": ShelfFacts(False, False)},
        roles={"app-publish": RoleFacts("arn:aws:iam::123456789012:role/app-publish", TRUST)},
        policies={"app-boundary"},
        ringing={f"alarm-{n}": "INSUFFICIENT_DATA" for n in range(120)} | {"alarm-7": "ALARM"},
    )


def real() -> AwsAccount:
    session = boto3.Session(region_name=REGION)
    session.client("cloudformation").create_stack(StackName="app-pipeline", TemplateBody=TEMPLATE)
    ecr = session.client("ecr")
    ecr.create_repository(repositoryName="app/work", imageTagMutability="IMMUTABLE")
    ecr.put_lifecycle_policy(repositoryName="app/work", lifecyclePolicyText=json.dumps(LIFECYCLE))
    ecr.create_repository(repositoryName="app/loose", imageTagMutability="MUTABLE")
    iam = session.client("iam")
    iam.create_role(RoleName="app-publish", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.create_policy(PolicyName="app-boundary", PolicyDocument=json.dumps(POLICY))
    watch = session.client("cloudwatch")
    for number in range(120):
        watch.put_metric_alarm(
            AlarmName=f"alarm-{number}",
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            MetricName="Errors",
            Namespace="AWS/Lambda",
            Period=60,
            Statistic="Sum",
            Threshold=1,
        )
        watch.set_alarm_state(
            AlarmName=f"alarm-{number}",
            StateValue="ALARM" if number == 7 else "INSUFFICIENT_DATA",
            StateReason="a test",
        )
    return AwsAccount(session)


@pytest.fixture(params=["fake", "moto"])
def account(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    if request.param == "fake":
        yield fake()
        return
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield real()


def test_who_asks_is_told(account: Account) -> None:
    assert account.identity().startswith("arn:aws:")


def test_a_template_is_told_as_it_was_written(account: Account) -> None:
    assert account.template("app-pipeline") == TEMPLATE
    assert account.template("nobody-pipeline") is None


def test_a_repository_tells_whether_tags_move_and_whether_anything_goes(account: Account) -> None:
    assert account.repository("app/work") == ShelfFacts(immutable=True, lifecycle=True)
    assert account.repository("app/loose") == ShelfFacts(immutable=False, lifecycle=False)
    assert account.repository("app/nowhere") is None


def test_a_role_tells_whom_it_trusts(account: Account) -> None:
    found = account.role("app-publish")
    assert found is not None
    assert found.trust == TRUST
    assert found.arn == "arn:aws:iam::123456789012:role/app-publish"
    assert account.role("app-nobody") is None


def test_a_policy_is_known_by_its_name(account: Account) -> None:
    assert account.policy("app-boundary")
    assert not account.policy("app")


def test_alarms_are_told_by_name_more_than_a_hundred_too(account: Account) -> None:
    names = [f"alarm-{n}" for n in range(120)]
    found = account.alarms([*names, "gone"])
    assert set(found) == set(names)
    assert [name for name, state in found.items() if state == "ALARM"] == ["alarm-7"]
    assert account.alarms([]) == {}


def test_credentials_that_open_nothing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(ReleaseError) as refused:
        AwsAccount(boto3.Session(region_name=REGION)).identity()
    assert refused.value.exit_code == 7
