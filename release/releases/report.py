"""What the commands about releases say at their end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from release import tables
from release.images import startfigures
from release.releases.record import ReleaseRecord
from release.releases.show import ReleaseView
from release.report import Report
from release.text import block


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


def of_release(shown: ReleaseView) -> Report:
    """A release, as its record has it."""
    record = shown.record
    facts = [
        ("release", shown.digest),
        ("names", ", ".join(shown.names)),
        ("commit", f"{record.commit} ({record.branch or 'no branch'}, number {record.position} of its history)"),
        ("created", record.created),
        ("source", record.source or "-"),
        ("template", f"{record.template}, bundled with its files in {tables.size(shown.bundle)}"),
    ]
    images = [
        (
            name,
            f"{image.repository}@{image.digest}",
            image.platform,
            tables.size(image.size),
            _verdict(record.verdicts[name].outcome, record.verdicts[name].reported) if name in record.verdicts else "-",
            image.sbom or "-",
        )
        for name, image in record.images.items()
    ]
    functions = [
        (name, f"image {each.image}" if each.image else "a ZIP", each.alias or "-", *_start(record, name))
        for name, each in record.functions.items()
    ]
    parts: list[tuple[tuple[str, ...], Sequence[Sequence[str]]]] = [
        (("what", "is"), facts),
        (("image", "digest", "platform", "size", "gate", "bill of materials"), images),
        (("function", "runs", "alias", "init", "memory after init"), functions),
    ]
    return Report(
        data=asdict(record) | {"digest": shown.digest, "names": list(shown.names), "changes": shown.changes},
        text="\n\n".join([*(tables.table(header, rows) for header, rows in parts), block(shown.changes)]).rstrip(),
        summary=f"### v{record.version}\n\n"
        + "\n\n".join(tables.markdown(header, rows) for header, rows in parts)
        + "\n",
    )


def _start(record: ReleaseRecord, function: str) -> tuple[str, str]:
    """How it started before it was published. A ZIP is not started; an older record says nothing of it."""
    image = record.functions[function].image
    known = record.images[image].starts.get(function) if image else None
    if known:
        return startfigures.seconds(known), startfigures.memory(known)
    return ("not known here", "not known here") if image else ("-", "-")


def _verdict(outcome: str, reported: Sequence[str]) -> str:
    return f"{outcome}, {len(reported)} reported" if reported else outcome
