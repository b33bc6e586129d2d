"""The Cloud adapter: stacks, functions and tokens from an emulated AWS."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.stub import Stubber
from moto import mock_aws

from release.adapters.aws import Aws
from release.deployments.model import HttpRequest
from release.errors import MachineError, NotFoundError, RemoteError
from tests.support.rawanswers import answered

REGION = "eu-west-1"
DIGEST = "sha256:" + "a" * 64


@pytest.fixture(scope="module")
def session() -> boto3.Session:
    """Credentials that open nothing; one session, because it keeps the service descriptions that it has read."""
    return boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name=REGION)


@pytest.fixture
def aws(session: boto3.Session, tmp_path: Path) -> Iterator[Aws]:
    """The adapter on an emulated AWS."""
    with mock_aws():
        yield Aws(session, lambda: tmp_path / "no-sam", {})


@pytest.fixture
def functions(aws: Aws) -> Iterator[Stubber]:
    """Lambda's API: answers in the order they are given, and nothing else."""
    with Stubber(aws.functions.client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def stacks(aws: Aws) -> Iterator[Stubber]:
    """CloudFormation's API: answers in the order they are given, and nothing else."""
    with Stubber(aws.cloudformation) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def described(status: str, **more: object) -> dict[str, object]:
    """DescribeStacks' answer."""
    stack = {"StackName": "app-staging", "CreationTime": datetime(2026, 1, 5, tzinfo=UTC), "StackStatus": status}
    return {"Stacks": [stack | more]}


def test_a_stack_that_is_not_there_is_none(aws: Aws, stacks: Stubber) -> None:
    stacks.add_client_error("describe_stacks", "ValidationError", "Stack with id app-staging does not exist")
    assert aws.stack("app-staging") is None
    stacks.add_response("describe_stacks", described("DELETE_COMPLETE"))
    assert aws.stack("app-staging") is None


def test_a_stack_is_read_with_its_status_reason_parameters_and_outputs(aws: Aws, stacks: Stubber) -> None:
    answer = described(
        "UPDATE_ROLLBACK_FAILED",
        StackStatusReason="a function is in use",
        Parameters=[{"ParameterKey": "ReleaseVersion", "ParameterValue": "0.1.0"}],
        Outputs=[{"OutputKey": "ApiUrl", "OutputValue": "https://api.test/live"}],
    )
    stacks.add_response("describe_stacks", answer, {"StackName": "app-staging"})
    stack = aws.stack("app-staging")
    assert stack is not None
    assert (stack.status, stack.reason) == ("UPDATE_ROLLBACK_FAILED", "a function is in use")
    assert (stack.parameters, stack.outputs) == ({"ReleaseVersion": "0.1.0"}, {"ApiUrl": "https://api.test/live"})


@pytest.mark.parametrize(
    ("code", "kind", "remedy"),
    [
        ("AccessDenied", RemoteError, "check the role in pipeline.yaml"),
        ("ExpiredToken", MachineError, "aws sso login, or check the role that this job takes"),
        ("Throttling", RemoteError, "run the same command again"),
    ],
)
def test_a_refusal_is_told_with_its_remedy(
    aws: Aws, stacks: Stubber, code: str, kind: type[Exception], remedy: str
) -> None:
    stacks.add_client_error("describe_stacks", code)
    with pytest.raises(kind, match=r"stack app-staging|credentials") as caught:
        aws.stack("app-staging")
    assert getattr(caught.value, "next_step", "") == remedy


def test_what_an_alias_serves_is_read_with_its_digest_and_states(aws: Aws, functions: Stubber) -> None:
    """faults.md, 28: the states are read, whatever the deployment's call answered."""
    functions.add_response("get_alias", {"FunctionVersion": "7"}, {"FunctionName": "f", "Name": "live"})
    functions.add_response(
        "get_function",
        {
            "Code": {"ImageUri": "host/app/export:1.0.0", "ResolvedImageUri": f"host/app/export@{DIGEST}"},
            "Configuration": {
                "State": "Active",
                "LastUpdateStatus": "Failed",
                "LastUpdateStatusReason": "no access to the image",
            },
        },
        {"FunctionName": "f", "Qualifier": "7"},
    )
    functions.add_response("get_function_configuration", {}, {"FunctionName": "f"})
    live = aws.live("f", "live")
    assert live is not None
    assert (live.version, live.digest, live.state, live.update) == ("7", DIGEST, "Active", "Failed")
    assert live.reason == "no access to the image"


def test_the_share_that_an_alias_sends_to_another_version_is_read(aws: Aws, functions: Stubber) -> None:
    """faults.md, 59."""
    weights = {"AdditionalVersionWeights": {"6": 0.1}}
    functions.add_response("get_alias", {"FunctionVersion": "7", "RoutingConfig": weights})
    functions.add_response("get_function", {"Code": {}, "Configuration": {}})
    functions.add_response("get_function_configuration", {})
    live = aws.live("f", "live")
    assert live is not None
    assert live.weights == {"6": 0.1}


def test_moving_an_alias_ends_the_share_of_any_other_version(aws: Aws, functions: Stubber) -> None:
    """faults.md, 59: a share that UpdateAlias does not name would stay."""
    asked = {"FunctionName": "f", "Name": "live", "FunctionVersion": "7"}
    functions.add_response("update_alias", {}, asked | {"RoutingConfig": {"AdditionalVersionWeights": {}}})
    aws.move_alias("f", "live", "7")


def test_an_alias_that_is_gone_is_made_anew_and_another_refusal_is_told(aws: Aws, functions: Stubber) -> None:
    functions.add_client_error("update_alias", "ResourceNotFoundException")
    functions.add_response("create_alias", {}, {"FunctionName": "f", "Name": "live", "FunctionVersion": "7"})
    aws.move_alias("f", "live", "7")
    functions.add_client_error("update_alias", "ResourceNotFoundException")
    functions.add_client_error("create_alias", "ResourceNotFoundException")
    with pytest.raises(RemoteError, match="alias live of function f"):
        aws.move_alias("f", "live", "7")


def test_resources_are_read_over_every_page_without_what_was_deleted(aws: Aws, stacks: Stubber) -> None:
    def page(*rows: tuple[str, str, str], **more: str) -> dict[str, object]:
        kept = [
            {"LogicalResourceId": logical, "ResourceType": "AWS::Lambda::Version", "ResourceStatus": status}
            | ({"PhysicalResourceId": physical} if physical else {})
            | {"LastUpdatedTimestamp": datetime(2026, 1, 5, tzinfo=UTC)}
            for logical, status, physical in rows
        ]
        return {"StackResourceSummaries": kept, **more}

    first = page(("V1", "DELETE_SKIPPED", "arn:f:1"), ("V2", "CREATE_COMPLETE", "arn:f:2"), NextToken="more")
    stacks.add_response("list_stack_resources", first, {"StackName": "app"})
    stacks.add_response("list_stack_resources", page(("V3", "CREATE_IN_PROGRESS", "")))
    assert [(each.logical_id, each.physical_id) for each in aws.resources("app")] == [("V2", "arn:f:2"), ("V3", "")]
    stacks.add_client_error("list_stack_resources", "ValidationError", "Stack with id app does not exist")
    with pytest.raises(RemoteError, match="stack app"):
        aws.resources("app")


def test_resources_of_nested_stacks_are_read_with_the_stack_s_name_before_theirs(aws: Aws, stacks: Stubber) -> None:
    def listed(logical: str, kind: str, physical: str) -> dict[str, object]:
        row = {"LogicalResourceId": logical, "ResourceType": kind, "PhysicalResourceId": physical}
        when = datetime(2026, 11, 25, tzinfo=UTC)
        return {"StackResourceSummaries": [{**row, "ResourceStatus": "CREATE_COMPLETE", "LastUpdatedTimestamp": when}]}

    nested = "arn:aws:cloudformation:eu-west-1:123456789012:stack/app-Child-1A/0f"
    stacks.add_response(
        "list_stack_resources", listed("Child", "AWS::CloudFormation::Stack", nested), {"StackName": "app"}
    )
    inner = listed("Api", "AWS::Lambda::Function", "app-Child-1A-Api-2B")
    stacks.add_response("list_stack_resources", inner, {"StackName": nested})
    assert [(each.logical_id, each.physical_id) for each in aws.resources("app")] == [
        ("Child", nested),
        ("Child/Api", "app-Child-1A-Api-2B"),
    ]


def test_an_image_that_is_not_told_by_digest_is_no_digest(aws: Aws, functions: Stubber) -> None:
    functions.add_response("get_alias", {"FunctionVersion": "7"})
    functions.add_response("get_function", {"Code": {"ImageUri": "host/app/export:1.0.0"}, "Configuration": {}})
    functions.add_response("get_function_configuration", {})
    live = aws.live("f", "live")
    assert live is not None
    assert (live.digest, live.state) == ("", "")


@pytest.mark.parametrize(
    ("served", "last", "behind"),
    [
        ({"MemorySize": 512}, {"MemorySize": 1024}, "MemorySize"),
        ({"Environment": {"Variables": {"A": "1"}}}, {"Environment": {"Variables": {"A": "2"}}}, "Environment"),
        ({"Layers": [{"Arn": "arn:a:1"}]}, {"Layers": [{"Arn": "arn:a:2"}]}, "Layers"),
        ({"CodeSha256": "x"}, {"CodeSha256": "y"}, "CodeSha256"),
        ({"Layers": [], "Environment": {}}, {}, ""),
        ({"MemorySize": 512, "RevisionId": "a"}, {"MemorySize": 512, "RevisionId": "b"}, ""),
    ],
)
def test_a_setting_that_no_version_was_published_for_is_named(
    aws: Aws, functions: Stubber, served: dict[str, object], last: dict[str, object], behind: str
) -> None:
    """faults.md, 58."""
    functions.add_response("get_alias", {"FunctionVersion": "7"})
    functions.add_response("get_function", {"Code": {}, "Configuration": served})
    functions.add_response("get_function_configuration", last)
    live = aws.live("f", "live")
    assert live is not None
    assert live.behind == behind


def test_a_function_without_an_alias_serves_what_was_deployed_last(aws: Aws, functions: Stubber) -> None:
    asked = {"FunctionName": "f", "Qualifier": "$LATEST"}
    functions.add_response("get_function", {"Code": {}, "Configuration": {"State": "Active"}}, asked)
    live = aws.live("f", "")
    assert live is not None
    assert (live.version, live.behind) == ("$LATEST", "")


def test_a_function_or_alias_that_is_not_there_is_none(aws: Aws, functions: Stubber) -> None:
    functions.add_client_error("get_alias", "ResourceNotFoundException")
    assert aws.live("f", "live") is None


def test_a_function_that_fails_is_no_answer(aws: Aws) -> None:
    with Stubber(aws.functions.patient) as functions:
        failed = {"FunctionError": "Unhandled", "Payload": _Body(b'{"errorMessage": "boom"}')}
        functions.add_response("invoke", failed, {"FunctionName": "f", "Qualifier": "live", "Payload": b"{}"})
        with pytest.raises(RemoteError, match=r"function f failed: .*boom"):
            aws.invoke("f", "live", b"{}")
        asked = {"FunctionName": "f", "Payload": b"{}"}
        functions.add_response("invoke", {"Payload": _Body(b'{"ok": true}')}, asked)
        assert aws.invoke("f", "", b"{}") == b'{"ok": true}', "without an alias"
        functions.assert_no_pending_responses()


def test_an_invocation_is_made_once_and_waited_for_as_long_as_a_function_may_run(aws: Aws) -> None:
    """botocore gives up after a minute and asks again, which would run a slow function several times."""
    config: Any = aws.functions.patient.meta.config
    assert (config.read_timeout, config.retries["total_max_attempts"]) == (930, 1)


def test_an_event_is_handed_over_without_waiting(aws: Aws, functions: Stubber) -> None:
    asked = {"FunctionName": "f", "Qualifier": "live", "InvocationType": "Event", "Payload": b"{}"}
    functions.add_response("invoke", {"StatusCode": 202}, asked)
    aws.invoke_async("f", "live", b"{}")
    functions.add_client_error("invoke", "ResourceNotFoundException")
    with pytest.raises(RemoteError, match="function g"):
        aws.invoke_async("g", "", b"{}")


class _Body:
    """A streamed answer."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self) -> bytes:
        return self.content


def test_items_are_counted_over_every_page(aws: Aws, session: boto3.Session) -> None:
    table = session.resource("dynamodb").create_table(
        TableName="members",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    with table.batch_writer() as batch:
        for number in range(8):
            batch.put_item(Item={"id": str(number), "padding": "x" * 300_000})
    assert aws.count_items("members") == 8
    with pytest.raises(RemoteError, match="table other"):
        aws.count_items("other")


@pytest.fixture
def client_id(aws: Aws, session: boto3.Session) -> str:
    """An app client with a smoke user whose name and password are in a secret."""
    pools = session.client("cognito-idp")
    pool = pools.create_user_pool(PoolName="members")["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH"]
    client = pools.create_user_pool_client(UserPoolId=pool, ClientName="smoke", ExplicitAuthFlows=flows)  # type: ignore[arg-type]  # one of the literals
    pools.admin_create_user(UserPoolId=pool, Username="smoke", TemporaryPassword="Aa1!aaaa")
    pools.admin_set_user_password(UserPoolId=pool, Username="smoke", Password="Aa1!bbbb", Permanent=True)
    secrets = session.client("secretsmanager")
    secrets.create_secret(Name="good", SecretString='{"username": "smoke", "password": "Aa1!bbbb"}')
    secrets.create_secret(Name="wrong", SecretString='{"username": "smoke", "password": "Aa1!cccc"}')
    secrets.create_secret(Name="odd", SecretString="smoke:password")
    secrets.create_secret(Name="short", SecretString='{"username": "smoke"}')
    assert aws.session is session
    return client["UserPoolClient"]["ClientId"]


def test_a_token_is_got_for_the_user_in_the_secret(aws: Aws, client_id: str) -> None:
    assert aws.token(client_id, "good").count(".") == 2


@pytest.mark.parametrize(
    ("secret", "kind", "words"),
    [
        ("", NotFoundError, "no smoke user is configured"),
        ("missing", RemoteError, "the smoke user of missing"),
        ("wrong", RemoteError, "the smoke user of wrong"),
        ("odd", RemoteError, "secret odd or the sign-in's answer is not understood"),
        ("short", RemoteError, "secret short or the sign-in's answer is not understood"),
    ],
)
def test_without_a_token_it_is_said_why_and_no_password_is_shown(
    aws: Aws, client_id: str, secret: str, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words) as caught:
        aws.token(client_id, secret)
    assert "Aa1!" not in str(caught.value)


class _Site(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.send_response(302 if self.path == "/moved" else 418)
        self.send_header("Location", "/elsewhere")
        self.send_header("X-Seen", f"{self.headers.get('Authorization')} {len(body)}")
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"tea")

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def site() -> Iterator[str]:
    """A web site on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_any_status_is_an_answer_and_its_header_names_are_in_lower_case(aws: Aws, site: str) -> None:
    answer = aws.http(HttpRequest("POST", f"{site}/x", {"Authorization": "Bearer t"}, b"12345"))
    assert (answer.status, answer.headers["x-seen"], answer.body) == (418, "Bearer t 5", b"tea")


def test_a_redirect_is_an_answer_and_not_followed(aws: Aws, site: str) -> None:
    """The token must not travel to another place, and a smoke test asks for what it names."""
    assert aws.http(HttpRequest("POST", f"{site}/moved")).status == 302


def test_no_answer_is_told_without_the_query_that_may_hold_a_signature(aws: Aws) -> None:
    with pytest.raises(RemoteError, match=r"GET http://127\.0\.0\.1:1/x got no answer") as caught:
        aws.http(HttpRequest("GET", "http://127.0.0.1:1/x?X-Amz-Signature=secret"))
    assert "secret" not in caught.value.message


def cut_off(client: Any, operation: str, body: bytes) -> None:
    """The next answers to ``operation`` are these bytes, as a proxy hands them over that lost the rest."""
    service = client.meta.service_model.service_id.hyphenize()

    def answer(request: Any, **_: object) -> AWSResponse:
        return answered(request.url, body)

    client.meta.events.register(f"before-send.{service}.{operation}", answer)


@pytest.mark.parametrize("operation", ["DescribeStacks", "ListStackResources"])
def test_a_cut_off_answer_of_cloudformation_is_told_as_such(
    session: boto3.Session, tmp_path: Path, operation: str
) -> None:
    aws = Aws(session, lambda: tmp_path / "no-sam", {})
    cut_off(aws.cloudformation, operation, b"<DescribeStacksResponse><DescribeStacksResult><Stacks><mem")
    ask = aws.stack if operation == "DescribeStacks" else aws.resources
    with pytest.raises(RemoteError, match="AWS's answer about stack app was cut off") as caught:
        ask("app")
    assert caught.value.next_step == "run the same command again"


@pytest.mark.parametrize("operation", ["GetAlias", "GetFunction"])
def test_a_cut_off_answer_of_lambda_is_told_as_such(session: boto3.Session, tmp_path: Path, operation: str) -> None:
    aws = Aws(session, lambda: tmp_path / "no-sam", {})
    cut_off(aws.functions.client, operation, b'{"FunctionVersion": "2", "Configuration": {"Sta')
    with pytest.raises(RemoteError, match="AWS's answer about function f was cut off"):
        aws.functions.live("f", "live" if operation == "GetAlias" else "")
