"""Whether the parameters that are given for an environment are ones that its template takes. Pure.

Two places give them: release.toml, and RELEASE_PARAMETERS of whoever deploys. What the template does not know would
silently do nothing, and a secret in either of them would be read by everybody who reads git, a workflow's settings, or
the release's record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from release.errors import UsageError
from release.settings import cfn, references
from release.settings.functions import FUNCTION_TYPES
from release.settings.functions import references as names_in
from release.settings.parameters import Parameter, declared, is_placeholder, nearest, takes

#: What docs/setup.md has everybody give; a template that makes no role needs none.
OF_THE_PIPELINE = frozenset({"PermissionsBoundaryArn"})
_RELEASE_TOML, _HERE = "release.toml", "RELEASE_PARAMETERS"


def check(template: Mapping[str, Any], settings: Mapping[str, str], here: Mapping[str, str], environment: str) -> None:
    """Raises UsageError, which never shows a value.

    Args:
        template: as :func:`release.settings.cfn.load` reads it.
        settings: the environment's parameters of release.toml.
        here: those of RELEASE_PARAMETERS.
    """
    known, used = declared(template), _of_functions(template)
    for where, given in ((_RELEASE_TOML, settings), (_HERE, here)):
        for name, value in sorted(given.items()):
            if name not in known and not (where == _HERE and name in OF_THE_PIPELINE):
                raise _unknown(name, where, known, environment)
            if name in known:
                _check_value(known[name], value, where, environment, in_function=name in used)


def notes(template: Mapping[str, Any], given: Mapping[str, str], environment: str) -> tuple[str, ...]:
    """A sentence for each parameter that has nothing but a default that nobody can have meant.

    Args:
        given: what release.toml and RELEASE_PARAMETERS give together.
    """
    return tuple(_noted(declared(template), given, environment))


def _noted(known: Mapping[str, Parameter], given: Mapping[str, str], environment: str) -> Iterator[str]:
    for name, parameter in sorted(known.items()):
        value = given.get(name, parameter.default)
        if value is None or references.service(value):
            continue
        if name in given and not parameter.hidden:
            if is_placeholder(value):
                yield f"the parameter {name} of {environment} is given a placeholder ({value})"
        elif parameter.hidden:
            what = (
                "is empty" if not value else "is a placeholder" if is_placeholder(value) else "stands in the template"
            )
            told = f"the secret parameter {name} is not given for {environment}: its default {what}"
            yield f"{told}; {_remedy(name, environment)}"
        elif is_placeholder(value):
            yield f"the parameter {name} is not given for {environment}, and its default is a placeholder ({value})"


def _check_value(parameter: Parameter, value: str, where: str, environment: str, *, in_function: bool) -> None:
    kind, name = references.service(value), parameter.name
    if parameter.hidden and not kind:
        raise UsageError(
            f"{where} gives {environment} the secret parameter {name} (NoEcho in the template) as plain text",
            untouched="everything",
            next_step=f"{_remedy(name, environment)}; the value that stood in {where} is known by now: change it",
        )
    if kind == "ssm-secure" and in_function:
        raise UsageError(
            f"{where} gives {environment} the parameter {name} from Systems Manager as a secure string, which "
            "CloudFormation does not put into a function's properties",
            untouched="everything",
            next_step=f"keep it in Secrets Manager: {_remedy(name, environment)}",
        )
    if kind and (why := takes(parameter, value)):
        raise UsageError(
            f"the template's parameter {name} is given by reference for {environment}, and the reference itself {why}",
            untouched="everything",
            next_step=f"take that rule off {name} in the template: CloudFormation judges the reference, not the secret",
        )


def _remedy(name: str, environment: str) -> str:
    return (
        f"store it in Secrets Manager and name it in release.toml: environments.{environment}.parameters.{name} = "
        '"secret:NAME"'
    )


def _unknown(name: str, where: str, known: Mapping[str, Parameter], environment: str) -> UsageError:
    like = nearest(name, known)
    return UsageError(
        f"{where} gives {environment} the parameter {name}, which the template does not have "
        f"(it has: {', '.join(sorted(known)) or 'none'})",
        untouched="everything",
        next_step=f"{f'write {like}, if that is meant' if like else 'mend its spelling'}; or add it to the template, "
        "and release that",
    )


def _of_functions(template: Mapping[str, Any]) -> frozenset[str]:
    """The parameters that functions' properties refer to, directly."""
    own = [cfn.properties(each) for each in cfn.resources(template).values() if each["Type"] in FUNCTION_TYPES]
    return frozenset(name for each in (*own, cfn.shared_by_functions(template)) for name in names_in(dict(each)))
