"""release build: an OCI layout per image on disk, from the registry or the folder where the inputs are equal."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from release.images.inputs import EPOCH, inputs_hash, inputs_tag
from release.images.model import Archive, BuildRequest
from release.images.ports import Engine, Registry, Workspace
from release.oci import Manifest, checked_platform
from release.settings.config import Config, ImageSpec
from release.versions.ports import Git

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


def plan_builds(
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
    if due := tuple(item for item in plans if item.source == "build"):
        _build(due, config, commit, git, engine(), workspace, base, secrets)
    built = []
    for item in plans:
        image = config.images[item.image]
        if item.source == "registry":
            assert registry is not None
            manifest, path = registry.manifest(image.repository, item.digest), None
        else:
            archive = workspace.archive(item.image, item.inputs)
            assert archive is not None
            manifest, path = archive.manifest, archive.path
        checked_platform(manifest, config.platform, item.image)
        built.append(Built(item.image, item.inputs, item.source, manifest, path))
    here = [Archive(each.image, each.inputs, each.path, each.manifest) for each in built if each.path]
    paths = {archive.image: archive.path for archive in workspace.settle(here)}
    return tuple(replace(each, path=paths.get(each.image)) for each in built)


def _build(
    due: tuple[ImagePlan, ...],
    config: Config,
    commit: str,
    git: Git,
    engine: Engine,
    workspace: Workspace,
    base: Base,
    secrets: Mapping[str, Path],
) -> None:
    log.info("building %s from %s", " and ".join(item.image for item in due), commit[:12])
    with workspace.scratch() as folder:
        layouts = {folder / f"{item.image}.oci": item for item in due}
        requests = {}
        for path, item in layouts.items():
            tree = path.with_suffix("")
            git.export(commit, config.images[item.image].inputs, tree, EPOCH)
            if before := workspace.latest(item.image):
                workspace.hand_on(before, path)
            requests[path] = _request(config.images[item.image], config, tree, base, secrets)
        try:
            engine.build(requests)
        finally:  # an image that failed does not cost the others
            for path, item in layouts.items():
                if (path / "index.json").exists():
                    workspace.keep(item.image, item.inputs, path)


def _request(image: ImageSpec, config: Config, tree: Path, base: Base, secrets: Mapping[str, Path]) -> BuildRequest:
    prefix = "" if image.context == "." else image.context.rstrip("/") + "/"
    return BuildRequest(
        image=image.name,
        context=tree / image.context,
        dockerfile=image.dockerfile.removeprefix(prefix),
        target=image.target,
        platform=config.platform,
        build_args={"BASE_IMAGE": config.base},
        named_contexts={config.base: base.context} if base.context else {},
        secrets=secrets,
        epoch=EPOCH,
    )
