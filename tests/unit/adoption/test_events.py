"""Routes that look like health checks, schedules, other events: what a template says, and what it leaves open."""

from __future__ import annotations

import pytest

from release.adoption import events
from release.adoption.found import look
from release.adoption.surroundings import RepositoryAround
from release.settings import cfn
from tests.fakes.adoption import FakeFiles

HEAD = "Transform: AWS::Serverless-2016-10-31\n"


def template(events_: str, more: str = "") -> bytes:
    return (
        f"{HEAD}{more}Resources:\n  Work:\n    Type: AWS::Serverless::Function\n"
        f"    Properties: {{PackageType: Image, Events: {{{events_}}}}}\n"
        "    Metadata: {Dockerfile: Dockerfile, DockerContext: .}\n"
        "  Public: {Type: AWS::Serverless::Api, Properties: {StageName: v1}}\n"
        "  Closed: {Type: AWS::Serverless::Api, Properties: {StageName: v1, Auth: {DefaultAuthorizer: Pool}}}\n"
    ).encode()


def starts(events_: str) -> events.Starts:
    return events.starts(cfn.load(template(events_), "template.yaml"))


@pytest.mark.parametrize(
    "path", ["/health", "/v1/healthz", "/ping", "/status/", "/health-check", "/HealthCheck", "/readyz"]
)
@pytest.mark.parametrize("method", ["get", "GET", "any"])
def test_a_get_of_a_usual_path_is_a_health_route(path: str, method: str) -> None:
    [route] = starts(f"Check: {{Type: HttpApi, Properties: {{Path: {path}, Method: {method}}}}}").health
    assert (route.path, route.function, route.api, route.guarded) == (path, "Work", "ServerlessHttpApi", "")


@pytest.mark.parametrize(
    "properties",
    [
        "Path: /health, Method: post",
        'Path: "/{proxy+}", Method: any',
        'Path: "/{tenant}/health", Method: get',
        "Path: /healthy-recipes, Method: get",
        "Path: !Ref HealthPath, Method: get",
        "Method: get",
    ],
)
def test_what_is_not_surely_a_health_check_is_none(properties: str) -> None:
    found = starts(f"Any: {{Type: Api, Properties: {{{properties}}}}}")
    assert found.health == ()
    assert found.others == {"Work": ("Api",)}


@pytest.mark.parametrize(
    ("properties", "guarded"),
    [
        ("RestApiId: !Ref Public", ""),
        ("RestApiId: !Ref Closed", "the Auth of Closed asks for credentials"),
        ("RestApiId: !Ref Closed, Auth: {Authorizer: NONE}", ""),
        ("RestApiId: !Ref Public, Auth: {ApiKeyRequired: true}", "its Auth asks for credentials"),
    ],
)
def test_a_route_behind_credentials_says_so(properties: str, guarded: str) -> None:
    [route] = starts(f"Check: {{Type: Api, Properties: {{Path: /health, Method: get, {properties}}}}}").health
    assert route.guarded == guarded


def test_schedules_are_named_as_a_smoke_step_names_them() -> None:
    found = starts(
        "Daily: {Type: Schedule, Properties: {Schedule: rate(1 day)}}, "
        "Hourly: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 hour)}}, Q: {Type: SQS}"
    )
    assert [(each.logical_id, each.when) for each in found.schedules] == [
        ("WorkDaily", "rate(1 day)"),
        ("WorkHourly", "rate(1 hour)"),
    ]
    assert found.others == {"Work": ("SQS",)}


PUBLIC = "Check: {Type: Api, Properties: {Path: /health, Method: get, RestApiId: !Ref Public}}"
IMPLICIT = "Check: {Type: Api, Properties: {Path: /health, Method: get}}"


def unsure(text: bytes) -> str:
    files = FakeFiles({"template.yaml": text})
    found = look(RepositoryAround("orders", paths=files.paths), files.read)
    return found.unsure(found.starts.health[0])


def test_the_output_of_the_route_s_own_api_makes_it_sure() -> None:
    output = 'Outputs: {ApiUrl: {Value: !Sub "https://${Public}.execute-api.${AWS::Region}.amazonaws.com/v1"}}\n'
    assert unsure(template(PUBLIC, output)) == ""
    assert unsure(template(IMPLICIT, output)) == "the output ApiUrl is not of the API ServerlessRestApi"


def test_several_apis_without_an_output_leave_it_open_and_one_api_does_not() -> None:
    assert "3 APIs and no output ApiUrl" in unsure(template(IMPLICIT))
    alone = template(IMPLICIT).split(b"  Public:")[0]
    assert unsure(alone) == ""


@pytest.mark.parametrize(
    ("event", "page"),
    [
        ("Type: Api, Properties: {Path: /hello, Method: get}", "/hello"),
        ('Type: Api, Properties: {Path: "/{proxy+}", Method: ANY}', "/"),
        ('Type: HttpApi, Properties: {Path: "/shop/{rest+}", Method: get}', "/shop/"),
        ("Type: HttpApi", "/"),
        ("Type: HttpApi, Properties: {Path: $default}", None),
        ('Type: Api, Properties: {Path: "/orders/{id}", Method: get}', None),
        ("Type: Api, Properties: {Path: /hello, Method: post}", None),
        ("Type: Api, Properties: {Path: !Ref Where, Method: get}", None),
        ("Type: SQS, Properties: {Path: /hello, Method: get}", None),
    ],
)
def test_the_page_of_a_function_is_a_path_that_anybody_can_get(event: str, page: str | None) -> None:
    assert starts(f"First: {{Type: SQS}}, Any: {{{event}}}").pages.get("Work") == page
