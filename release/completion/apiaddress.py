"""The address of a stack's only API, as the output that smoke tests start from. Pure.

Addresses: Amazon API Gateway, "Invoke a REST API" (`https://<id>.execute-api.<region>.amazonaws.com/<stage>`) and
"Stages for HTTP APIs" (the stage `$default` has no path). SAM names what it makes for events ServerlessRestApi, with
the stage Prod, and ServerlessHttpApi ("Generated CloudFormation resources").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from release.completion.builds import merged
from release.completion.edits import TemplateChange
from release.settings import cfn
from release.settings.functions import FUNCTION_TYPES
from release.settings.smokestep import API_OUTPUT

REST, HTTP = "AWS::Serverless::Api", "AWS::Serverless::HttpApi"
#: Kind of event -> the property that names its API, and what SAM makes where none is named.
API_EVENTS = {"Api": ("RestApiId", "ServerlessRestApi"), "HttpApi": ("ApiId", "ServerlessHttpApi")}
_DEFAULT_STAGE = "$default"


def events(resource: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each event of a function: its name, its type, its properties."""
    for name, each in merged(cfn.properties(resource).get("Events")).items():
        event = merged(each)
        if isinstance(event.get("Type"), str):
            yield str(name), event["Type"], merged(event.get("Properties"))


def apis(template: Mapping[str, Any]) -> tuple[str, ...]:
    """The logical ids of the APIs that the stack will have, those that SAM makes for events among them."""
    found = {name: None for name, each in cfn.resources(template).items() if each["Type"] in (REST, HTTP)}
    for resource in cfn.resources(template).values():
        for _, kind, own in events(resource) if resource["Type"] in FUNCTION_TYPES else ():
            if kind in API_EVENTS and API_EVENTS[kind][0] not in own:
                found[API_EVENTS[kind][1]] = None
    return tuple(found)


def output(template: Mapping[str, Any]) -> Iterator[TemplateChange]:
    """The output ApiUrl, where theirs has none and there is one API that it can be of."""
    found = apis(template)
    if API_OUTPUT in merged(template.get("Outputs")) or len(found) != 1:
        return
    resource = cfn.resources(template).get(found[0], {})
    if "Condition" in resource:
        return
    path = _path(resource, found[0])
    if path is not None:
        address = f"https://${{{found[0]}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}{path}"
        yield TemplateChange(("Outputs", API_OUTPUT), {"Value": {"Fn::Sub": address}})


def _path(resource: Mapping[str, Any], name: str) -> str | None:
    """`/<stage>` as `Fn::Sub` takes it; None where it is computed."""
    if not resource:
        return "/Prod" if name == API_EVENTS["Api"][1] else ""
    stage = cfn.properties(resource).get("StageName", _DEFAULT_STAGE if resource["Type"] == HTTP else None)
    if isinstance(stage, dict) and list(stage) == ["Ref"] and isinstance(stage["Ref"], str):
        return f"/${{{stage['Ref']}}}"
    if not isinstance(stage, str) or "${" in stage:
        return None
    return "" if stage == _DEFAULT_STAGE else f"/{stage}"
