"""release build: an OCI archive per image on disk, from the registry or the folder where the inputs are equal."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from release.core.config import Config, ImageSpec
from release.core.inputs import EPOCH, inputs_hash
from release.core.model import BuildRequest, Manifest
from release.core.oci import checked_platform
from release.core.tags import inputs_tag
from release.ports import Engine, Git, Registry, Workspace

log = logging.getLogger("release.build")


@dataclass(frozen=True)
class Base:
    """The base image really used: the one release.toml names, or a stand-in for it.

    Attributes:
        digest: an input of every image.
        context: what replaces it in ``FROM`` (``oci-layout://…``), or "" for the real one.
    """

    digest: str
    context: str = ""


@dataclass(frozen=True)
class ImagePlan:
    """What getting one image takes. ``source`` is "registry", "archive" or "build"."""

    image: str
    inputs: str
    source: str
    digest: str = ""


@dataclass(frozen=True)
class Built:
    """One image, got. ``path`` is its archive, or None when the registry has it already."""

    image: str
    inputs: str
    source: str
    manifest: Manifest
    path: Path | None


def plan(
    config: Config, commit: str, git: Git, workspace: Workspace, registry: Registry | None, base: Base
) -> tuple[ImagePlan, ...]:
    """Per image: does the registry have its inputs, does the folder, or must it be built?

    Without a registry (a pull request has no credentials) only the folder is asked.
    """
    plans = []
    for name, image in config.images.items():
        inputs = inputs_hash(image, git.tree_hashes(commit, image.inputs), base.digest, config.platform)
        digest = registry.tags(image.repository).get(inputs_tag(inputs), "") if registry else ""
        archive = None if digest else workspace.archive(name, inputs)
        source = "registry" if digest else "archive" if archive else "build"
        plans.append(ImagePlan(name, inputs, source, digest or (archive.digest if archive else "")))
    return tuple(plans)


def apply(
    plans: tuple[ImagePlan, ...],
    config: Config,
    commit: str,
    git: Git,
    engine: Callable[[], Engine],
    workspace: Workspace,
    registry: Registry | None,
    base: Base,
    secrets: Mapping[str, Path],
) -> tuple[Built, ...]:
    """Carry out ``plans``; the engine is asked for only when something must be built.

    Raises what the engine raises; an image that was finished stays on disk.
    """
    built = []
    for item in plans:
        image = config.images[item.image]
        if item.source == "registry":
            assert registry is not None
            manifest, path = registry.manifest(image.repository, item.digest), None
        else:
            if item.source == "build":
                _build(item, image, config, commit, git, engine(), workspace, base, secrets)
            archive = workspace.archive(item.image, item.inputs)
            assert archive is not None
            manifest, path = archive.manifest, archive.path
        checked_platform(manifest, config.platform, item.image)
        built.append(Built(item.image, item.inputs, item.source, manifest, path))
    return tuple(built)


def _build(
    item: ImagePlan,
    image: ImageSpec,
    config: Config,
    commit: str,
    git: Git,
    engine: Engine,
    workspace: Workspace,
    base: Base,
    secrets: Mapping[str, Path],
) -> None:
    log.info("building image %s from %s", item.image, commit[:12])
    with workspace.scratch() as folder:
        git.export(commit, image.inputs, folder / "tree")
        prefix = "" if image.context == "." else image.context.rstrip("/") + "/"
        request = BuildRequest(
            image=item.image,
            context=folder / "tree" / image.context,
            dockerfile=image.dockerfile.removeprefix(prefix),
            target=image.target,
            platform=config.platform,
            build_args={"BASE_IMAGE": config.base},
            named_contexts={config.base: base.context} if base.context else {},
            secrets=secrets,
            epoch=EPOCH,
        )
        engine.build(request, folder / "image.tar")
        workspace.keep(item.image, item.inputs, folder / "image.tar")
