"""The Bases port in front of the registries: stand-ins for single images, and what the last build found.

``release scan`` and ``release publish`` must name the very inputs that ``release build`` has built, minutes later and
perhaps on another machine; a tag may have moved in between. So the build writes what it found beside what it made.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path

from release.digest import is_digest
from release.documents import decode, encode
from release.errors import ConflictError, MachineError, UsageError
from release.images.model import OWN_FRONTEND, BaseImage
from release.images.ports import Bases
from release.images.reference import parse_reference

log = logging.getLogger("release.build")
_SCHEMA = 1
_LAYOUT = "oci-layout://"
_FRONTENDS = (("docker.io", "docker/dockerfile"), ("docker.io", "docker/dockerfile-upstream"))
#: In the place of the frontend's digest, among an image's inputs.
_FRONTEND = f"sha256:{hashlib.sha256(b'the frontend of the engine').hexdigest()}"


class StandIns:
    """``layouts``: the name of an image -> ``oci-layout:///folder@sha256:…`` to build from instead."""

    def __init__(self, layouts: Mapping[str, str], inner: Bases) -> None:
        self.layouts, self.inner = {_whole(name): layout for name, layout in layouts.items()}, inner

    def find(self, name: str) -> BaseImage:
        """See :class:`release.images.ports.Bases`."""
        layout = self.layouts.get(_whole(name), "")
        if layout == OWN_FRONTEND:
            return BaseImage(name, _FRONTEND, layout)
        return BaseImage(name, layout.rpartition("@")[2], layout) if layout else self.inner.find(name)


def is_frontend(name: str) -> bool:
    """Whether the image is Docker's own frontend, which every engine with BuildKit has one of itself."""
    reference = parse_reference(name)
    return reference is not None and (reference.host, reference.repository) in _FRONTENDS


def stand_ins(text: str, bases: Mapping[str, None]) -> Mapping[str, str]:
    """RELEASE_BASE: words ``name=oci-layout:///folder@sha256:…``; without a name it stands for each of ``bases``.

    ``docker/dockerfile:1=engine``: the engine reads the file itself, without the image that its ``# syntax=`` names.

    Raises UsageError for anything else, and for a word without a name where release.toml names no base.
    """
    found: dict[str, str] = {}
    for word in text.split():
        name, _, layout = ("", "", word) if word.startswith(_LAYOUT) else word.partition("=")
        if layout == OWN_FRONTEND and is_frontend(name):
            found[name] = layout
            continue
        if not layout.startswith(_LAYOUT) or not is_digest(layout.rpartition("@")[2]):
            raise UsageError(
                f"RELEASE_BASE: {word!r} is neither oci-layout:///folder@sha256:… nor name=oci-layout:///folder@sha256:…",
                untouched="everything",
                next_step="mend RELEASE_BASE, or unset it: then the registry is asked",
            )
        if name and parse_reference(name) is None:
            raise UsageError(
                f"RELEASE_BASE: {name!r} is no name of an image",
                untouched="everything",
                next_step="mend RELEASE_BASE, or unset it: then the registry is asked",
            )
        if not name and not bases:
            raise UsageError(
                "RELEASE_BASE stands for the base in release.toml, which has none",
                untouched="everything",
                next_step="name the image that it stands for: RELEASE_BASE=python:3.13=oci-layout:///folder@sha256:…",
            )
        found |= {name: layout} if name else dict.fromkeys(bases, layout)
    return found


class RememberedBases:
    """What ``inner`` found, kept in ``path``.

    Args:
        fresh: ask anew, once for each name, and keep the answers; otherwise what is kept is the answer.
    """

    def __init__(self, path: Path, inner: Bases, *, fresh: bool) -> None:
        self.path, self.inner = path, inner
        self.known = self._read(damaged_is_empty=fresh)
        self.valid = set() if fresh else set(self.known)

    def find(self, name: str) -> BaseImage:
        """See :class:`release.images.ports.Bases`. Raises MachineError when the answer cannot be kept."""
        if (reference := parse_reference(name)) is None or reference.digest:
            return self.inner.find(name)
        if (whole := str(reference)) not in self.valid:
            self.known[whole] = self.inner.find(name).digest
            self.valid.add(whole)
            self._write()
        return BaseImage(name, self.known[whole])

    def _read(self, *, damaged_is_empty: bool) -> dict[str, str]:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return {}
        try:
            return dict(decode(content, _SCHEMA, self.path.name, lambda values: _checked(values["bases"])))
        except ConflictError as error:
            if damaged_is_empty:
                log.warning("%s; it is written anew", error.message)
                return {}
            error.next_step = "release build, which writes it anew"
            raise

    def _write(self) -> None:
        content = encode(_SCHEMA, {"bases": self.known})
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.path.parent, delete=False) as file:
                file.write(content)
            Path(file.name).replace(self.path)
        except OSError as error:
            raise MachineError(
                f"cannot write to {self.path.parent}: {error.strerror}", next_step="free it or its disk"
            ) from error


def _checked(found: Mapping[str, str]) -> Mapping[str, str]:
    for name, digest in found.items():
        if not is_digest(digest):
            raise ValueError(f"{name} is {digest!r}, which is no digest")
    return found


def _whole(name: str) -> str:
    return str(parse_reference(name) or name)
