"""What moving an old ledger over writes, line by line, and what it cannot."""

from __future__ import annotations

from release import tables
from release.deployments.migrate import Migration, OldEntry, OldRelease
from release.report import Report


def of_migration(migration: Migration, *, written: bool) -> Report:
    """What is moved, was moved, or cannot be.

    Args:
        written: whether it was written just now.
    """
    verb = "written" if written else "would be written"
    header = ("what", "version", "commit", "result")
    rows = [
        ("release", ", ".join(each.versions), each.commit[:12], _release(each, verb)) for each in migration.releases
    ]
    rows += [
        (f"{each.environment}-{each.number}", each.version, each.commit[:12], _entry(each, verb))
        for each in migration.entries
    ]
    left = len(migration.left)
    notes = [f"{left} versions were never deployed and are older than what was: they stay tags"] if left else []
    if not rows:
        notes.append("there is no old ledger: nothing to move")
    elif not written:
        notes.append("nothing was written; release migrate --yes writes it. The old tags stay where they are")
    text = "\n".join([*([tables.table(header, rows)] if rows else []), *notes])
    return Report(
        data={
            "written": written,
            "releases": [
                {
                    "versions": list(each.versions),
                    "commit": each.commit,
                    "record": each.record or None,
                    "problem": each.problem or None,
                }
                for each in migration.releases
            ],
            "deployments": [
                {
                    "environment": each.environment,
                    "number": each.number,
                    "version": each.version,
                    "commit": each.commit,
                    "there": each.there,
                    "problem": each.problem or None,
                }
                for each in migration.entries
            ],
            "left": list(migration.left),
        },
        text=text,
        summary=f"### Moving over\n\n{tables.markdown(header, rows)}\n" if rows else "",
    )


def _release(each: OldRelease, verb: str) -> str:
    return f"stays a tag: {each.problem}" if each.problem else "there" if each.record else verb


def _entry(each: OldEntry, verb: str) -> str:
    return f"stays a tag: {each.problem}" if each.problem else "there" if each.there else verb
