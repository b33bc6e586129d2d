"""The values that a template needs before anything can be deployed: who gives them, and which nobody gives."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from release.completion.complete import completed
from release.errors import UsageError
from release.releases.bundling import wanted
from release.settings import cfn
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
