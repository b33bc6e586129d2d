"""The values that a template needs before anything can be deployed: who gives them, and which nobody gives."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

import boto3

from release.completion.complete import completed
from release.errors import UsageError
from release.releases.bundling import wanted
from release.settings import cfn, references
from release.settings.config import Config
from release.settings.parameters import declared

#: What every deployment gives by itself.
_OF_A_RELEASE = frozenset({"ReleaseVersion", "GitSha"})


def check(config: Config, folder: Path, seeded: Mapping[str, Mapping[str, str]]) -> None:
    """Raise UsageError when the template of the clone in ``folder`` has parameters that nobody gives.

    Args:
        seeded: environment -> what its seed gave.
    """
    template = completed((folder / config.template).read_bytes(), config.template, wanted(config))
    known = declared(cfn.load(template, config.template))
    own = _OF_A_RELEASE | {image.parameter for image in config.images.values()}
    for environment, spec in config.environments.items():
        given = {**spec.parameters, **seeded.get(environment, {})}
        lacking = sorted(name for name, each in known.items() if each.default is None and name not in {*own, *given})
        if lacking:
            raise UsageError(
                f"nobody gives {environment} what the template needs: {', '.join(lacking)}",
                untouched="everything: nothing was deployed",
                next_step=f'write it into release.toml ([environments.{environment}.parameters], {lacking[0]} = "…"), '
                "or print it from rehearsal.seed where it is made for the rehearsal",
            )


def stand_in_secrets(
    config: Config,
    session: boto3.Session,
    endpoint: str,
    seeded: Mapping[str, Mapping[str, str]],
    say: Callable[[str], None],
) -> int:
    """Make the secrets that parameters name and that are not there, each with a value of its own; how many."""
    wanted_keys: dict[tuple[str, str], set[str]] = {}
    for environment, spec in config.environments.items():
        for value in {**spec.parameters, **seeded.get(environment, {})}.values():
            found = references.full(value)
            if references.service(found) == "secretsmanager" and not references.name(found).startswith("arn:"):
                key = found.rstrip("}").partition(":SecretString:")[2]
                wanted_keys.setdefault((spec.region, references.name(found)), set()).update({key} - {""})
    made = 0
    for (region, name), keys in wanted_keys.items():
        vault = session.client("secretsmanager", region_name=region, endpoint_url=endpoint)
        try:
            vault.describe_secret(SecretId=name)
        except vault.exceptions.ResourceNotFoundException:
            texts = {key: secrets.token_urlsafe(24) for key in sorted(keys)}
            vault.create_secret(Name=name, SecretString=json.dumps(texts) if texts else secrets.token_urlsafe(24))
            say(f"secret {name}: nobody made it, so it holds a made-up value here")
            made += 1
    return made
