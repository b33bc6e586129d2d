"""The hash of everything that decides an image's bytes (docs/architecture.md, "Words")."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from release.settings.images import ImageSpec

#: Raise this when the way images are built changes the bytes although no input changed (build flags, epoch).
RECIPE = 3

#: SOURCE_DATE_EPOCH for every build: a constant, so that equal inputs give equal bytes on any day.
#: 2020-01-01T00:00:00Z, because zip-based tools refuse dates before 1980.
EPOCH = 1577836800


def inputs_hash(
    image: ImageSpec, trees: Mapping[str, str], arguments: Mapping[str, str], bases: Mapping[str, str]
) -> str:
    """16 hex digits over the inputs of ``image``.

    Args:
        trees: path -> git object hash, for each of ``image.inputs``; git's hashes cover content, names and modes.
        arguments: the build arguments that the Dockerfile gets.
        bases: the name of each image that the build reads -> ``sha256:…`` of what is really read.
    """
    facts = {
        "recipe": RECIPE,
        "platform": image.platform,
        "context": image.context,
        "dockerfile": image.dockerfile,
        "target": image.target,
        "rewrite": image.rewrite,
        "arguments": dict(arguments),
        "bases": dict(bases),
        "trees": dict(trees),
    }
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(canonical).hexdigest()[:16]


def inputs_tag(inputs: str) -> str:
    """The tag of an inputs hash (16 hex digits)."""
    return f"inputs-{inputs}"
