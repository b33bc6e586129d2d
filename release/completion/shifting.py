"""CodeDeploy's role, with the boundary: SAM makes it without one, unless a DeploymentPreference names a role.

Source: ``get_codedeploy_iam_role`` in SAM's translator, whose role this is; one for all functions, as there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from release.completion.builds import merged
from release.completion.document import Path, TemplateText
from release.completion.edits import TemplateChange
from release.settings import cfn

_ROLE, _PREFERENCE = "ReleaseCodeDeployRole", "DeploymentPreference"
_MAY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "codedeploy.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
_POLICY = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"}


def changes(document: TemplateText, template: Mapping[str, Any], boundary: Any) -> Iterator[TemplateChange]:
    """The role as a resource, and every preference that would have SAM make one with it.

    Args:
        boundary: the value of PermissionsBoundary.

    Raises:
        UsageError: with the line, a resource of theirs that has the role's name.
    """
    places = tuple(dict.fromkeys(_places(template)))
    if not places:
        return
    if _ROLE in merged(template.get("Resources")):
        raise document.refused(("Resources", _ROLE), f"{_ROLE} is a resource already", f"rename the resource {_ROLE}")
    properties = {"AssumeRolePolicyDocument": _MAY, "ManagedPolicyArns": [_POLICY], "PermissionsBoundary": boundary}
    yield TemplateChange(("Resources", _ROLE), {"Type": "AWS::IAM::Role", "Properties": properties})
    for place in places:
        yield TemplateChange((*place, "Role"), {"Fn::GetAtt": [_ROLE, "Arn"]})


def preference(template: Mapping[str, Any], resource: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a function says of how its traffic moves, and Globals say; {} where that is off for sure."""
    shared, own = merged(cfn.shared_by(template, resource)), merged(resource.get("Properties"))
    found = {**merged(shared.get(_PREFERENCE)), **merged(own.get(_PREFERENCE))}
    return {} if str(found.get("Enabled", "true")).lower() in ("false", "no", "off") else found


def _places(template: Mapping[str, Any]) -> Iterator[Path]:
    for name, resource in cfn.resources(template).items():
        said = preference(template, resource) if resource["Type"] == "AWS::Serverless::Function" else {}
        if said and "Role" not in said:
            own = _PREFERENCE in merged(resource.get("Properties"))
            yield ("Resources", name, "Properties", _PREFERENCE) if own else ("Globals", "Function", _PREFERENCE)
