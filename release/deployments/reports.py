"""What each command says at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from release import tables
from release.deployments import render
from release.deployments.model import Deployment, LiveFunction, Stack
from release.deployments.smokerules import SmokeResult
from release.report import Report


def of_smoke(environment: str, results: Sequence[SmokeResult]) -> Report:
    """Smoke tests and how they went."""
    cells = [("passed" if result.passed else "FAILED", result.name, result.problem) for result in results]
    header = ("result", "smoke test", "problem")
    return Report(
        data={"environment": environment, "tests": [{"name": r.name, "problem": r.problem} for r in results]},
        text=tables.table(header, cells),
        summary=f"### Smoke tests of {environment}\n\n{tables.markdown(header, cells)}\n",
    )


def of_status(
    rows: Sequence[tuple[str, Stack | None, Mapping[str, LiveFunction | None], Deployment | None, str]],
) -> Report:
    """Environments as ``(name, stack, live functions, last ledger entry, problem)``."""
    cells = []
    for name, stack, live, recorded, problem in rows:
        version = stack.parameters.get("ReleaseVersion", "-") if stack else "-"
        served = ", ".join(f"{i} {tables.short(f.digest) if f else '-'}" for i, f in live.items())
        entry = f"#{recorded.number} v{recorded.version}" if recorded else "-"
        cells.append((name, version, stack.status if stack else "no stack", served, entry, problem or "agrees"))
    header = ("environment", "version", "stack", "served", "ledger", "ledger and stack")
    return Report(
        data={
            "environments": {
                name: render.live_json(stack, live)
                | {
                    "recorded": render.deployment_json(recorded) if recorded else None,
                    "problem": problem or None,
                }
                for name, stack, live, recorded, problem in rows
            }
        },
        text=tables.table(header, cells),
        summary=f"### Status\n\n{tables.markdown(header, cells)}\n",
    )


def of_history(environment: str, rows: Sequence[tuple[Deployment, str]]) -> Report:
    """Deployments with their commit, newest first."""
    cells = [
        (
            f"#{entry.number}",
            f"v{entry.version}",
            commit[:12] or "-",
            ", ".join(f"{image} {tables.short(digest)}" for image, digest in entry.digests.items()),
        )
        for entry, commit in rows
    ]
    header = ("entry", "version", "commit", "images")
    return Report(
        data={"environment": environment, "deployments": [render.deployment_json(e, c) for e, c in rows]},
        text=tables.table(header, cells) if rows else f"nothing was ever proven in {environment}",
        summary=f"### History of {environment}\n\n{tables.markdown(header, cells)}\n",
    )
