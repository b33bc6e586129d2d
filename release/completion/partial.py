"""Tables of release.toml that complete an image of the template: what it says of the build, they do not say again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from release.completion.builds import Build, merged
from release.errors import UsageError
from release.settings.config import table_of
from release.settings.images import FROM_TEMPLATE, WHOLE
from release.toml import Table


def is_partial(table: Any) -> bool:
    """Whether a table ``[images.<name>]`` says something, and nothing of how the image is built."""
    return isinstance(table, dict) and bool(table) and not {*WHOLE, FROM_TEMPLATE} & table.keys()


def whole(table: Any) -> Any:
    """A table with what the template was found to say of it before."""
    return {**merged(table.get(FROM_TEMPLATE)), **table} if isinstance(table, dict) else table


def check(settings: str, names: Collection[str], builds: Mapping[str, Build]) -> None:
    """Raises UsageError, with its line: a table completes an image that the template does not have, or contradicts it.

    Args:
        names: the tables.
        builds: the images that only the template describes.
    """
    top = table_of(settings).values
    for name in sorted(names):
        table = Table(settings, f"images.{name}", top["images"][name])
        if name not in builds:
            there = ", ".join(sorted(builds)) or "none"
            raise table.error(
                "",
                "says nothing of how the image is built, so it completes one that the template builds (Metadata), and "
                f"the template builds none of that name (there: {there}); describe it whole, or correct the name",
            )
        wanted = builds[name].platform
        if wanted and table.values.get("platform", wanted) != wanted:
            raise table.error("platform", f"is not what the template builds the image for (Architectures: {wanted})")


def checked(text: str, names: Collection[str]) -> str:
    """The completed file ``text``. Raises UsageError: a table is written in a form that takes nothing more."""
    if not names:
        return text
    try:
        table_of(text)
    except UsageError as error:
        listed = " or ".join(f"[images.{name}]" for name in sorted(names))
        raise UsageError(
            "release.toml: a table that completes an image of the template is written between braces",
            untouched="everything",
            next_step=f"write it as a table of its own: {listed}",
        ) from error
    return text
