"""What stands for the repository whose workflows others call: this command's own files, wherever it is installed."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import release
from release.adapters import installed

_one_at_a_time = threading.Lock()


def tree(folder: Path) -> Path:
    """Make, once, a tree in ``folder`` as the called repository has it: workflows, action, locks, the command."""
    with _one_at_a_time:
        if not folder.is_dir():
            _make(folder)
    return folder


def _make(folder: Path) -> None:
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    home = installed.home()
    shutil.copytree(home / ".github" / "workflows", new / ".github" / "workflows")
    shutil.copytree(home / ".github" / "actions", new / ".github" / "actions")
    (new / "requirements").mkdir()
    shutil.copy(home / "requirements" / "release.txt", new / "requirements")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(release.__file__).parent, new / "release", ignore=ignored)
    # As git writes it into what a runner downloads; which commit the callers name is not known to be this one.
    archived = new / "release" / "adapters" / "archived.txt"
    archived.write_text(f"v{installed.version()} {'0' * 40}\n", encoding="utf-8")
    new.rename(folder)
