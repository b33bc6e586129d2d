"""Plans, deployments and what is live, as text for a terminal and as plain values for ``--json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from release.deployments.deployplan import DeployPlan
from release.deployments.ledgerentries import Entry
from release.deployments.model import LiveFunction, Stack


def entry_json(entry: Entry) -> dict[str, Any]:
    """A ledger entry for ``--json``."""
    claim, outcome = entry.claim, entry.outcome
    return {
        "environment": claim.environment,
        "number": claim.number,
        "action": claim.action,
        "version": claim.version,
        "commit": claim.commit,
        "release": claim.release,
        "digests": dict(claim.digests),
        "tag": claim.tag,
        "who": claim.run.who,
        "run": claim.run.url or None,
        "reason": claim.reason,
        "began": claim.began,
        "result": outcome.result.value if outcome else "open",
        "ended": outcome.ended if outcome else None,
        "seconds": dict(outcome.seconds) if outcome else {},
        "smoke": dict(outcome.smoke) if outcome else {},
        "functions": {
            name: {"name": served.name, "version": served.version, "digest": served.digest}
            for name, served in (outcome.functions.items() if outcome else ())
        },
        "problem": outcome.problem if outcome else "",
    }


def plan_json(plan: DeployPlan) -> dict[str, Any]:
    """A deployment's plan for ``--json``."""
    return {
        "environment": plan.environment,
        "action": plan.action.name.lower(),
        "why": plan.why,
        "version": plan.release.version,
        "commit": plan.release.commit,
        "release": plan.release.digest,
        "digests": dict(plan.release.digests),
        "number": plan.number,
        "put_back": plan.put_back.claim.version if plan.put_back else None,
        "abandons": [entry.claim.tag for entry in plan.abandoned],
        "notes": list(plan.rollout.notes) if plan.rollout else [],
    }


def plan_text(plan: DeployPlan) -> str:
    """A deployment's plan for a terminal."""
    lines = [plan.why, f"  {plan.action.value}", f"  release: {plan.release.digest}"]
    for entry in plan.abandoned:
        lines.append(f"  first mark {entry.claim.tag} abandoned: its run by {entry.claim.run.who} is over")
    for image, digest in plan.release.digests.items():
        lines.append(f"  {image}: {digest}")
    if plan.action.name in ("DEPLOY", "PROVE"):
        back = "nothing: it was proven here last" if plan.again else "nothing: this is the first deployment"
        back = f"v{plan.put_back.claim.version}" if plan.put_back else back
        lines.append(f"  if it fails its proof, goes back in: {back}")
    lines += [f"note: {note}" for note in plan.rollout.notes] if plan.rollout else []
    return "\n".join(lines)


def live_json(stack: Stack | None, functions: Mapping[str, LiveFunction | None]) -> dict[str, Any]:
    """What an environment runs, for ``--json``."""
    return {
        "stack": stack.name if stack else None,
        "status": stack.status if stack else None,
        "version": stack.parameters.get("ReleaseVersion") if stack else None,
        "commit": stack.parameters.get("GitSha") if stack else None,
        "api": stack.outputs.get("ApiUrl") if stack else None,
        "functions": {
            logical: None
            if function is None
            else {
                "name": function.function,
                "version": function.version,
                "digest": function.digest,
                "state": function.state,
                "weights": dict(function.weights),
            }
            for logical, function in functions.items()
        },
    }
