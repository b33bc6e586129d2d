"""release build --verify: is a released image what its commit gives? Built again without any cache, and compared.

Nothing is kept: the images of this look lie in a scratch folder, and neither the registry nor dist/ changes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from release.errors import ConflictError, NotFoundError
from release.images import repeat
from release.images.ports import Bases, Engine, Registry, Workspace
from release.images.request import request_of
from release.images.resolve import recipes
from release.oci import Manifest
from release.settings.config import Config
from release.settings.images import ImageSpec
from release.versions.ports import Git

log = logging.getLogger("release.build")


@dataclass(frozen=True)
class Compared:
    """One image: what was released, what was built now, and what will not repeat of the layers that differ."""

    image: str
    released: Manifest
    rebuilt: Manifest
    notes: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether both are one image."""
        return self.released.digest == self.rebuilt.digest

    @property
    def difference(self) -> str:
        """In words: the layers that differ, or that only the configuration does; "" when nothing does."""
        if self.same:
            return ""
        if len(self.released.layers) != len(self.rebuilt.layers):
            return f"{len(self.released.layers)} layers were released, {len(self.rebuilt.layers)} built"
        pairs = enumerate(zip(self.released.layers, self.rebuilt.layers, strict=True), 1)
        names = [self.rebuilt.name_of(number) for number, (old, new) in pairs if old.digest != new.digest]
        return ", ".join(names) or "the configuration alone"


def rebuild(
    config: Config,
    commit: str,
    digests: Mapping[str, str],
    git: Git,
    engine: Engine,
    workspace: Workspace,
    registry: Registry,
    bases: Bases,
    secrets: Callable[[ImageSpec], Mapping[str, str]],
) -> tuple[Compared, ...]:
    """Build every image of ``digests`` (image -> what was released) from ``commit`` again.

    Args:
        config: release.toml as it was at ``commit``.

    Raises:
        NotFoundError: a released image is gone from the registry, or release.toml had no such image then.
    """
    if unknown := digests.keys() - config.images.keys():
        raise NotFoundError(
            f"release.toml at {commit[:12]} has no image {', '.join(sorted(unknown))}",
            untouched="everything",
            next_step="verify another release: release build --verify X.Y.Z",
        )
    released = {name: registry.manifest(config.images[name].repository, digest) for name, digest in digests.items()}
    log.info("building %s from %s again, without a cache", " and ".join(released), commit[:12])
    made = {recipe.reading.image.name: recipe for recipe in recipes(config, commit, git, bases, tuple(released))}
    with workspace.scratch() as folder:
        layouts = {folder / f"{name}.oci": name for name in released}
        requests = {}
        for path, name in layouts.items():
            request = request_of(made[name], commit, git, path, secrets(config.images[name]))
            requests[path] = replace(request, no_cache=True)
        engine.build(requests)
        since = git.time_of(commit)
        compared = []
        for path, name in layouts.items():
            archive = workspace.read(name, path)
            layers = [layer for layer in archive.manifest.layers if layer not in released[name].layers]
            notes = repeat.unrepeatable(archive, layers, workspace, since)
            compared.append(Compared(name, released[name], archive.manifest, notes))
        return tuple(compared)


def checked(version: str, images: tuple[Compared, ...]) -> None:
    """Raises ConflictError unless every image is what was released."""
    if other := [image for image in images if not image.same]:
        said = "; ".join(f"{image.image} differs in {image.difference}" for image in other)
        raise ConflictError(
            f"v{version} is not what its commit gives here: {said}",
            untouched="the registry, every environment and dist/",
            next_step="see docs/builds.md: give those layers' files one time, or name by digest what they install",
        )
