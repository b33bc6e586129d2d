"""release build: an OCI layout per image on disk, from the registry or the folder where the inputs are equal."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from release.errors import NotFoundError
from release.images import repeat
from release.images.inputs import inputs_tag
from release.images.model import Archive
from release.images.ports import Bases, Engine, Registry, Workspace
from release.images.request import request_of
from release.images.resolve import Recipe, recipes
from release.oci import Manifest, checked_platform
from release.settings.config import Config
from release.settings.images import ImageSpec
from release.versions.ports import Git

log = logging.getLogger("release.build")


@dataclass(frozen=True)
class ImagePlan:
    """What getting one image takes.

    Attributes:
        source: "registry", "archive" (which is ``archive``) or "build".
        digest: what these inputs gave before, where that is known.
    """

    image: str
    inputs: str
    source: str
    digest: str
    recipe: Recipe
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
    config: Config,
    commit: str,
    git: Git,
    workspace: Workspace,
    registry: Registry | None,
    bases: Bases,
    *,
    images: Sequence[str] = (),
    anew: bool = False,
) -> tuple[ImagePlan, ...]:
    """Per image: does the registry have its inputs, does the folder, or must it be built?

    Args:
        registry: None asks the folder alone (a pull request has no credentials).
        images: plan these only.
        anew: build whatever is there already.

    Raises:
        NotFoundError: there is no such image; and what :func:`release.images.resolve.recipes` raises.
    """
    if unknown := [name for name in images if name not in config.images]:
        raise NotFoundError(
            f"there is no image {unknown[0]!r} in release.toml (there are: {', '.join(config.images)})",
            untouched="everything",
            next_step="name one of these, or none: then all are built",
        )
    plans = []
    for recipe in recipes(config, commit, git, bases, images):
        image, inputs = recipe.reading.image, recipe.inputs
        digest = registry.tags(image.repository).get(inputs_tag(inputs), "") if registry else ""
        archive = None if digest else workspace.archive(image.name, inputs)
        source = "build" if anew else "registry" if digest else "archive" if archive else "build"
        known = digest or (archive.digest if archive else "")
        plans.append(ImagePlan(image.name, inputs, source, known, recipe, archive))
    return tuple(plans)


def apply(
    plans: tuple[ImagePlan, ...],
    config: Config,
    commit: str,
    git: Git,
    engine: Callable[[], Engine],
    workspace: Workspace,
    registry: Registry | None,
    secrets: Callable[[ImageSpec], Mapping[str, str]],
    *,
    no_cache: bool = False,
) -> tuple[Built, ...]:
    """Carry out ``plans``; the engine and an image's secrets are asked for only when something must be built.

    Raises what the engine raises; an image that was finished stays on disk.
    """
    due = tuple(item for item in plans if item.source == "build")
    given = {item.image: secrets(config.images[item.image]) for item in due}
    fresh = _build(due, commit, git, engine(), workspace, given, no_cache=no_cache) if due else {}
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
        checked_platform(found.manifest, config.images[item.image].platform, item.image)
        built.append(found)
    if len(plans) < len(config.images):
        return tuple(built)  # what the other images left for the next build stays there
    here = [Archive(each.image, each.inputs, each.path, each.manifest) for each in built if each.path]
    paths = {archive.image: archive.path for archive in workspace.settle(here)}
    return tuple(replace(each, path=paths.get(each.image)) for each in built)


def _build(
    due: tuple[ImagePlan, ...],
    commit: str,
    git: Git,
    engine: Engine,
    workspace: Workspace,
    secrets: Mapping[str, Mapping[str, str]],
    *,
    no_cache: bool,
) -> Mapping[str, Built]:
    log.info("building %s from %s", " and ".join(item.image for item in due), commit[:12])
    with workspace.scratch() as folder:
        layouts = {folder / f"{item.image}.oci": item for item in due}
        earlier = {item.image: workspace.latest(item.image) for item in due}
        requests = {}
        for path, item in layouts.items():
            if before := earlier[item.image]:
                workspace.hand_on(before, path)
            request = request_of(item.recipe, commit, git, path, secrets[item.image])
            requests[path] = replace(request, no_cache=no_cache)
        kept = {}
        try:
            engine.build(requests)
        finally:  # an image that failed does not cost the others
            for path, item in layouts.items():
                if (path / "index.json").exists():
                    kept[item.image] = workspace.keep(item.image, item.inputs, path)
        since, known = git.time_of(commit), {item.image: item.digest for item in due}
        return {
            image: _built(archive, earlier[image], known[image], workspace, since) for image, archive in kept.items()
        }


def _built(archive: Archive, before: Archive | None, known: str, workspace: Workspace, since: int) -> Built:
    """A new image; the layers that it has from the image before were looked at when that one was built."""
    seen = before.manifest.layers if before else ()
    new = [layer for layer in archive.manifest.layers if layer not in seen]
    notes = repeat.unrepeatable(archive, new, workspace, since)
    if known not in ("", archive.digest):
        notes = (
            f"image {archive.image}: equal inputs ({archive.inputs}) gave {known} before and {archive.digest} now: "
            "a step of its Dockerfile does not repeat",
            *notes,
        )
    manifest = before.manifest if before else None
    return Built(archive.image, archive.inputs, "build", archive.manifest, archive.path, manifest, notes)
