"""What the commands about releases say at their end."""

from __future__ import annotations

from collections.abc import Sequence

from release import tables
from release.report import Report


def of_publication(
    version: str, commit: str, release: str, rows: Sequence[tuple[str, str, bool, Sequence[str]]]
) -> Report:
    """A publication.

    Args:
        release: the record's digest; "" when it is not written (a dry run).
        rows: ``(image, digest, pushed, tags written)``.
    """
    cells = [
        (image, digest, "pushed" if pushed else "there already", ", ".join(tags) or "-")
        for image, digest, pushed, tags in rows
    ]
    header = ("image", "digest", "archive", "tags written")
    return Report(
        data={
            "version": version,
            "commit": commit,
            "release": release or None,
            "images": {i: {"digest": d, "pushed": p, "tags": list(t)} for i, d, p, t in rows},
        },
        text=f"{tables.table(header, cells)}\nrelease v{version}: {release or 'not recorded yet'}",
        summary=f"### Published v{version}\n\nrelease `{release or '-'}`\n\n{tables.markdown(header, cells)}\n",
        outputs={
            "version": version,
            "release": release,
            "digests": " ".join(f"{image}={digest}" for image, digest, *_ in rows),
        },
    )
