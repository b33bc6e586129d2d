"""A release.toml that only says how versions are named: enough for the commands about versions and changelogs."""

from __future__ import annotations

from collections.abc import Callable

from release.settings.config import table_of
from release.settings.required import check_required
from release.versions.config import parse_versions
from release.versions.settings import VersionSettings

#: All that such a file holds.
KEYS = frozenset({"versions", "required-version"})


def versions_alone(text: str, command: Callable[[], str] | None = None) -> VersionSettings | None:
    """The settings of a release.toml that holds nothing else; None when it holds more (or nothing at all).

    Args:
        command: as in :func:`release.settings.config.parse`.

    Raises:
        UsageError, MachineError: as :func:`release.settings.config.parse`.
    """
    top = table_of(text)
    if "versions" not in top or not top.values.keys() <= KEYS:
        return None
    check_required(top, command)
    return parse_versions(top)
