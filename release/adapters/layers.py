"""What an image's layers hold, read without the scanner: a second opinion on what it must have seen."""

from __future__ import annotations

import re
import tarfile
from pathlib import Path, PurePosixPath

from release.core.model import Manifest
from release.errors import RemoteError

#: PyPA, "Recording installed projects" (METADATA) and the older egg format (PKG-INFO)
_DECLARES = re.compile(r"\.dist-info/METADATA\Z|\.egg-info/PKG-INFO\Z")

#: What the distribution's own package manager installed is listed among its packages, not among Python's.
_SYSTEM = ("usr/lib/", "usr/lib64/", "usr/share/")


def python_metadata(layout: Path, manifest: Manifest) -> frozenset[str]:
    """The files that declare installed Python packages in the finished image, outside the distribution's own folders.

    Whiteouts are followed (OCI image specification 1.1, "Whiteouts").

    Raises:
        RemoteError: a layer cannot be read here (another compression than gzip, or damaged).
    """
    found: set[str] = set()
    for layer in manifest.layers:
        path = layout / "blobs" / layer.digest.replace(":", "/")
        here: set[str] = set()
        try:
            with tarfile.open(path, "r:*") as tar:
                for member in tar:
                    name = str(PurePosixPath(member.name.lstrip("/")))
                    folder, _, base = name.rpartition("/")
                    if base == ".wh..wh..opq":
                        found = _without(found, folder)
                    elif base.startswith(".wh."):
                        found = _without(found, f"{folder}/{base[4:]}".lstrip("/"))
                    elif _DECLARES.search(name) and not name.startswith(_SYSTEM):
                        here.add(name)
        except (tarfile.TarError, OSError, EOFError) as error:
            raise RemoteError(f"layer {layer.digest} cannot be read: {error}") from error
        found |= here
    return frozenset(found)


def _without(paths: set[str], gone: str) -> set[str]:
    return {path for path in paths if path != gone and not path.startswith(f"{gone}/")}
