"""Results as text for a terminal, Markdown for a job summary, and plain values for ``--json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from release.deployments.deployplan import DeployPlan
from release.deployments.model import Deployment, LiveFunction, Manifest, Stack


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A plain aligned table."""
    widths = [max(len(str(row[i])) for row in (header, *rows)) for i in range(len(header))]
    lines = [
        "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The same table in Markdown; cells cannot break out of it."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    return "\n".join([line(header), line(["---"] * len(header)), *(line(row) for row in rows)])


def size(count: int) -> str:
    """Bytes for a person: ``12.3 MB``."""
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"


def short(digest: str) -> str:
    """The part of a digest a person compares."""
    return digest.removeprefix("sha256:")[:12] or "-"


def manifest_json(manifest: Manifest) -> dict[str, Any]:
    """A manifest for ``--json``."""
    return {
        "digest": manifest.digest,
        "media_type": manifest.media_type,
        "platform": manifest.platform,
        "size": manifest.size,
        "layers": [{"digest": layer.digest, "size": layer.size} for layer in manifest.layers],
    }


def deployment_json(entry: Deployment, commit: str = "") -> dict[str, Any]:
    """A ledger entry for ``--json``."""
    return {
        "environment": entry.environment,
        "number": entry.number,
        "version": entry.version,
        "commit": commit,
        "digests": dict(entry.digests),
        "tag": entry.tag,
    }


def plan_json(plan: DeployPlan) -> dict[str, Any]:
    """A deployment's plan for ``--json``."""
    return {
        "environment": plan.environment,
        "action": plan.action.name.lower(),
        "why": plan.why,
        "version": plan.release.version,
        "commit": plan.release.commit,
        "digests": dict(plan.release.digests),
        "number": plan.number,
        "put_back": plan.put_back.version if plan.put_back else None,
        "finishes": plan.finish_tag if plan.finish else None,
    }


def plan_text(plan: DeployPlan) -> str:
    """A deployment's plan for a terminal."""
    lines = [plan.why, f"  {plan.action.value}"]
    if plan.finish:
        lines.append(f"  first finish ledger entry {plan.finish_tag} on {', '.join(plan.finish)}")
    for image, digest in plan.release.digests.items():
        lines.append(f"  {image}: {digest}")
    if plan.action.name in ("DEPLOY", "PROVE"):
        back = f"v{plan.put_back.version}" if plan.put_back else "nothing: this is the first deployment"
        lines.append(f"  if it fails its proof, goes back in: {back}")
    return "\n".join(lines)


def live_json(stack: Stack | None, live: Mapping[str, LiveFunction | None]) -> dict[str, Any]:
    """What an environment runs, for ``--json``."""
    return {
        "stack": stack.name if stack else None,
        "status": stack.status if stack else None,
        "version": stack.parameters.get("ReleaseVersion") if stack else None,
        "commit": stack.parameters.get("GitSha") if stack else None,
        "api": stack.outputs.get("ApiUrl") if stack else None,
        "functions": {
            image: None
            if function is None
            else {
                "name": function.function,
                "version": function.version,
                "digest": function.digest,
                "state": function.state,
            }
            for image, function in live.items()
        },
    }
