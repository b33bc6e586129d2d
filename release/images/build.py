"""release build: an OCI layout per image on disk, from the registry or the folder where the inputs are equal."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from release.errors import RemoteError
from release.images import repeat
from release.images.inputs import EPOCH, inputs_hash, inputs_tag
from release.images.model import Archive, BuildRequest
from release.images.ports import Engine, Registry, Workspace
from release.oci import Layer, Manifest, checked_platform
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
    """What getting one image takes. ``source`` is "registry", "archive" (which is ``archive``) or "build"."""

    image: str
    inputs: str
    source: str
    digest: str = ""
    archive: Archive | None = None


@dataclass(frozen=True)
class Built:
    """One image, got.

    Attributes:
        path: its archive, or None when the registry has it already.
        before: of an image that was built: the one that was here before, where there was one.
        notes: what will not be the same when it is built again.
    """

    image: str
    inputs: str
    source: str
    manifest: Manifest
    path: Path | None
    before: Manifest | None = None
    notes: tuple[str, ...] = ()


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
        plans.append(ImagePlan(name, inputs, source, digest or (archive.digest if archive else ""), archive))
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
    due = tuple(item for item in plans if item.source == "build")
    fresh = _build(due, config, commit, git, engine(), workspace, base, secrets) if due else {}
    built = []
    for item in plans:
        if item.image in fresh:
            found = fresh[item.image]
        elif item.archive:
            found = Built(item.image, item.inputs, item.source, item.archive.manifest, item.archive.path)
        else:
            assert registry is not None
            manifest = registry.manifest(config.images[item.image].repository, item.digest)
            found = Built(item.image, item.inputs, item.source, manifest, None)
        checked_platform(found.manifest, config.platform, item.image)
        built.append(found)
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
) -> Mapping[str, Built]:
    log.info("building %s from %s", " and ".join(item.image for item in due), commit[:12])
    with workspace.scratch() as folder:
        layouts = {folder / f"{item.image}.oci": item for item in due}
        earlier = {item.image: workspace.latest(item.image) for item in due}
        requests = {}
        for path, item in layouts.items():
            if before := earlier[item.image]:
                workspace.hand_on(before, path)
            requests[path] = request_of(config.images[item.image], config, commit, git, path, base, secrets)
        kept = {}
        try:
            engine.build(requests)
        finally:  # an image that failed does not cost the others
            for path, item in layouts.items():
                if (path / "index.json").exists():
                    kept[item.image] = workspace.keep(item.image, item.inputs, path)
        after = git.time_of(commit)
        return {image: _built(archive, earlier[image], workspace, after) for image, archive in kept.items()}


def _built(archive: Archive, before: Archive | None, workspace: Workspace, after: int) -> Built:
    """A new image; the layers that it has from the image before were looked at when that one was built."""
    known = before.manifest.layers if before else ()
    notes = unrepeatable(archive, [layer for layer in archive.manifest.layers if layer not in known], workspace, after)
    manifest = before.manifest if before else None
    return Built(archive.image, archive.inputs, "build", archive.manifest, archive.path, manifest, notes)


def unrepeatable(archive: Archive, layers: Sequence[Layer], workspace: Workspace, after: int) -> tuple[str, ...]:
    """For a person: which of ``layers`` will not be the same when they are built again, with the file that tells.

    Args:
        after: when the commit was committed.
    """
    notes = []
    for layer in layers:
        try:
            if stray := workspace.stray(archive, layer, after):
                notes.append(repeat.note(archive.image, archive.manifest, stray))
        except RemoteError as error:
            notes.append(f"image {archive.image}: whether {layer.digest} repeats cannot be told: {error.message}")
    return tuple(notes)


def request_of(
    image: ImageSpec, config: Config, commit: str, git: Git, path: Path, base: Base, secrets: Mapping[str, Path]
) -> BuildRequest:
    """How ``image`` is built from ``commit``; its inputs are written beside ``path``, where it is going to be."""
    tree = path.with_suffix("")
    git.export(commit, image.inputs, tree, EPOCH)
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
        rewrite=image.rewrite,
    )
