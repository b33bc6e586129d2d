"""What the commands about images say at their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from release import tables, text
from release.images.verify import Compared
from release.oci import Manifest
from release.report import Report


def manifest_json(manifest: Manifest) -> dict[str, Any]:
    """A manifest for ``--json``."""
    return {
        "digest": manifest.digest,
        "media_type": manifest.media_type,
        "platform": manifest.platform,
        "size": manifest.size,
        "layers": [{"digest": layer.digest, "size": layer.size} for layer in manifest.layers],
    }


def of_verification(version: str, commit: str, images: Sequence[Compared], known: Mapping[str, str | None]) -> Report:
    """What building a release again gave.

    Args:
        known: image -> the digest that the registry has for the inputs which it was built from now.
    """
    header = ("image", "released", "built again", "")
    cells = [(i.image, i.released.digest, i.rebuilt.digest, "the same" if i.same else i.difference) for i in images]
    title = f"v{version} built again from {commit[:12]}"
    notes = [note for image in images for note in image.notes]
    notes += [
        f"image {i.image} was released from other inputs than these: another base, or an earlier way of building"
        for i in images
        if not i.same and known.get(i.image) != i.released.digest
    ]
    return Report(
        data={
            "version": version,
            "commit": commit,
            "images": {
                i.image: {"released": i.released.digest, "built": i.rebuilt.digest, "same": i.same} for i in images
            },
            "notes": notes,
        },
        text="\n".join([title, tables.table(header, cells), *map("note: {}".format, notes)]),
        summary=f"### {title}\n\n{tables.markdown(header, cells)}\n" + _listed(notes),
    )


def _listed(notes: Sequence[str]) -> str:
    return "".join(f"\n- {text.markdown(note)}" for note in notes)


def of_images(title: str, rows: Sequence[tuple[str, str, str, Manifest | None]], notes: Sequence[str] = ()) -> Report:
    """Images as ``(name, inputs, where it comes from, manifest)``; no manifest in a dry run.

    Args:
        notes: what a person should know about them, a line each.
    """
    header = ("image", "inputs", "from", "digest", "size", "layers")
    cells = [
        (
            name,
            inputs,
            source,
            manifest.digest if manifest else "-",
            tables.size(manifest.size) if manifest else "-",
            " + ".join(tables.size(layer.size) for layer in manifest.layers) if manifest else "-",
        )
        for name, inputs, source, manifest in rows
    ]
    types = sorted({manifest.media_type for *_, manifest in rows if manifest})
    images = {
        name: {"inputs": inputs, "source": source} | (manifest_json(manifest) if manifest else {})
        for name, inputs, source, manifest in rows
    }
    return Report(
        data={"images": images, "notes": list(notes)},
        text="\n".join(
            [tables.table(header, cells), *(f"manifest type: {kind}" for kind in types), *map("note: {}".format, notes)]
        ),
        summary=f"### {title}\n\n{tables.markdown(header, cells)}\n" + _listed(notes),
        outputs={
            "digests": " ".join(f"{name}={manifest.digest}" for name, *_, manifest in rows if manifest),
            "built": " ".join(name for name, _, source, manifest in rows if manifest and source == "build"),
        },
    )
