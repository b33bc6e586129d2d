"""What the commands about releases say at their end."""

from __future__ import annotations

from collections.abc import Sequence

from release import tables
from release.report import Report


def of_publication(version: str, commit: str, rows: Sequence[tuple[str, str, bool, Sequence[str]]]) -> Report:
    """A publication as ``(image, digest, pushed, tags written)``."""
    cells = [
        (image, digest, "pushed" if pushed else "there already", ", ".join(tags) or "-")
        for image, digest, pushed, tags in rows
    ]
    header = ("image", "digest", "archive", "tags written")
    return Report(
        data={
            "version": version,
            "commit": commit,
            "images": {i: {"digest": d, "pushed": p, "tags": list(t)} for i, d, p, t in rows},
        },
        text=tables.table(header, cells),
        summary=f"### Published v{version}\n\n{tables.markdown(header, cells)}\n",
        outputs={"version": version, "digests": " ".join(f"{image}={digest}" for image, digest, *_ in rows)},
    )
