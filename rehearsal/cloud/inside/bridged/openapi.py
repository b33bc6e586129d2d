"""APIs as SAM writes them: an OpenAPI body. The emulator reads a part of it for REST APIs and nothing for HTTP APIs.

Sources: Amazon API Gateway, Developer Guide, "x-amazon-apigateway-any-method object" and "Working with OpenAPI
definitions for HTTP APIs"; AWS CloudFormation, ``AWS::ApiGateway::RestApi`` and ``AWS::ApiGatewayV2::Api`` (Body: no
interruption).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .parts import module, take

ANY = "x-amazon-apigateway-any-method"
_METHODS = ("get", "post", "put", "delete", "patch", "head", "options")


def install() -> None:
    """Have REST APIs obey ``any`` and keep their id, and HTTP APIs obey their body at all."""
    rest, handlers = module("services.apigateway_v1"), module("services.cloudformation.provisioners")._RESOURCE_HANDLERS
    rest._OPENAPI_HTTP_METHODS.add("any")
    take(rest, "_import_path_item", "api_id path path_item scheme_map default_security", _with_any)
    parameters = "physical_id old_props new_props stack_name logical_id"
    take(handlers["AWS::ApiGateway::RestApi"], "update", parameters, _rest_updated)
    take(handlers["AWS::ApiGatewayV2::Api"], "create", "logical_id props stack_name", _http_created)
    take(handlers["AWS::ApiGatewayV2::Api"], "update", parameters, _http_updated)


def _with_any(inner: Callable[..., None]) -> Callable[..., None]:
    def path_item(api_id: str, path: str, item: Mapping[str, Any], *more: Any, **named: Any) -> None:
        inner(api_id, path, {"any" if key == ANY else key: value for key, value in item.items()}, *more, **named)

    return path_item


def _rest_updated(inner: Callable[..., Any]) -> Callable[..., Any]:
    """A changed body is read into the API that is there: another id would be another address for its callers."""

    def update(physical_id: str, old: dict[str, Any], new: dict[str, Any], *more: Any) -> Any:
        rest, body = module("services.apigateway_v1"), new.get("Body")
        if isinstance(body, dict) and body != old.get("Body") and physical_id in rest._rest_apis:
            resources = rest._resources[physical_id]
            root = next(key for key, each in resources.items() if each.get("path") == "/")
            for key in [key for key in resources if key != root]:
                del resources[key]
            resources[root]["resourceMethods"] = {}
            rest._authorizers_v1.pop(physical_id, None)
            schemes = rest._import_security_schemes(physical_id, body)
            for path, item in (body.get("paths") or {}).items():
                rest._import_path_item(physical_id, path, item, schemes, body.get("security"))
            old = {**old, "Body": body}
        return inner(physical_id, old, new, *more)

    return update


def _http_created(inner: Callable[..., Any]) -> Callable[..., Any]:
    def create(logical_id: str, props: dict[str, Any], stack_name: str) -> Any:
        body = props.get("Body")
        title = (body.get("info") or {}).get("title") if isinstance(body, dict) else None
        named = props if props.get("Name") or not title else {**props, "Name": str(title)}
        api_id, attributes = inner(logical_id, named, stack_name)
        if isinstance(body, dict):
            _read(api_id, body)
        return api_id, attributes

    return create


def _http_updated(inner: Callable[..., Any]) -> Callable[..., Any]:
    def update(physical_id: str, old: dict[str, Any], new: dict[str, Any], *more: Any) -> Any:
        api_id, attributes = inner(physical_id, old, new, *more)
        body = new.get("Body")
        if isinstance(body, dict) and body != old.get("Body"):
            http = module("services.apigateway")
            for kept in (http._routes, http._integrations, http._authorizers):
                kept[api_id] = {}
            _read(api_id, body)
        return api_id, attributes

    return update


def _read(api_id: str, body: Mapping[str, Any]) -> None:
    """Routes, integrations, authorizers and CORS of an HTTP API's ``body``."""
    http = module("services.apigateway")
    authorizers = {name: _authorizer(api_id, name, each) for name, each in _authorizing(body)}
    for path, method, operation in _operations(body):
        integration = operation.get("x-amazon-apigateway-integration") or {}
        data = {_camel(key): value for key, value in integration.items()}
        data["integrationType"] = str(integration.get("type", "aws_proxy")).upper()
        data["integrationUri"], data["integrationMethod"] = integration.get("uri", ""), integration.get("httpMethod")
        made = http._create_integration(api_id, data)
        identifier = _answer(made)["integrationId"]
        security = operation.get("security", body.get("security")) or []
        route = {"routeKey": "$default" if path.lstrip("/") == "$default" else f"{method} {path}"}
        route |= {"target": f"integrations/{identifier}", **_secured(security, authorizers)}
        _answer(http._create_route(api_id, route))
    if cors := body.get("x-amazon-apigateway-cors"):
        http._apis[api_id]["corsConfiguration"] = {_camel(key): value for key, value in cors.items()}


def _operations(body: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in (body.get("paths") or {}).items():
        for key, operation in item.items():
            if key == ANY or key.lower() in _METHODS:
                yield path, "ANY" if key == ANY else key.upper(), operation or {}


def _authorizing(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, scheme in ((body.get("components") or {}).get("securitySchemes") or {}).items():
        if found := scheme.get("x-amazon-apigateway-authorizer"):
            yield name, found


def _authorizer(api_id: str, name: str, found: Mapping[str, Any]) -> tuple[str, str]:
    """The new authorizer's id, and what it makes of a route."""
    kind = str(found.get("type", "jwt")).upper()
    source = found.get("identitySource", "$request.header.Authorization")
    data = {_camel(key): value for key, value in found.items()}
    data |= {"name": name, "authorizerType": kind}
    data["identitySource"] = source.split(",") if isinstance(source, str) else source
    made = module("services.apigateway")._create_authorizer(api_id, data)
    return _answer(made)["authorizerId"], "JWT" if kind == "JWT" else "CUSTOM"


def _secured(security: list[Mapping[str, Any]], authorizers: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    for requirement in security:
        for name, scopes in requirement.items():
            if name in authorizers:
                identifier, kind = authorizers[name]
                return {"authorizerId": identifier, "authorizationType": kind, "authorizationScopes": scopes or []}
    return {}


def _answer(made: Any) -> Any:
    status, _, body = made
    if status >= 400:
        raise ValueError(f"the API's body: {body!r}")
    return json.loads(body)


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]
