"""What each command says at its end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from release import tables
from release.deployments.model import Deployment, LiveFunction, Manifest, Stack
from release.gate import scanrecord, scantext
from release.gate.scanrecord import ScanRecord
from release.gate.verdict import Outcome, Verdict
from release.report import Report
from release.settings.smoke import SmokeResult

_WORST = [Outcome.PASS.value, Outcome.BLOCK.value, Outcome.CANNOT_TELL.value]


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
        name: {"inputs": inputs, "source": source} | (tables.manifest_json(manifest) if manifest else {})
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
                name: tables.live_json(stack, live)
                | {
                    "recorded": tables.deployment_json(recorded) if recorded else None,
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
        data={"environment": environment, "deployments": [tables.deployment_json(e, c) for e, c in rows]},
        text=tables.table(header, cells) if rows else f"nothing was ever proven in {environment}",
        summary=f"### History of {environment}\n\n{tables.markdown(header, cells)}\n",
    )


def of_scan_plan(targets: Sequence[str], files: Sequence[str], database: str) -> Report:
    """What a scan would read (``--dry-run``)."""
    data = {"targets": list(targets), "files": list(files), "database": database}
    return Report(data, "\n".join([*(f"would scan {target}" for target in (*targets, *files)), f"with {database}"]))


def of_nothing_to_scan(environment: str) -> Report:
    """Nothing is live yet, which is no failure: the daily scan of a new repository ends well."""
    text = f"nothing was ever proven in {environment}, so there is nothing to scan"
    return Report({"images": {}}, text, f"### Scan\n\n{text}\n", {"verdict": ""})


def of_scan(results: Sequence[tuple[Verdict, ScanRecord]]) -> Report:
    """The gate's verdicts."""
    return Report(
        data={"images": {verdict.image: json.loads(scanrecord.to_json(record)) for verdict, record in results}},
        text="\n".join(line for verdict, record in results for line in scantext.terminal(verdict, record)),
        summary=scantext.markdown(results),
        outputs={"verdict": max((v.outcome.value for v, _ in results), key=_WORST.index) if results else ""},
    )
