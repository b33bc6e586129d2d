"""The permissions boundary that the pipeline's deploy role asks for, on every role that the stack makes.

pipeline.yaml lets the role that deploys make no role without it (``iam:PermissionsBoundary``); its ARN comes in
RELEASE_PARAMETERS, and without one there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from release.completion import clashes, shifting
from release.completion.builds import merged
from release.completion.document import Path, TemplateText
from release.completion.edits import TemplateChange
from release.settings import cfn

PARAMETER, CONDITION, _PROPERTY = "PermissionsBoundaryArn", "HasPermissionsBoundary", "PermissionsBoundary"
_IF_GIVEN = {"Fn::Not": [{"Fn::Equals": [{"Ref": PARAMETER}, ""]}]}
_VALUE = {"Fn::If": [CONDITION, {"Ref": PARAMETER}, {"Ref": "AWS::NoValue"}]}
#: SAM's resources that make a role, unless they are given one.
_MAKERS = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")


def changes(
    document: TemplateText, template: Mapping[str, Any], *, passed_on: bool = False
) -> Iterator[TemplateChange]:
    """What gives every role of the stack the boundary.

    Args:
        passed_on: a nested template takes it, so this one has the parameter in any case.

    Raises:
        UsageError: with the line, a parameter or a condition of the same name that is something else.
    """
    places, role = list(_places(template)), list(shifting.changes(document, template, _VALUE))
    if not places and not role and not passed_on:
        return
    clashes.check_parameter(document, template, PARAMETER, clashes.BOUNDARIES)
    if PARAMETER not in merged(template.get("Parameters")):
        description = "Managed policy that bounds every role of this stack; empty for none."
        yield TemplateChange(("Parameters", PARAMETER), {"Type": "String", "Description": description, "Default": ""})
    if not places and not role:
        return
    found = merged(template.get("Conditions")).get(CONDITION)
    if found is None:
        yield TemplateChange(("Conditions", CONDITION), _IF_GIVEN)
    elif found != _IF_GIVEN:
        raise document.refused(
            ("Conditions", CONDITION),
            f"the condition {CONDITION} says something else than that {PARAMETER} is given",
            f"rename the condition {CONDITION}",
        )
    for place in places:
        yield TemplateChange((*place, _PROPERTY), _VALUE)
    yield from role


def _places(template: Mapping[str, Any]) -> Iterator[Path]:
    """The properties of what makes a role without a boundary."""
    for name, resource in cfn.resources(template).items():
        own, at = merged(resource.get("Properties")), ("Resources", name, "Properties")
        kind, shared = resource["Type"], merged(cfn.shared_by(template, resource))
        if kind == "AWS::IAM::Role" and _PROPERTY not in own:
            yield at
        elif kind in _MAKERS:
            if "Role" not in own and _PROPERTY not in own and _PROPERTY not in shared:
                yield at
            for event, said in merged(own.get("Events")).items():
                inner = merged(merged(said).get("Properties"))
                if merged(said).get("Type") == "ScheduleV2" and not {"RoleArn", _PROPERTY} & inner.keys():
                    yield (*at, "Events", event, "Properties")
