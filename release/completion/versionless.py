"""What needs published versions, of a function that gets none (``alias = "none"``): SAM or CloudFormation refuses it.

Sources: SAM's translator (ProvisionedConcurrencyConfig and DeploymentPreference require AutoPublishAlias); AWS SAM
developer guide, "Generated CloudFormation resources" (``Function.Version``, ``Function.Alias``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from release.completion import shifting
from release.completion.builds import ImageFunction, merged
from release.completion.document import TemplateText
from release.settings import cfn


def check(document: TemplateText, template: Mapping[str, Any], function: ImageFunction) -> None:
    """Raises UsageError with the line of what a function without an alias must not have, or nobody may refer to."""
    if function.raw:
        return
    resource = template["Resources"][function.logical_id]
    key = "ProvisionedConcurrencyConfig"
    needs = (
        {key: "keeps instances of a version ready"}
        if key in {**cfn.shared_by(template, resource), **merged(resource.get("Properties"))}
        else {}
    )
    if shifting.preference(template, resource):
        needs = {"DeploymentPreference": "shifts traffic from version to version"}
    for name, what in needs.items():
        raise document.refused(
            (*function.properties, name),
            f"{function.logical_id} {what}, and release.toml gives it no alias",
            f"give project.alias in release.toml a name, or take {name} away",
        )
    named = re.compile(rf"\b{re.escape(function.logical_id)}\.(Alias|Version)\b")
    for section in ("Resources", "Outputs"):
        for name, each in cfn.section(template, section).items():
            if found := next((one for one in _texts(each) if named.search(one)), ""):
                raise document.refused(
                    (section, name),
                    f"{name} refers to {found}, a version of {function.logical_id}, and release.toml gives it no alias",
                    f"give project.alias in release.toml a name, or refer to {function.logical_id} itself",
                )


def _texts(value: Any) -> Iterator[str]:
    """What ``Ref`` names and ``Fn::Sub`` says, in every part of ``value``."""
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    for key, each in value.items() if isinstance(value, dict) else ():
        said = each[0] if key == "Fn::Sub" and isinstance(each, list) and each else each
        if key in ("Ref", "Fn::Sub") and isinstance(said, str):
            yield said
        yield from _texts(each)
