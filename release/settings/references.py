"""Values that CloudFormation looks up itself: dynamic references, and ``secret:NAME``, which is short for one.

A parameter's value may be a dynamic reference: ``Ref`` puts the text where the parameter is used, and CloudFormation
resolves it there, with the rights of whoever deploys. So this command never reads the secret, and none of its logs,
records or processes can show it. Sources, in AWS CloudFormation's user guide:

- "Get a plaintext value from Systems Manager Parameter Store": references in the Parameters section;
- "Get a secret or secret value from Secrets Manager": they work in every resource property, but not in custom
  resources, and are read again only when the resource that holds them is updated;
- "Get a secure string value from Systems Manager Parameter Store": they work in the few properties that it lists, and
  no function's environment is among them.
"""

from __future__ import annotations

import re

#: Secrets Manager's CreateSecret, Name; or a whole ARN, of another account's secret.
_NAME = r"(?:arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:)?[A-Za-z0-9/_+=.@-]{1,512}"
_SHORT = re.compile(rf"secret:({_NAME})(?:#([^:#}}\s]{{1,255}}))?\Z")
_REFERENCE = re.compile(
    r"\{\{resolve:(ssm|ssm-secure|secretsmanager):((?:arn(?::[^:{}\s]*){5}:)?[^:{}\s]+)(?::[^{}\s]*)?\}\}\Z"
)
_PREFIX = "secret:"


def full(value: str) -> str:
    """``secret:NAME`` or ``secret:NAME#key`` as the dynamic reference that it means; any other value as it is.

    Raises ValueError: it begins like one, and names no secret.
    """
    if not value.startswith(_PREFIX):
        return value
    found = _SHORT.match(value)
    if found is None:
        raise ValueError("names no secret: it must be secret:NAME, or secret:NAME#key of a secret that is JSON")
    key = f":SecretString:{found[2]}" if found[2] else ""
    return f"{{{{resolve:secretsmanager:{found[1]}{key}}}}}"


def service(value: str) -> str:
    """Where the value is looked up: ``secretsmanager``, ``ssm`` or ``ssm-secure``; "" when it is no reference."""
    found = _REFERENCE.match(value)
    return found[1] if found else ""


def name(value: str) -> str:
    """What is looked up there, a name or an ARN; "" when it is no reference."""
    found = _REFERENCE.match(value)
    return found[2] if found else ""
