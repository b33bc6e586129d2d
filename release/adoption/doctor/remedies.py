"""The commands that mend GitHub's settings, whole: what they write is what docs/setup.md writes (3 and 4).

Sources: GitHub's REST API, "Create or update an environment", "Create a deployment branch policy", "Create a repository
ruleset". Bodies are JSON: gh's own nested fields cannot say several things of one element of a list.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

_CUSTOM = {"protected_branches": False, "custom_branch_policies": True}
#: Who is asked before a deployment: whoever types the command, until a team is named.
_WHO = '"$(gh api user --jq .id)"'
_REVIEW = {
    "required_approving_review_count": 1,
    "dismiss_stale_reviews_on_push": True,
    "require_code_owner_review": False,
    "require_last_push_approval": True,
    "required_review_thread_resolution": True,
}


def made(base: str, name: str, allowed: Iterable[tuple[str, str]], *, asks: bool) -> str:
    """Makes an environment to which only ``allowed`` deploys.

    Args:
        base: ``repos/OWNER/REPO/environments``.
        allowed: ``(pattern, "branch" or "tag")`` of each.
        asks: a person is asked before each deployment.
    """
    first = reviewers(base, name) if asks else _sent({"deployment_branch_policy": _CUSTOM}, "PUT", f"{base}/{name}")
    return " && ".join((first, allow(base, name, allowed)))


def limited(base: str, there: Mapping[str, Any], allowed: Iterable[tuple[str, str]]) -> str:
    """Limits an environment that is there to ``allowed``; whom it asks and how long it waits stays."""
    body: dict[str, Any] = {"deployment_branch_policy": _CUSTOM}
    for rule in there.get("protection_rules", ()):
        if rule.get("type") == "required_reviewers":
            body["prevent_self_review"] = bool(rule.get("prevent_self_review"))
            body["reviewers"] = [{"type": one["type"], "id": one["reviewer"]["id"]} for one in rule["reviewers"]]
        elif rule.get("type") == "wait_timer":
            body["wait_timer"] = rule.get("wait_timer", 0)
    name = there["name"]
    return " && ".join((_sent(body, "PUT", f"{base}/{name}"), allow(base, name, allowed)))


def reviewers(base: str, name: str) -> str:
    """Has a person asked before each deployment; who may deploy stays limited to what is named."""
    body = json.dumps({"reviewers": [{"type": "User", "id": "%s"}], "deployment_branch_policy": _CUSTOM})
    form = shlex.quote(body.replace('"%s"', "%s"))
    return f"printf {form} {_WHO} | gh api -X PUT {base}/{name} --input -"


def allow(base: str, name: str, allowed: Iterable[tuple[str, str]]) -> str:
    """Each of ``allowed`` may deploy there, beside those that may already."""
    place = f"{base}/{name}/deployment-branch-policies"
    return " && ".join(
        f"gh api -X POST {place} -f {shlex.quote(f'name={pattern}')} -f type={kind}"
        for pattern, kind in sorted(allowed)
    )


def main_ruleset(repository: str, check: str) -> str:
    """Main takes pull requests that somebody approved and whose ``check`` passed."""
    checks = {"strict_required_status_checks_policy": False, "required_status_checks": [{"context": check}]}
    rules = [{"type": "deletion"}, {"type": "non_fast_forward"}, {"type": "pull_request", "parameters": _REVIEW}]
    rules += [{"type": "required_status_checks", "parameters": checks}]
    return _ruleset(repository, "main", "branch", "~DEFAULT_BRANCH", rules)


def tag_ruleset(repository: str, pattern: str) -> str:
    """Release tags never move. ``pattern``: ``refs/tags/v*``."""
    rules = [{"type": each} for each in ("deletion", "update", "non_fast_forward")]
    return _ruleset(repository, "release tags", "tag", pattern, rules)


def _ruleset(repository: str, name: str, target: str, included: str, rules: list[Any]) -> str:
    conditions = {"ref_name": {"include": [included], "exclude": []}}
    body = {"name": name, "target": target, "enforcement": "active", "conditions": conditions, "rules": rules}
    return _sent(body, "POST", f"repos/{repository}/rulesets")


def _sent(body: Any, method: str, place: str) -> str:
    return f"printf %s {shlex.quote(json.dumps(body))} | gh api -X {method} {place} --input -"
