"""A recipe as the engine gets it: the exported files, and a Dockerfile whose every image is named by its digest."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from release.images import contextfiles
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
    ignoring = recipe.ignoring
    git.export(commit, image.inputs, tree, EPOCH, contextfiles.seen_by(image, ignoring) if ignoring else None)
    context = tree / image.context
    context.mkdir(parents=True, exist_ok=True)  # where everything in it is left out
    for base in recipe.bases.values():
        log.info("image %s: %s is %s%s", image.name, base.name, base.digest, ", a stand-in" if base.context else "")
    text, dockerfile = recipe.dockerfile, (tree / image.dockerfile).relative_to(context)
    if ignoring and text is None:
        text = git.show(commit, image.dockerfile).decode("utf-8", "surrogateescape")
    return BuildRequest(
        image=image.name,
        context=context,
        dockerfile=str(dockerfile if text is None else _written(text, recipe, commit, git, tree)),
        target=image.target,
        platform=image.platform,
        build_args=recipe.reading.arguments,
        named_contexts=recipe.contexts,
        secrets=secrets,
        epoch=EPOCH,
        rewrite=image.rewrite,
    )


def _written(text: str, recipe: Recipe, commit: str, git: Git, tree: Path) -> Path:
    """``text`` as a Dockerfile beside ``tree``, with what belongs beside it: there a COPY does not see it."""
    committed = PurePosixPath(recipe.reading.image.dockerfile)
    written = tree.with_name(f"{tree.name}.dockerfile") / committed.name
    written.parent.mkdir()
    written.write_bytes(text.encode("utf-8", "surrogateescape"))
    for path in git.files(commit, [f"{committed}{ending}" for ending in _BESIDE]):
        written.with_name(PurePosixPath(path).name).write_bytes(git.show(commit, path))
    if recipe.ignoring:
        written.with_name(f"{committed.name}{_BESIDE[0]}").write_bytes(recipe.ignoring.text)
    return written.absolute()
