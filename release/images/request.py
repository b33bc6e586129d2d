"""A recipe as the engine gets it: the exported files, and a Dockerfile whose every image is named by its digest."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from release.images.inputs import EPOCH
from release.images.model import BuildRequest
from release.images.resolve import Recipe
from release.versions.ports import Git

log = logging.getLogger("release.build")
#: What BuildKit and buildx look for beside a Dockerfile: ``Dockerfile.dockerignore``, ``Dockerfile.rego``.
_BESIDE = (".dockerignore", ".rego")


def request_of(recipe: Recipe, commit: str, git: Git, path: Path, secrets: Mapping[str, str]) -> BuildRequest:
    """How an image is built from ``commit``; its inputs are written beside ``path``, where it is going to be.

    They are as they are committed: a file that a Dockerfile copies, even the Dockerfile itself, is what was committed.
    """
    image, tree = recipe.reading.image, path.with_suffix("")
    git.export(commit, image.inputs, tree, EPOCH)
    context = tree / image.context
    for base in recipe.bases.values():
        log.info("image %s: %s is %s%s", image.name, base.name, base.digest, ", a stand-in" if base.context else "")
    text = recipe.dockerfile
    committed = tree / image.dockerfile
    return BuildRequest(
        image=image.name,
        context=context,
        dockerfile=str(committed.relative_to(context) if text is None else _written(text, committed, tree)),
        target=image.target,
        platform=image.platform,
        build_args=recipe.reading.arguments,
        named_contexts=recipe.contexts,
        secrets=secrets,
        epoch=EPOCH,
        rewrite=image.rewrite,
    )


def _written(text: str, committed: Path, tree: Path) -> Path:
    """``text`` as a Dockerfile beside ``tree``, with what belongs beside it."""
    written = tree.with_name(f"{tree.name}.dockerfile") / committed.name
    written.parent.mkdir()
    written.write_bytes(text.encode("utf-8", "surrogateescape"))
    for beside in (committed.with_name(committed.name + ending) for ending in _BESIDE):
        if beside.is_file():
            written.with_name(beside.name).write_bytes(beside.read_bytes())
    return written.absolute()
