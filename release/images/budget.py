"""How large an image may be (release.toml, ``images.*.max-size``), and which of its layers grew.

The size is what a cold pull transfers, the compressed layers. AWS's own limit (10 GB uncompressed, "Lambda quotas") is
far above what still starts fast; a budget says where a team wants to be told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from release import semver, tables
from release.errors import GateError
from release.images.build import Built
from release.images.ports import Registry
from release.oci import Manifest
from release.settings.config import Config


@dataclass(frozen=True)
class Sized:
    """An image, its limit in bytes (0: none), and the image that was in its place before, where one is known."""

    image: str
    manifest: Manifest
    limit: int
    before: Manifest | None = None

    @property
    def over(self) -> bool:
        """Whether it is larger than it may be."""
        return bool(self.limit) and self.manifest.size > self.limit


def sized(built: Sequence[Built], config: Config, registry: Registry | None) -> tuple[Sized, ...]:
    """Every image with its budget. What was there before is looked up in the registry only where that will be told."""
    images = []
    for each in built:
        spec = config.images[each.image]
        image = Sized(each.image, each.manifest, spec.max_size, each.before)
        if image.over and image.before is None and registry:
            image = replace(image, before=_published_before(registry, spec.repository, each.manifest.digest))
        images.append(image)
    return tuple(images)


def _published_before(registry: Registry, repository: str, digest: str) -> Manifest | None:
    """The newest version in the registry that is another image."""
    named = {tag: other for tag, other in registry.tags(repository).items() if other != digest}
    versions = {version: other for tag, other in named.items() if (version := semver.try_parse(tag))}
    newest = max(versions, key=lambda version: version.precedence, default=None)
    return registry.manifest(repository, versions[newest]) if newest else None


def checked(images: Sequence[Sized]) -> None:
    """Raises GateError when an image is larger than its budget; the message names every one, with what grew."""
    if not (over := [image for image in images if image.over]):
        return
    keys = " and ".join(f"images.{image.image}.max-size" for image in over)
    raise GateError(
        "; ".join(map(_told, over)),
        untouched="the registry and every environment; what was built stays in dist/",
        next_step=f"make it smaller, or raise {keys} in release.toml",
    )


def _told(image: Sized) -> str:
    told = f"image {image.image} is {tables.size(image.manifest.size)}, its budget is {tables.size(image.limit)}"
    if image.before is None:
        largest = sorted(enumerate(image.manifest.layers, 1), key=lambda numbered: -numbered[1].size)[:3]
        parts = [f"{image.manifest.name_of(number)} is {tables.size(layer.size)}" for number, layer in largest]
        return f"{told}; what it was before is not known: {', '.join(parts)}"
    total = tables.size(image.before.size)
    return f"{told}; it was {total}: {', '.join(growth(image.manifest, image.before)) or 'no layer grew'}"


def growth(now: Manifest, before: Manifest) -> tuple[str, ...]:
    """The layers that are larger than the layer of the same instruction was, most grown first, in words."""
    was = _by_instruction(before)
    grown = []
    for key, number in _by_instruction(now).items():
        size, old = now.layers[number - 1].size, was.get(key)
        gain = size - (before.layers[old - 1].size if old else 0)
        if gain > 0:
            from_ = f"grew from {tables.size(size - gain)} to" if old else "is new:"
            grown.append((gain, f"{now.name_of(number)} {from_} {tables.size(size)}"))
    return tuple(words for _, words in sorted(grown, key=lambda each: -each[0]))


def _by_instruction(manifest: Manifest) -> Mapping[tuple[str, int], int]:
    """(instruction, how many of the same came before it) -> the layer's number."""
    found: dict[tuple[str, int], int] = {}
    for number in range(1, len(manifest.layers) + 1):
        made_by = manifest.made_by[number - 1] if manifest.made_by else ""
        nth = 0
        while (made_by, nth) in found:
            nth += 1
        found[made_by, nth] = number
    return found
