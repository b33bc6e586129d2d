"""``required-version``: which versions of the command may read a release.toml.

It is looked at before anything else in the file: a key that a newer command brought must not be called misspelt by an
older one.
"""

from __future__ import annotations

from collections.abc import Callable

from release.errors import MachineError
from release.toml import Table

#: what pip installs; its version is the command's
DISTRIBUTION = "lambda-image-release"


def check_required(top: Table, command: Callable[[], str] | None) -> None:
    """Refuse when the file asks for another version than the one that ``command`` tells (None: nothing is compared).

    The versions are compared as pip compares them (PyPA, "Version specifiers"); a build between two releases, like
    1.2.0+3f2a91c04d5e, counts as the release before it.

    Raises:
        UsageError: it is no list of versions.
        MachineError: the command is older, or newer, than the file allows.
    """
    wanted = top.text_of(
        "required-version",
        "",
        doc="The versions of this command that may read the file, as pip writes them: `>=1.2`, `>=1.2,<2`. Another "
        "version refuses, and says which one to install.",
        unset="every version",
    )
    if not wanted or top.notes is not None:  # of a file from history nothing is asked
        return
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # only here: most files do not have the key

    try:
        allowed = SpecifierSet(wanted)
    except InvalidSpecifier:
        raise top.error("required-version", f"names no versions, like >=1.2 or >=1.2,<2: {wanted!r}") from None
    if command is None or allowed.contains(running := command(), prereleases=True):
        return
    raise MachineError(
        top.error("required-version", f"asks for {DISTRIBUTION} {wanted}; this command is {running}").message,
        untouched="everything",
        next_step=f"pip install '{DISTRIBUTION}{wanted}', then run the same command again",
    )
