"""Which image can be stood in for, and by what: decided by the name that a Dockerfile's FROM or ``--from`` says.

Tags: "Python Lambda runtimes" (AWS base images: ``public.ecr.aws/lambda/python:3.13``, ``…:3.13-arm64``,
``…:3.13.2025.11.05.12``, ``…:3.13-x86_64-preview``), Docker's official images ``python`` and ``debian``, uv's
page "Using uv in Docker" (``:0.9``, ``:python3.13-trixie-slim``), AWS SAM's build images.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from release.adapters.bases import is_frontend
from release.images.reference import parse_reference

#: Python -> the Debian suite that has it.
PYTHONS = {"3.9": "bullseye", "3.11": "bookworm", "3.13": "trixie", "3.14": "forky"}
#: A Python that no Debian suite has -> the nearest newer one.
NEAREST = {"3.10": "3.11", "3.12": "3.13"}
SUITES = ("bullseye", "bookworm", "trixie", "forky")
_SUITES_SAID = {
    "bullseye": ", past its end of life: gate.end-of-life",
    "forky": ", not released yet: scanned as Debian 13",
}
_MIRRORS = ("docker.io/library/", "public.ecr.aws/docker/library/", "mirror.gcr.io/library/")
_VERSION = r"(?P<python>3\.\d+)"
_LAMBDA = re.compile(rf"{_VERSION}(?:[.-][\w.-]+)?")
_OFFICIAL = re.compile(rf"{_VERSION}(?:\.\d+)?(?P<slim>-slim)?(?:-(?P<suite>[a-z]+))?")
_UV = re.compile(rf"(?:(?P<version>\d[\d.]*)-?)?(?:python{_VERSION}(?:-(?P<suite>[a-z]+))?(?P<slim>-slim)?)?")
_DEBIAN = re.compile(r"(?:(?P<suite>[a-z]+|\d+)(?:\.\d+|-\d{8})?)(?P<slim>-slim)?")
_NUMBERS = {"11": "bullseye", "12": "bookworm", "13": "trixie", "stable": "trixie", "latest": "trixie"}


@dataclass(frozen=True)
class StandIn:
    """What takes the place of an image.

    Attributes:
        kind: ``lambda`` (AWS's base for Python), ``python`` (the official image), ``debian``, ``uv`` (two programs), or
            ``frontend`` (of ``# syntax=``: the engine's own).
        suite: Debian's, which its packages are of; "" for uv.
        called: the Python that the name says, ``3.12``; "" for none.
        python: the Python that it has.
        compilers: whether it brings compilers, as the official images without ``-slim`` do.
        uv: whether uv is in it.
    """

    kind: str
    suite: str = ""
    called: str = ""
    python: str = ""
    compilers: bool = False
    uv: bool = False

    @property
    def key(self) -> str:
        """Equal for equal images."""
        parts = [self.kind, self.suite, self.called, self.python]
        return "-".join([each for each in parts if each] + ["cc"] * self.compilers + ["with-uv"] * self.uv)

    def said(self, name: str) -> str:
        """One line for a person: what stands in for the image ``name``, and what is not its own."""
        short = name.partition("@")[0]
        if self.kind == "frontend":
            return f"{short} cannot be pulled here: the engine's own frontend reads the Dockerfile"
        if self.kind == "uv":
            return f"{short} cannot be pulled here: a stand-in with uv from its Python package takes its place"
        suite = f"{self.suite}{_SUITES_SAID.get(self.suite, '')}"
        what = f"Debian's Python {self.python} ({suite})" if self.python else f"Debian {suite}"
        other = f" and not {self.called}: wheels for {_cp(self.called)} alone do not install" if self.differs else ""
        uv = " and uv" if self.uv else ""
        return f"{short} cannot be pulled here: a stand-in with {what}{uv}{other} takes its place"

    @property
    def differs(self) -> bool:
        """Whether its Python is another than the name says."""
        return self.called != self.python


def _cp(python: str) -> str:
    return "cp" + python.replace(".", "")


def stand_in(name: str) -> StandIn | str:
    """What stands in for the image ``name``, or the reason why nothing does."""
    reference = parse_reference(name)
    if reference is None:
        return "it is no name of an image"
    place, tag = f"{reference.host}/{reference.repository}", reference.tag
    if place == "public.ecr.aws/lambda/python":
        found = _LAMBDA.fullmatch(tag)
        return _python("lambda", found["python"], "") if found else _unsaid(tag, "lambda")
    if place.startswith("public.ecr.aws/lambda/"):
        return f"it is AWS's base for {place.rpartition('/')[2]}, and only the one for Python has a stand-in"
    if found := re.fullmatch(rf"public\.ecr\.aws/sam/build-python{_VERSION}", place):
        return _python("lambda", found["python"], "", compilers=True)
    for mirror in _MIRRORS:
        if place == f"{mirror}python":
            found = _OFFICIAL.fullmatch("3.14" if tag == "latest" else tag)
            if found is None:
                return _unsaid(tag, "python")
            return _python("python", found["python"], found["suite"] or "", compilers=not found["slim"])
        if place == f"{mirror}debian":
            return _debian(tag)
    if is_frontend(name):
        return StandIn("frontend")
    if place == "ghcr.io/astral-sh/uv":
        return _with_uv(tag)
    return "nothing here is known to stand in for it"


def _unsaid(tag: str, kind: str) -> str:
    if not tag and kind:
        return "its name says a digest alone and no tag, so nobody knows which Python it has"
    return f"its tag {tag} is none of a Python from 3.9 on Debian" if tag else "it has no tag"


def _python(kind: str, called: str, suite: str, *, compilers: bool = False, uv: bool = False) -> StandIn | str:
    python = called if called in PYTHONS else NEAREST.get(called, "")
    if not python:
        return f"no Debian suite has Python {called} (they have: {', '.join(PYTHONS)})"
    if suite and suite not in SUITES:
        return f"it is built on {suite}, and a stand-in is built on Debian"
    return StandIn(kind, PYTHONS[python], called, python, compilers, uv)


def _debian(tag: str) -> StandIn | str:
    found = _DEBIAN.fullmatch(tag)
    suite = _NUMBERS.get(found["suite"], found["suite"]) if found else ""
    return StandIn("debian", suite) if suite in SUITES else f"its tag {tag} is no suite of Debian from 11 on"


def _with_uv(tag: str) -> StandIn | str:
    found = None if tag == "latest" else _UV.fullmatch(tag)
    if tag in ("latest", "") or (found and not found["python"]):
        return StandIn("uv")
    if found is None:
        return f"its tag {tag} is none of a Python on Debian"
    return _python("python", found["python"], found["suite"] or "", compilers=not found["slim"], uv=True)
