"""The environments of release.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from release.settings import references
from release.toml import Table

#: what brings a release to an environment
MERGE, TAG = "merge", "tag"
#: CloudFormation's CreateStack, StackName; its logical ids and parameter names
_STACK = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}\Z")
_LOGICAL_ID = re.compile(r"[A-Za-z0-9]{1,255}\Z")
REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]\Z")


@dataclass(frozen=True)
class EnvironmentSpec:
    """One environment: a CloudFormation stack in a region."""

    name: str
    stack: str
    region: str
    proven_in: str
    parameters: Mapping[str, str]
    smoke_secret: str
    on: str = ""


def parse_environment(name: str, table: Table) -> EnvironmentSpec:
    """The environment ``name`` of release.toml. Raises UsageError."""
    spec = EnvironmentSpec(
        name=name,
        stack=table.text_of("stack", pattern=_STACK, doc="The CloudFormation stack's name."),
        region=table.text_of("region", pattern=REGION, doc="The stack's AWS region."),
        proven_in=table.text_of(
            "proven-in",
            "",
            doc="The environment that must have proven a release before it may come here.",
            unset="none",
        ),
        parameters=_parameters(table),
        smoke_secret=table.text_of(
            "smoke-secret",
            "",
            doc="The secret in Secrets Manager that holds the smoke tests' user (`docs/setup.md`).",
            unset="smoke steps with `token = true` fail",
        ),
        on=table.text_of(
            "on",
            "",
            choices=(MERGE, TAG),
            doc="What deploys here: every merge to the default branch, or release tags only.",
            unset="`tag` with `proven-in` and for the last environment, otherwise `merge`",
        ),
    )
    table.done()
    return spec


def _parameters(table: Table) -> Mapping[str, str]:
    """Template parameters; numbers and booleans become CloudFormation's text."""
    found = table.mapping(
        "parameters",
        holds=(str, int, bool),
        names=_LOGICAL_ID,
        what="a template parameter (letters and digits)",
        doc="Values of the template's parameters in this environment. A parameter that is not named here keeps the "
        "template's default. `secret:NAME` is the secret of that name in Secrets Manager, `secret:NAME#key` one key of "
        "a secret that is JSON: CloudFormation reads it when it deploys. A parameter with `NoEcho` takes no text.",
    )
    return {name: _value(name, value, table) for name, value in found.items()}


def _value(name: str, value: str | int | bool, table: Table) -> str:
    try:
        return references.full(str(value).lower() if isinstance(value, bool) else str(value))
    except ValueError as error:
        table.refuse("parameters", f"gives {name} a value that {error}")
        return ""
