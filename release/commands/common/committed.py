"""What release.toml and the template of one commit say together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.settings.config import Config
    from release.settings.functionenv import StartSettings


def functions_of(wiring: Wiring, commit: str, config: Config) -> Mapping[str, tuple[StartSettings, ...]]:
    """Image -> the functions of the template of ``commit`` that run it, as Lambda will start them.

    Of the parameters only defaults are known, and a version in the form of one: which environment comes is open.
    """
    from release.completion import starts
    from release.releases import bundling

    region = config.registry_region
    values = {"AWS::Region": region, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}
    values |= {"ReleaseVersion": "0.0.0", "GitSha": commit}
    return starts.of_functions(
        config.template, lambda path: wiring.git.show(commit, path), bundling.wanted(config), values
    )


def agreed(wiring: Wiring, commit: str, config: Config) -> Sequence[str]:
    """Notes about parameters and smoke tests of ``commit``, as far as release.toml and template tell of them.

    Raises UsageError: an environment is given a parameter that there is not, or a secret in plain text; or a smoke test
    names what cannot be there. Of what depends on a condition, only whoever deploys knows every parameter.
    """
    from release.completion import places, tree
    from release.errors import UsageError
    from release.releases import bundling
    from release.settings import agreement, cfn, parameters, reachable

    read = tree.reader(config.template, lambda path: wiring.git.show(commit, path), bundling.wanted(config))
    template = cfn.load(read(config.template), config.template)
    nested = places.nested(config.template, read)
    defaults = {name: one.default for name, one in parameters.declared(template).items() if one.default is not None}
    notes: dict[str, None] = {}
    for environment in config.environments.values():
        name, given, here = environment.name, environment.parameters, wiring.overrides(environment.name)
        agreement.check(template, given, here, name)
        notes |= dict.fromkeys(agreement.notes(template, {**given, **here}, name))
        if certain := next(reachable.missing(template, config.smoke, name, {}, nested), ""):
            raise UsageError(
                f"release.toml: {certain}", untouched="everything", next_step="correct the smoke test, or the template"
            )
        values = {**defaults, **given, **here, "AWS::Region": environment.region, "AWS::StackName": environment.stack}
        notes |= dict.fromkeys(
            f"{one}, unless it is deployed with other parameters"
            for one in reachable.missing(template, config.smoke, name, values, nested)
        )
    return tuple(notes)
