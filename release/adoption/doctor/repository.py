"""The repository on GitHub that is looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from release.adoption.ports import Forge
from release.settings.config import Config

_REMOTE = re.compile(r"(?:^|[@/])github\.com[:/](?P<name>[^/\s]+/[^/\s]+?)(?:\.git)?/?$")
#: Where a person finds the whole commands.
SETUP = "docs/setup.md"


@dataclass(frozen=True)
class HostedRepository:
    """The repository on GitHub, and what is asked of it.

    Attributes:
        name: ``owner/name``.
        open_parameters: environment -> the template's parameters that only RELEASE_PARAMETERS can give.
    """

    name: str
    forge: Forge
    config: Config
    open_parameters: Mapping[str, Sequence[str]]


def repository_of(remote: str) -> str:
    """``owner/name`` of a remote's URL on github.com; "" for another one."""
    found = _REMOTE.search(remote)
    return found["name"] if found else ""
