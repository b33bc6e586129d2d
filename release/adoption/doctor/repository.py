"""The repository on GitHub that is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from release.adoption.ports import Forge
from release.settings.config import Config


@dataclass(frozen=True)
class HostedRepository:
    """The repository on GitHub, and what is asked of it.

    Attributes:
        name: ``owner/name``.
        open_parameters: environment -> the template's parameters that only RELEASE_PARAMETERS can give.
        calls: whether its workflows call another repository's, so that checks have the caller's job before their name.
    """

    name: str
    forge: Forge
    config: Config
    open_parameters: Mapping[str, Sequence[str]]
    calls: bool = False
