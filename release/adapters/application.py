"""What the smoke tests reach of an application: HTTP, its data, its schedules, its secrets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import urllib3
from botocore.exceptions import BotoCoreError, ClientError

from release.adapters.aws_errors import explained
from release.deployments.model import HttpRequest, HttpResponse, ScheduledCall, StackResource
from release.errors import NotFoundError, RemoteError

if TYPE_CHECKING:
    import boto3

_T = TypeVar("_T")
#: What SQS counts of a queue ("GetQueueAttributes"): waiting, taken and not yet deleted, not yet to be seen.
_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class ApplicationCalls:
    """Each method is that of :class:`release.deployments.ports.Application`."""

    def __init__(self, session: boto3.Session) -> None:
        self.session = session
        self.pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=10, read=60))

    def http(self, request: HttpRequest) -> HttpResponse:
        """One exchange; a redirect is an answer."""
        try:
            answer = self.pool.request(
                request.method,
                request.url,
                headers=dict(request.headers),
                body=request.body or None,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise RemoteError(f"{request.method} {request.url.partition('?')[0]} got no answer: {error}") from error
        return HttpResponse(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.data)

    def count_items(self, table: str) -> int:
        """Scans: DescribeTable's ItemCount is up to six hours old."""

        def count() -> int:
            pages = self.session.client("dynamodb").get_paginator("scan")
            return sum(page["Count"] for page in pages.paginate(TableName=table, Select="COUNT", ConsistentRead=True))

        return _told(count, f"table {table}")

    def item(self, table: str, key: Mapping[str, str | int]) -> Mapping[str, Any] | None:
        """The item; binary values and sets, which JSON has not, become texts and sorted lists."""
        found = _told(
            lambda: self.session.resource("dynamodb").Table(table).get_item(Key=dict(key), ConsistentRead=True),
            f"table {table}",
        )
        if "Item" not in found:
            return None
        plain: Mapping[str, Any] = json.loads(json.dumps(found["Item"], default=_plain))
        return plain

    def objects(self, bucket: str, key: str) -> Mapping[str, str]:
        """ETag and time of each object: the same content written again has another time."""
        what = f"s3://{bucket}/{key}"

        def listed() -> Mapping[str, str]:
            pages = self.session.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
            found = [each for page in pages for each in page.get("Contents", [])]
            return {each["Key"]: f"{each['ETag']} {each['LastModified'].isoformat()}" for each in found}

        if not key or key.endswith("/"):
            return _told(listed, what)
        try:
            found = self.session.client("s3").head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            # Who may not list the bucket is told 403 of an object that is not there ("HeadObject", permissions).
            if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey"):
                return {}
            raise explained(error, what) from error
        except BotoCoreError as error:
            raise explained(error, what) from error
        return {key: f"{found['ETag']} {found['LastModified'].isoformat()} {found.get('VersionId', '')}"}

    def messages(self, queue: str) -> int:
        """Summed up over the three counts of a queue."""
        answer = _told(
            lambda: self.session.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=list(_COUNTS)),
            f"queue {queue}",
        )
        return sum(int(answer["Attributes"][name]) for name in _COUNTS)

    def scheduled(self, schedule: StackResource) -> ScheduledCall:
        """Of a rule: its one target. Without an input it is the event that EventBridge makes."""
        what = f"schedule {schedule.logical_id} ({schedule.physical_id})"
        if schedule.type == "AWS::Scheduler::Schedule":
            found: Any = self._schedule(schedule.physical_id, what)
            targets, arn = [found["Target"]], found["Arn"]
        else:
            bus, _, rule = schedule.physical_id.rpartition("|")
            asked = {"Rule": rule} | ({"EventBusName": bus} if bus else {})
            events = self.session.client("events")
            found = _told(lambda: events.list_targets_by_rule(**asked), what)
            targets, arn = found["Targets"], rule
        functions = [each for each in targets if ":lambda:" in each["Arn"]]
        if len(functions) != 1 or len(targets) != 1:
            raise RemoteError(
                f"{what} has not one function as its target but {[each['Arn'] for each in targets]}",
                next_step="test it with an invoke step, whose payload stands in release.toml (docs/release-toml.md)",
            )
        if "InputTransformer" in functions[0] or "InputPath" in functions[0]:
            raise RemoteError(
                f"{what} forms its input from the event, which is not known before its time",
                next_step="test it with an invoke step, whose payload stands in release.toml (docs/release-toml.md)",
            )
        return ScheduledCall(functions[0]["Arn"], functions[0].get("Input", self._event(arn)).encode())

    def token(self, client_id: str, secret: str) -> str:
        """The secret is ``{"username": …, "password": …}`` in Secrets Manager."""
        if not secret:
            raise NotFoundError(
                "no smoke user is configured",
                next_step="name its secret in release.toml: environments.<name>.smoke-secret",
            )
        try:
            value = self.session.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
            user = json.loads(value)
            answer = self.session.client("cognito-idp").initiate_auth(
                ClientId=client_id,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": user["username"], "PASSWORD": user["password"]},
            )
            return answer["AuthenticationResult"]["AccessToken"]
        except (ClientError, BotoCoreError) as error:
            raise explained(error, f"the smoke user of {secret}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise RemoteError(
                f"secret {secret} or the sign-in's answer is not understood",
                next_step='store {"username": …, "password": …} in it, and let the app client take USER_PASSWORD_AUTH',
            ) from error

    def secret(self, name: str) -> str:
        """From Secrets Manager, the version that is current."""
        found = _told(
            lambda: self.session.client("secretsmanager").get_secret_value(SecretId=name), f"the secret {name}"
        )
        if "SecretString" not in found:
            raise RemoteError(
                f"the secret {name} is binary, and a header is text",
                next_step=f"store it as text: aws secretsmanager put-secret-value --secret-id {name} --secret-string …",
            )
        return found["SecretString"]

    def _schedule(self, name: str, what: str) -> Any:
        """By its name alone: CloudFormation does not tell its group (AWS::Scheduler::Schedule, "Return values")."""
        scheduler = self.session.client("scheduler")
        pages = scheduler.get_paginator("list_schedules").paginate(NamePrefix=name)
        listed = _told(lambda: [each for page in pages for each in page["Schedules"]], what)
        groups = [each["GroupName"] for each in listed if each["Name"] == name]
        if len(groups) != 1:
            raise RemoteError(
                f"{what} is not one schedule but {len(groups)} that are called so",
                next_step="test it with an invoke step, whose payload stands in release.toml (docs/release-toml.md)",
            )
        return _told(lambda: scheduler.get_schedule(Name=name, GroupName=groups[0]), what)

    def _event(self, arn: str) -> str:
        """A schedule's event ("EventBridge: events from scheduled rules"): what a function gets without an input."""
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        return json.dumps(
            {
                "version": "0",
                "id": "00000000-0000-0000-0000-000000000000",
                "detail-type": "Scheduled Event",
                "source": "aws.events",
                "time": now,
                "region": self.session.region_name,
                "resources": [arn],
                "detail": {},
            }
        )


def _told(ask: Callable[[], _T], what: str) -> _T:
    try:
        return ask()
    except (ClientError, BotoCoreError) as error:
        raise explained(error, what) from error


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, set):
        return sorted(map(_plain, value), key=str)
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
