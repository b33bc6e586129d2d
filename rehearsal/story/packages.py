"""A package that a release really has, out of its bills of materials."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rehearsal.story.scratch import Scratch
from release.adapters.distribution import Distribution
from release.deployments.packagediff import packages

_PYTHON = "pypi/"
#: What a base brings, and what pip carries inside itself; another package says more.
_EVERYWHERE = frozenset(
    [
        *(
            "pip",
            "setuptools",
            "wheel",
            "awslambdaric",
            "boto3",
            "botocore",
            "s3transfer",
            "jmespath",
            "urllib3",
            "six",
        ),
        *("python-dateutil", "cachecontrol", "certifi", "dependency-groups", "distlib", "distro", "idna", "msgpack"),
        *("packaging", "platformdirs", "pygments", "pyproject-hooks", "requests", "resolvelib", "rich", "tomli"),
        *("tomli-w", "truststore", "snapshot-restore-py"),
    ]
)


def a_package(scratch: Scratch, version: str, images: Sequence[str]) -> str | None:
    """A Python package of the release ``version``, of an image's own rather than of the base; None: there is none."""
    registry, found = Distribution(scratch.env["RELEASE_REGISTRY"]), set[str]()
    recorded = scratch.json("show", version)["images"]
    for name in images:
        if sbom := recorded[name]["sbom"]:
            content = registry.blob(recorded[name]["repository"], sbom)
            bill = packages(content, f"the bill of materials of {name}")
            found |= {each.removeprefix(_PYTHON) for each in bill if each.startswith(_PYTHON)}
    return min(found, key=lambda name: (_normal(name) in _EVERYWHERE, name), default=None)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
