"""This command as files: its workflows, and its wheel, packed again from what pip installed.

pip keeps no wheel. What it installed is listed in RECORD ("Recording installed projects", packaging.python.org), so the
wheel is that list's files, less what the installation itself added. A checkout builds it, as ``make wheel`` does.
"""

from __future__ import annotations

import base64
import hashlib
import io
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from release.adapters import installed, process
from release.errors import MachineError, ReleaseError
from release.settings.required import DISTRIBUTION

#: What pip writes beside a wheel's own files.
_ADDED = ("INSTALLER", "REQUESTED", "RECORD", "direct_url.json")
#: As hatchling dates the files of a wheel: equal files are equal bytes.
_TIME = (2020, 2, 2, 0, 0, 0)


class CommandFiles:
    """See :class:`release.adoption.ports.OwnFiles`."""

    def texts(self) -> Mapping[str, str]:
        """See :class:`release.adoption.ports.OwnFiles`."""
        home = installed.home()
        folders = (home / ".github" / "workflows", home / ".github" / "actions" / "setup")
        paths = [path for folder in folders for path in sorted(folder.iterdir()) if path.is_file()]
        paths.append(home / "requirements" / "release.txt")
        return {path.relative_to(home).as_posix(): path.read_text(encoding="utf-8") for path in paths}

    def wheel(self) -> tuple[str, bytes]:
        """See :class:`release.adoption.ports.OwnFiles`."""
        here = Path(installed.__file__).resolve().parents[2]
        try:
            found = metadata.distribution(DISTRIBUTION)
            if Path(str(found.locate_file("release"))).resolve() == here / "release":
                return packed(found)
        except metadata.PackageNotFoundError:
            pass
        return _built(here)


def packed(found: metadata.Distribution) -> tuple[str, bytes]:
    """The wheel of what is installed. Raises MachineError: a file of it is gone."""
    entries: dict[str, tuple[bytes, int]] = {}
    facts = ""
    for each in found.files or ():
        name, place = each.as_posix(), Path(str(found.locate_file(each)))
        if name.startswith("..") or "__pycache__" in each.parts:
            continue
        if each.parts[0].endswith(".dist-info"):
            facts = each.parts[0]
            if each.name in _ADDED:
                continue
        try:
            entries[name] = (place.read_bytes(), place.stat().st_mode & 0o777)
        except OSError as error:
            raise _unpacked(f"{name}: {error.strerror}") from error
    if not facts:
        raise _unpacked("nothing says what was installed")
    rows = [f"{name},sha256={_hash(content)},{len(content)}" for name, (content, _) in sorted(entries.items())]
    record = f"{facts}/RECORD"
    entries[record] = ("\n".join([*rows, f"{record},,"]).encode() + b"\n", 0o644)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (content, mode) in sorted(entries.items(), key=lambda entry: (".dist-info/" in entry[0], entry[0])):
            info = zipfile.ZipInfo(name, _TIME)
            info.external_attr = (0o100000 | mode) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return f"{facts.removesuffix('.dist-info')}-py3-none-any.whl", sink.getvalue()


def _hash(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _built(folder: Path) -> tuple[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="release-") as out:
        build: list[str | Path] = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", out]
        try:
            process.run(build, cwd=folder, timeout=300)
            (wheel,) = Path(out).glob("*.whl")
        except (ReleaseError, ValueError) as error:
            raise _unpacked(str(error)[:200]) from error
        return wheel.name, wheel.read_bytes()


def _unpacked(why: str) -> MachineError:
    return MachineError(
        f"the wheel of this command cannot be packed: {why}",
        untouched="every file",
        next_step="install a wheel that `make wheel` built, and run the same command from there",
    )
