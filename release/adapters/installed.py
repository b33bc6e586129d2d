"""Which version of the command this is: what pip installed, or what git says of the checkout that it runs from.

The build of the wheel asks here too (pyproject.toml), so this module and what it imports need nothing but Python.
"""

from __future__ import annotations

import re
from pathlib import Path

from release.adapters import process
from release.errors import ReleaseError
from release.settings.required import DISTRIBUTION

#: of a copy of the files alone: nothing tells which release they are
UNKNOWN = "0.0.0+unknown"

_ARCHIVED = re.compile(r"(?:v(?P<tag>\S+?)(?:-(?P<distance>\d+)-g[0-9a-f]+)?)? (?P<commit>[0-9a-f]{40})")
_HERE = Path(__file__).resolve().parents[2]


def home() -> Path:
    """The folder with this project's own workflow files, their action and the locked packages, as in its repository.

    In the wheel that is package data, made of these very files when it is built (pyproject.toml).
    """
    packaged = _HERE / "release" / "adoption" / "home"
    return packaged if packaged.is_dir() else _HERE


def version(folder: Path = _HERE) -> str:
    """The version of the command whose files are in ``folder``.

    What is installed elsewhere does not count: a checkout is run with an older installation beside it, too.
    """
    from importlib import metadata  # only here: a command that is not asked does not pay for it

    try:
        found = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return described(folder)
    installed = Path(str(found.locate_file("release"))).resolve()
    return found.version if installed == folder / "release" else described(folder)


def archived(folder: Path) -> tuple[str, str]:
    """The version and the commit of an archive that git made (``git archive``, or what GitHub's runner downloads).

    git writes both into one file of it (``.gitattributes``, export-subst). ("", "") where it wrote nothing.
    """
    try:
        text = (folder / "release" / "adapters" / "archived.txt").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return "", ""
    found = _ARCHIVED.fullmatch(text.strip("\n"))
    if found is None:
        return "", ""
    between = found["distance"] or not found["tag"]
    return (found["tag"] or "0.0.0") + (f"+{found['commit'][:12]}" if between else ""), found["commit"]


def described(folder: Path) -> str:
    """The version of a checkout: its release tag's; between two releases the tag's before with ``+<commit>``.

    Where there is no release yet that is ``0.0.0+<commit>``. Changes that are not committed add ``.dirty``.
    """
    try:
        if (in_archive := archived(folder)[0]) and not (folder / ".git").exists():
            return in_archive
        if f'\nname = "{DISTRIBUTION}"\n' not in (folder / "pyproject.toml").read_text(encoding="utf-8"):
            return UNKNOWN
        if not (folder / ".git").exists():  # a copy inside another project's repository has its tags, not ours
            return UNKNOWN
        git: list[str | Path] = ["git", "-C", folder]
        commit = process.run([*git, "rev-parse", "--short=12", "HEAD"]).stdout.strip()
        changed = process.run([*git, "status", "--porcelain", "--untracked-files=no"]).stdout
        found = process.run([*git, "describe", "--tags", "--match=v[0-9]*.[0-9]*.[0-9]*", "--long"], check=False)
    except (OSError, ValueError, ReleaseError):
        return UNKNOWN
    tag, distance, _ = found.stdout.strip().rsplit("-", 2) if found.code == 0 else ("v0.0.0", "1", "")
    local = [commit] * (distance != "0") + ["dirty"] * bool(changed)
    return tag.removeprefix("v") + "+" * bool(local) + ".".join(local)
