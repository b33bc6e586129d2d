"""What the commands about images say at their end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from release import tables
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


def of_images(title: str, rows: Sequence[tuple[str, str, str, Manifest | None]]) -> Report:
    """Images as ``(name, inputs, where it comes from, manifest)``; no manifest in a dry run."""
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
        data={"images": images},
        text="\n".join([tables.table(header, cells), *(f"manifest type: {kind}" for kind in types)]),
        summary=f"### {title}\n\n{tables.markdown(header, cells)}\n",
        outputs={
            "digests": " ".join(f"{name}={manifest.digest}" for name, *_, manifest in rows if manifest),
            "built": " ".join(name for name, _, source, manifest in rows if manifest and source == "build"),
        },
    )
