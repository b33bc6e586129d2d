"""What a CloudFormation template asks for: its parameters. JSON is read too, being YAML."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import yaml

from release.errors import UsageError
from release.settings.cfn import as_yaml


@lru_cache(maxsize=16)
def parameters(text: bytes, where: str) -> Mapping[str, str | None]:
    """Each parameter of a template -> its default as it is written, or None when it has to be given.

    Args:
        where: the template's name, for the error.

    Raises:
        UsageError: it cannot be read, or has no parameters.
    """
    try:
        # BaseLoader leaves each scalar the string that it is written as, and CloudFormation's tags mean nothing to it.
        document = yaml.load(as_yaml(text.decode()), yaml.BaseLoader)
        found = {str(name): _default(rule) for name, rule in document["Parameters"].items()}
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{where} is no template with parameters: {' '.join(str(error).split())[:200]}",
            untouched="every environment",
            next_step="sam validate --lint",
        ) from error
    return found


def _default(rule: object) -> str | None:
    if not isinstance(rule, Mapping):
        raise TypeError("a parameter that is no mapping")
    value = rule.get("Default")
    if value is not None and not isinstance(value, str):
        raise TypeError("a default that is no scalar")
    return value
