"""What ``sam``'s own configuration says already: samconfig.toml, or samconfig.yaml.

Source: AWS SAM developer guide, "AWS SAM CLI configuration file": ``[environment.command.parameters]``, where
``global`` stands for every command; ``default`` is the environment that holds when none is named.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from release.errors import UsageError

NAMES = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")


@dataclass(frozen=True)
class SamSettings:
    """What of it counts here.

    Attributes:
        where: the file; "" where there is none.
        region: of ``sam deploy``; "" when it is silent, or its environments differ.
        template: the template that it deploys, relative to the file; "" when it is silent.
        stacks: the stacks that it deploys.
    """

    where: str = ""
    region: str = ""
    template: str = ""
    stacks: tuple[str, ...] = ()


def parse(text: str, where: str) -> SamSettings:
    """Read the file. Raises UsageError: it is no TOML, or no YAML."""
    try:
        document = tomllib.loads(text) if where.endswith(".toml") else yaml.load(text, yaml.BaseLoader)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise UsageError(
            f"{where} cannot be read: {' '.join(str(error).split())[:200]}",
            untouched="everything",
            next_step=f"correct it (sam reads it too), or take {where} away, then run the same command again",
        ) from error
    by_name = dict(_deployments(document))
    default = by_name.pop("default", {})
    every = [default, *by_name.values()]
    return SamSettings(
        where=where,
        region=str(default.get("region") or _agreed(by_name.values(), "region")),
        template=next((str(each["template_file"]) for each in every if each.get("template_file")), ""),
        stacks=tuple(dict.fromkeys(str(each["stack_name"]) for each in every if each.get("stack_name"))),
    )


def _agreed(every: Iterable[Mapping[str, Any]], key: str) -> str:
    said = {str(each[key]) for each in every if each.get(key)}
    return said.pop() if len(said) == 1 else ""


def _deployments(document: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Environment -> the parameters of ``sam deploy`` in it."""
    for environment, commands in document.items() if isinstance(document, dict) else ():
        if isinstance(commands, dict):
            shared, own = (_parameters(commands.get(name)) for name in ("global", "deploy"))
            if shared or own:
                yield str(environment), {**shared, **own}


def _parameters(command: Any) -> Mapping[str, Any]:
    found = command.get("parameters") if isinstance(command, dict) else None
    return found if isinstance(found, dict) else {}
