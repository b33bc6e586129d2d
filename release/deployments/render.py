"""Plans, deployments and what is live, as text for a terminal and as plain values for ``--json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from release.deployments.deployplan import DeployPlan
from release.deployments.model import Deployment, LiveFunction, Stack


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
        back = "nothing: it was proven here last" if plan.again else "nothing: this is the first deployment"
        back = f"v{plan.put_back.version}" if plan.put_back else back
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
                "weights": dict(function.weights),
            }
            for image, function in live.items()
        },
    }
