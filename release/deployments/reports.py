"""What each command about an environment says at its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from release import tables
from release.deployments import render
from release.deployments.claims import Result
from release.deployments.ledgerentries import Entry
from release.deployments.smokerules import SmokeResult
from release.deployments.status import EnvironmentStatus
from release.report import Report
from release.text import line, markdown


def of_smoke(environment: str, results: Sequence[SmokeResult]) -> Report:
    """Smoke tests and how they went."""
    cells = [("passed" if result.passed else "FAILED", result.name, result.problem) for result in results]
    header = ("result", "smoke test", "problem")
    return Report(
        data={"environment": environment, "tests": [{"name": r.name, "problem": r.problem} for r in results]},
        text=tables.table(header, cells),
        summary=f"### Smoke tests of {environment}\n\n{tables.markdown(header, cells)}\n",
    )


def of_status(rows: Sequence[EnvironmentStatus]) -> Report:
    """What is live where."""
    cells = []
    for row in rows:
        version = row.stack.parameters.get("ReleaseVersion", "-") if row.stack else "-"
        served = ", ".join(f"{n} {_served(f.version, f.digest) if f else '-'}" for n, f in row.functions.items())
        entry = f"#{row.live.number} v{row.live.claim.version}" if row.live else "-"
        status = row.stack.status if row.stack else "no stack"
        agrees = removed_text(row.removed) if row.removed else "agrees"
        cells.append((row.environment, version, status, served or "-", entry, row.problem or agrees))
    header = ("environment", "version", "stack", "served", "ledger", "ledger and stack")
    return Report(
        data={
            "environments": {
                row.environment: render.live_json(row.stack, row.functions)
                | {
                    "recorded": render.entry_json(row.live) if row.live else None,
                    "newest": render.entry_json(row.newest) if row.newest else None,
                    "removed": render.entry_json(row.removed) if row.removed else None,
                    "problem": row.problem or None,
                }
                for row in rows
            }
        },
        text=tables.table(header, cells),
        summary=f"### Status\n\n{tables.markdown(header, cells)}\n",
    )


def removed_text(entry: Entry) -> str:
    """When an environment was removed, and by whom."""
    ended = entry.outcome.ended if entry.outcome else entry.claim.began
    why = f": {entry.claim.reason}" if entry.claim.reason else ""
    return f"removed on {ended[:16].replace('T', ' ')} UTC by {entry.claim.run.who}{why}"


def of_history(environment: str, entries: Sequence[Entry]) -> Report:
    """Deployments, newest first, however they ended."""
    cells = [
        (
            f"#{entry.number}",
            entry.claim.began[:16].replace("T", " "),
            f"v{entry.claim.version}",
            entry.claim.commit[:12],
            entry.claim.action,
            _ended(entry),
            _took(entry),
            entry.claim.run.who,
            entry.claim.reason,
            entry.claim.run.url,
        )
        for entry in entries
    ]
    header = ("entry", "began (UTC)", "version", "commit", "what", "outcome", "took", "who", "why", "run")
    problems = [(f"#{entry.number}", _ended(entry), _problem(entry)) for entry in entries if _problem(entry)]
    said = "".join(f"\n\n{line(f'{number} {how}: {what}')}" for number, how, what in problems)
    return Report(
        data={"environment": environment, "deployments": [render.entry_json(entry) for entry in entries]},
        text=f"{tables.table(header, cells)}{said}" if entries else f"nothing was ever deployed to {environment}",
        summary=f"### History of {environment}\n\n{tables.markdown(header, cells)}\n"
        + "".join(f"\n- {markdown(f'{number} {how}: {what}')}" for number, how, what in problems),
    )


def _problem(entry: Entry) -> str:
    """Why it was not proven; "" when it was."""
    if entry.outcome is None:
        return f"it has not ended: under way, or its run died; it was begun by {entry.claim.run.who}"
    return entry.outcome.problem


def _ended(entry: Entry) -> str:
    """How it ended; a proof that no smoke test was part of is one of serving only."""
    outcome = entry.outcome
    if outcome is None:
        return "open"
    untested = outcome.result is Result.PROVEN and outcome.functions and not outcome.smoke
    return f"{outcome.result.value}{', not smoke-tested' if untested else ''}"


def _served(version: str, digest: str) -> str:
    return f"{version}{f' ({tables.short(digest)})' if digest else ''}"


def _took(entry: Entry) -> str:
    if entry.outcome is None:
        return "-"
    taken = datetime.fromisoformat(entry.outcome.ended) - datetime.fromisoformat(entry.claim.began)
    minutes, seconds = divmod(int(taken.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
