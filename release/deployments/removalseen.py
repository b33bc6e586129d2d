"""What release remove looks at in the stack: its resources, its template, what is in those that hold something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from release.deployments import removalrules
from release.deployments import removaltypes as types
from release.deployments.model import Stack, StackResource
from release.deployments.ports import Demolition
from release.deployments.removalmodel import StackSeen
from release.deployments.target import Target
from release.errors import RemoteError, UsageError
from release.settings import cfn


def look(target: Target, demolition: Demolition, stack: Stack) -> StackSeen:
    """The stack with all that it holds. Raises RemoteError: something of it cannot be looked at."""
    resources = target.cloud.resources(stack.name)
    templates = {"": _template(stack.name, demolition)} if resources else {}
    for each in resources:
        if each.type == types.NESTED and each.physical_id:
            templates[f"{each.logical_id}/"] = _template(each.physical_id, demolition)
    seen = StackSeen(stack, resources, templates, {})
    contents = {
        each.logical_id: found
        for each in resources
        if removalrules.looked_into(each, seen) and (found := _contents(each, demolition)) is not None
    }
    return replace(seen, contents=contents)


def _contents(each: StackResource, demolition: Demolition) -> Any:
    return demolition.contents(each) if each.physical_id else None


def _template(stack: str, demolition: Demolition) -> Mapping[str, Any]:
    try:
        return cfn.load(demolition.template(stack), f"the template of stack {stack}")
    except UsageError as error:
        raise RemoteError(
            f"{error.message}, so nobody can tell what may be deleted",
            untouched="everything",
            next_step=f"look at it: aws cloudformation get-template --stack-name {stack}",
        ) from error
