"""pipeline.yaml: what the workflows need in an AWS account, from release.toml and the translated template."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources

from release.adoption import boundary, limits, proof, proofnames
from release.adoption.expanded import Expanded
from release.adoption.grants import LOWER_STACK_TAG, Grants, Unknown, grants
from release.adoption.limits import resources_policies, role_end
from release.adoption.placing import below, functions, logical_ids, lower_tag, of_all, of_role, stacks
from release.adoption.statements import PolicyStatement, lined, merged, put, sub, written
from release.adoption.values import arn
from release.settings.config import Config
from release.settings.environments import EnvironmentSpec

#: What stands between these lines is the team's, and stays.
YOURS = ("  # >>> yours: more resources, such as a managed policy for one of the roles above", "  # <<< yours")
_PLACE = re.compile(r"@\{([a-z-]+)\}")


@dataclass(frozen=True)
class PipelineFile:
    """The file, and what a person must know of it.

    Attributes:
        unknown: types that nothing is granted for, and that the team's own block does not name.
        types: every resource type of the translated templates.
    """

    text: str
    unknown: tuple[Unknown, ...]
    notes: tuple[str, ...]
    types: tuple[str, ...]


def generate(config: Config, everywhere: Sequence[Expanded], notes: Sequence[str], present: str) -> PipelineFile:
    """The file for a project.

    Args:
        everywhere: :func:`expanded.expand`'s, and its ``notes``.
        present: the file as it is, for the team's own block; "" where there is none.
    """
    needed, bound = grants(everywhere), boundary.boundary(everywhere)
    looked_at, unknown_names = proofnames.named(config, everywhere)
    needed = replace(needed, own={name: (*each, *looked_at[name]) for name, each in needed.own.items()})
    block = yours(present)
    places = {
        "template": config.template,
        "project": config.project,
        "branch": config.versions.main_branch,
        "proof": written(of_role(config, proof.shared(config)), 10),
        "boundary": written(of_all(config, bound.statements), 10),
        "yours": "\n".join((YOURS[0], *block, YOURS[1])),
        **_registry(config, needed),
        **_roles(config, needed),
    }
    unknown = tuple(each for each in needed.unknown if each.type not in "\n".join(block))
    every = (*notes, *needed.notes, *bound.notes, *unknown_names, *limits.told(config, needed))
    return PipelineFile(_part("frame", places), unknown, tuple(dict.fromkeys(every)), needed.types)


def yours(present: str) -> tuple[str, ...]:
    """The lines of the team's own block; empty where there is none."""
    lines = present.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("  # >>> yours")]
    ends = [number for number, line in enumerate(lines) if line.startswith("  # <<< yours")]
    return tuple(lines[starts[0] + 1 : ends[0]]) if starts and ends and starts[0] < ends[0] else ()


def _registry(config: Config, needed: Grants) -> dict[str, str]:
    """The repositories, and who may do what with them."""
    images, ledgers = logical_ids(config.images, "Repository"), logical_ids(config.environments, "Ledger")
    pushed = [f"!GetAtt {each}.Arn" for each in (*images.values(), "ReleasesRepository")]
    read = [*pushed, *(f"!GetAtt {each}.Arn" for each in ledgers.values())]
    records = below(config, config.records)
    here = functions(config, _own(needed), "${AWS::Region}")
    return {
        "records": sub(records),
        "own-ledger": sub(
            arn(f"ecr:*:${{AWS::AccountId}}:repository/{records}/${{!aws:PrincipalTag/environment}}", "")
        ),
        "images": "\n".join(
            _part(
                "image",
                {
                    "id": images[name],
                    "name": sub(below(config, image.repository)),
                    "functions": _listed("aws:SourceArn", here, 16),
                },
            )
            for name, image in config.images.items()
        ),
        "ledgers": "\n".join(
            _part("ledger", {"id": logical_id, "name": sub(f"{records}/{name}")})
            for name, logical_id in ledgers.items()
        ),
        "pushed-by-role": _listed("Resource", pushed, 16),
        "named": _listed("Resource", pushed, 12),
        "read": _listed("Resource", read, 12),
    }


def _roles(config: Config, needed: Grants) -> dict[str, str]:
    """The deploying roles and their policies, and what watches."""
    roles = logical_ids(config.environments, "DeployRole")
    policies = resources_policies(of_role(config, needed.shared))
    names = stacks(config)
    if "AWS::CloudFormation::Stack" in needed.types:
        names += [f"{each}-*" for each in names if not each.endswith("*")]
    watched = [arn(f"cloudformation:*:${{AWS::AccountId}}:stack/{each}/*", "") for each in names]
    promoted = [each for each in config.environments.values() if each.proven_in] or [*config.environments.values()]
    shown = [
        arn("cloudformation:*:${AWS::AccountId}:stack/" + below(config, e.stack, "-") + "/*", "") for e in promoted
    ]
    return {
        "promoted-stacks": _listed("Resource", shown, 16),
        "deploy-roles": "\n\n".join(
            _part("deploy-role", _role(config, each, roles[name], list(policies), needed))
            for name, each in config.environments.items()
        ),
        "watched-stacks": _listed("Resource", watched, 16),
        "watched-functions": _listed("Resource", functions(config, _own(needed), "*"), 16),
        "resources": "\n\n".join(
            _part("resources", {"id": name, "statements": written(each, 10)}) for name, each in policies.items()
        ),
        "outputs": "\n".join(
            f"  {logical_id}: {{ Value: !GetAtt {logical_id}.Arn, "
            f"Description: variable DEPLOY_ROLE of the environment {name} }}"
            for name, logical_id in roles.items()
        ),
    }


def _role(
    config: Config, each: EnvironmentSpec, logical_id: str, policies: list[str], needed: Grants
) -> dict[str, str]:
    stack = below(config, each.stack, "-")
    own = put(merged([*needed.own.get(each.name, ()), *proof.own(config, each)]), stack, each.stack.lower())
    tags = {"environment": each.name, "stack": f'!Sub "{stack}"' if "${" in stack else stack}
    if lower_tag(config) == LOWER_STACK_TAG:
        tags["lower-stack"] = each.stack.lower()
    return {
        "id": logical_id,
        "environment": each.name,
        "end": role_end(config.project, each.name),
        "policies": ", ".join(f"!Ref {one}" for one in ("ReadImagesPolicy", "LedgerPolicy", "DeployPolicy", *policies)),
        "tags": "\n".join(f"        - {{ Key: {key}, Value: {value} }}" for key, value in tags.items()),
        "own": _part("own-names", {"statements": written(own, 14)}) if own else "",
    }


def _own(needed: Grants) -> list[PolicyStatement]:
    return [each for statements in needed.own.values() for each in statements]


def _listed(key: str, values: Sequence[str], indent: int) -> str:
    return "\n".join(" " * indent + line for line in lined(key, [sub(each) for each in values]))


def _part(name: str, places: Mapping[str, str]) -> str:
    """A piece of the file, filled in, without a line end at its end; a line with nothing in its place is left out."""
    text = (resources.files("release.adoption") / "data" / "pipeline" / f"{name}.txt").read_text(encoding="utf-8")
    lines = [_PLACE.sub(lambda match: places[match[1]], line) for line in text.splitlines() if not _empty(line, places)]
    return "\n".join(lines) + ("\n" if name == "frame" else "")


def _empty(line: str, places: Mapping[str, str]) -> bool:
    found = _PLACE.fullmatch(line)
    return found is not None and not places[found[1]]
