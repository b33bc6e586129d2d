"""How a project's things are called in its pipeline.yaml: by the parameter ``Project`` where they begin with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from release.adoption.grants import LOWER_STACK_TAG, STACK_TAG
from release.adoption.statements import PolicyStatement, covering, put
from release.adoption.values import arn
from release.settings.config import Config


def logical_ids(names: Iterable[str], ending: str) -> dict[str, str]:
    """``pre-prod`` -> ``PreProd`` and the ending; what would be called like another gets a number."""
    found: dict[str, str] = {}
    for name in names:
        own = "".join(word[:1].upper() + word[1:] for word in name.split("-"))
        alike = sum(each.startswith(own) and each[len(own) :].rstrip("0123456789") == "" for each in found.values())
        found[name] = f"{own}{alike + 1}" if alike or own == "Releases" else own
    return {name: each + ending for name, each in found.items()}


def below(config: Config, name: str, mark: str = "/") -> str:
    """A name that begins with the project's, by the parameter; another as it is."""
    start = config.project + mark
    return "${Project}" + mark + name.removeprefix(start) if name.startswith(start) else name


def regular(config: Config) -> bool:
    """Whether every stack is called ``<project>-…``."""
    return all(each.stack.startswith(f"{config.project}-") for each in config.environments.values())


def stacks(config: Config) -> list[str]:
    """The stacks' names, as one pattern where that is possible."""
    if regular(config):
        return ["${Project}-*"]
    return sorted({below(config, each.stack, "-") for each in config.environments.values()})


def functions(config: Config, own: Iterable[PolicyStatement], region: str) -> list[str]:
    """ARNs of the stacks' functions, those with names of their own among them."""
    form = f"lambda:{region}:${{AWS::AccountId}}:function:"
    found = [arn(form + (each if each.endswith("*") else f"{each}-*"), "") for each in stacks(config)]
    named = [place for each in own if each.sid == "Functions" for place in each.resources]
    return [*found, *sorted({place.replace("lambda:*:", f"lambda:{region}:") for place in named})]


def lower_tag(config: Config) -> str:
    """The stack's name in a bucket's: the same tag, unless a stack has capital letters, which no bucket has."""
    lower = all(each.stack == each.stack.lower() for each in config.environments.values())
    return STACK_TAG if lower else LOWER_STACK_TAG


def of_role(config: Config, statements: Iterable[PolicyStatement]) -> tuple[PolicyStatement, ...]:
    """For the policies that every deploying role has: the stack is a tag of the role."""
    return put(statements, STACK_TAG, lower_tag(config))


def of_all(config: Config, statements: Iterable[PolicyStatement]) -> tuple[PolicyStatement, ...]:
    """For the boundary, which serves every stack: all of their names."""
    given = tuple(statements)
    if regular(config):
        return put(given, "${Project}-*", "${Project}-*")
    each_stack = [put(given, below(config, e.stack, "-"), e.stack.lower()) for e in config.environments.values()]
    return tuple(
        replace(of_one[0], resources=covering(place for each in of_one for place in each.resources))
        for of_one in zip(*each_stack, strict=True)
    )
