"""How the resources of each type are called, so that a role can be held to those of one stack."""

from __future__ import annotations

from collections.abc import Mapping

from release.adoption.scopes import compute, data, events, web
from release.adoption.scopes.naming import STACK_NAME, Beside, Naming

#: Resource type -> its scope. What stands here and in the handlers' data is known.
SCOPES: Mapping[str, Naming] = {**compute.SCOPES, **data.SCOPES, **events.SCOPES, **web.SCOPES}

#: Types that CloudFormation makes without a call to any service, or with what the stack's own statement allows.
NEEDS_NOTHING = frozenset(
    {
        "AWS::CloudFormation::CustomResource",  # calls the function that it names: Functions
        "AWS::CloudFormation::WaitCondition",
        "AWS::CloudFormation::WaitConditionHandle",
    }
)

__all__ = ["NEEDS_NOTHING", "SCOPES", "STACK_NAME", "Beside", "Naming"]
