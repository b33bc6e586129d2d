"""The Demolition port: CloudFormation's DeleteStack, and a look into what a stack's resources hold."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from release.adapters.aws_errors import FAILURES, Failure, code_of, denied, explained
from release.adapters.holdings import LOOKS, is_gone
from release.deployments.model import Contents, StackResource
from release.errors import ReleaseError

if TYPE_CHECKING:
    import boto3


class AwsDemolition:
    """One region of one account; each method is that of :class:`release.deployments.ports.Demolition`."""

    def __init__(self, session: boto3.Session) -> None:
        self.session, self.cloudformation = session, session.client("cloudformation")

    def template(self, stack: str) -> str:
        """GetTemplate, Processed: a text for YAML, a mapping for JSON, which SAM's transform makes of anything."""
        try:
            body: Any = self.cloudformation.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
        except FAILURES as error:
            raise _refused(error, f"the template of stack {stack}") from error
        return body if isinstance(body, str) else json.dumps(body)

    def contents(self, resource: StackResource) -> Contents | None:
        """See the port."""
        look = LOOKS.get(resource.type)
        if look is None:
            return None
        try:
            return look(self.session, resource.physical_id)
        except FAILURES as error:
            if is_gone(error):
                return Contents()
            raise _refused(error, f"{resource.logical_id} ({resource.type} {resource.physical_id})") from error

    def delete(self, stack: str, keep: Sequence[str] = ()) -> None:
        """See the port."""
        try:
            if keep:
                self.cloudformation.delete_stack(StackName=stack, RetainResources=list(keep))
            else:
                self.cloudformation.delete_stack(StackName=stack)
        except FAILURES as error:
            raise _refused(error, f"stack {stack}") from error

    def failed(self, stack: str) -> Mapping[str, str]:
        """See the port."""
        try:
            pages = self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
            return {
                each["LogicalResourceId"]: each.get("ResourceStatusReason", "no reason given")
                for page in pages
                for each in page["StackResourceSummaries"]
                if each["ResourceStatus"] == "DELETE_FAILED"
            }
        except FAILURES as error:
            raise _refused(error, f"stack {stack}") from error


def _refused(error: Failure, what: str) -> ReleaseError:
    refusal = explained(error, what)
    if denied(error):
        refusal.next_step = (
            "use a person's own credentials that may: no role of pipeline.yaml may delete (docs/removing.md)"
        )
    elif code_of(error) == "ValidationError":
        refusal.next_step = "mend what it says, then run the same command again"
    return refusal
