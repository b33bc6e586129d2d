"""Limits of IAM and Lambda that pipeline.yaml must keep, or names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from release.adoption.grants import Grants
from release.adoption.placing import of_role
from release.adoption.statements import PolicyStatement
from release.digest import sha256
from release.settings.config import Config

#: IAM's "IAM and AWS STS quotas": characters of a managed policy, and of a role's inline policies together.
_POLICY, _INLINE = 6144, 10240
#: IAM's "CreateRole", RoleName; and how many managed policies a role takes ("IAM and AWS STS quotas").
_ROLE_NAME, _ATTACHED = 64, 10


def resources_policies(statements: Sequence[PolicyStatement]) -> dict[str, list[PolicyStatement]]:
    """Logical id of a managed policy -> its statements, within IAM's limit each."""
    found: list[list[PolicyStatement]] = [[]]
    for statement in statements:
        if found[-1] and sum(each.size() for each in [*found[-1], statement]) > _POLICY - 400:
            found.append([])
        found[-1].append(statement)
    return {f"ResourcesPolicy{number if number > 1 else ''}": each for number, each in enumerate(found, 1) if each}


def role_end(project: str, environment: str) -> str:
    """How the name of an environment's role ends: with the environment, or as much of it as IAM's 64 characters take.

    What is cut gets six characters of a hash, so that two environments whose names begin alike keep two roles.
    """
    room = _ROLE_NAME - len(f"{project}-deploy-")
    if len(environment) <= room:
        return environment
    return f"{environment[: room - 7]}-{sha256(environment.encode()).removeprefix('sha256:')[:6]}"


def told(config: Config, needed: Grants) -> Iterator[str]:
    """A sentence for each limit of IAM or Lambda that the file does not keep."""
    attached = 3 + len(resources_policies(of_role(config, needed.shared)))
    if attached > _ATTACHED:
        yield f"a role has {attached} managed policies, and IAM takes {_ATTACHED}: have the quota raised to 20"
    for name, statements in needed.own.items():
        if sum(each.size() for each in statements) > _INLINE:
            yield f"the role of {name} is longer than IAM's {_INLINE} characters: give fewer resources own names"
    for each in config.environments.values():
        if each.region != config.registry_region:
            yield (
                f"environment {each.name} is in {each.region}, the images are in {config.registry_region}: Lambda "
                "takes an image from its own region only"
            )
