"""GitHub's REST API as it answers to GET, with the shapes that its reference documents.

"Deployment environments", "Deployment branch policies", "Actions variables", "Rules", "Actions permissions": only the
fields that somebody here reads.
"""

from __future__ import annotations

from typing import Any

from release.errors import RemoteError


class FakeForge:
    """Answers by path without its query; what is not there is a 404, what is forbidden refuses."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers, self.forbidden, self.asked = answers, set[str](), list[str]()

    def get(self, path: str) -> Any:
        self.asked.append(path)
        place, _, query = path.partition("?")
        if place in self.forbidden:
            raise RemoteError(f"GitHub does not tell {path}: HTTP 403", next_step="gh auth status")
        found = self.answers.get(place)
        if isinstance(found, dict) and "variables" in found:  # what comes in pages
            page = int(dict(pair.split("=") for pair in query.split("&")).get("page", "1"))
            size = int(dict(pair.split("=") for pair in query.split("&")).get("per_page", "10"))
            return {**found, "variables": found["variables"][(page - 1) * size : page * size]}
        return found


def variables(**values: str) -> dict[str, Any]:
    found = [{"name": name, "value": value, "created_at": "2026-01-01T00:00:00Z"} for name, value in values.items()]
    return {"total_count": len(found), "variables": found}


def environment(name: str, *, reviewers: int = 0, policy: dict[str, bool] | None = None) -> dict[str, Any]:
    rules: list[dict[str, Any]] = [{"id": 1, "type": "branch_policy"}] if policy else []
    people = [{"type": "User", "reviewer": {"login": f"person{n}", "id": n}} for n in range(reviewers)]
    if people:
        rules.append({"id": 2, "type": "required_reviewers", "prevent_self_review": False, "reviewers": people})
    return {"id": 3, "name": name, "protection_rules": rules, "deployment_branch_policy": policy}


CUSTOM = {"protected_branches": False, "custom_branch_policies": True}


def policies(*pairs: tuple[str, str]) -> dict[str, Any]:
    found = [{"id": n, "name": name, "type": kind} for n, (name, kind) in enumerate(pairs)]
    return {"total_count": len(found), "branch_policies": found}


def role(name: str) -> str:
    return f"arn:aws:iam::123456789012:role/{name}"


def in_order(repository: str = "acme/orders") -> dict[str, Any]:
    """A repository of which everything is as docs/setup.md makes it."""
    base = f"repos/{repository}"
    rules = [
        {"type": "deletion"},
        {
            "type": "required_status_checks",
            "parameters": {"required_status_checks": [{"context": "check / Ready to merge", "integration_id": 15368}]},
        },
    ]
    return {
        base: {"full_name": repository, "default_branch": "main", "private": True},
        f"{base}/environments": {
            "total_count": 3,
            "environments": [
                environment("staging", policy=CUSTOM),
                environment("promotion", policy=CUSTOM),
                environment("production", reviewers=1, policy=CUSTOM),
            ],
        },
        f"{base}/environments/staging/deployment-branch-policies": policies(("main", "branch")),
        f"{base}/environments/promotion/deployment-branch-policies": policies(("v*", "tag")),
        f"{base}/environments/production/deployment-branch-policies": policies(("main", "branch"), ("v*", "tag")),
        f"{base}/actions/variables": variables(
            AWS_REGION="eu-west-1", PUBLISH_ROLE=role("app-publish"), WATCH_ROLE=role("app-watch")
        ),
        f"{base}/environments/promotion/variables": variables(PROMOTE_ROLE=role("app-promote")),
        f"{base}/environments/staging/variables": variables(DEPLOY_ROLE=role("app-deploy-staging")),
        f"{base}/environments/production/variables": variables(DEPLOY_ROLE=role("app-deploy-production")),
        f"{base}/rules/branches/main": rules,
        f"{base}/rulesets": [
            {"id": 7, "name": "release tags", "target": "tag", "enforcement": "active"},
            {"id": 8, "name": "main", "target": "branch", "enforcement": "active"},
        ],
        f"{base}/rulesets/7": {
            "id": 7,
            "name": "release tags",
            "target": "tag",
            "enforcement": "active",
            "conditions": {"ref_name": {"include": ["refs/tags/v*"], "exclude": []}},
            "rules": [{"type": "deletion"}, {"type": "update"}, {"type": "non_fast_forward"}],
        },
        f"{base}/actions/permissions/workflow": {
            "default_workflow_permissions": "read",
            "can_approve_pull_request_reviews": False,
        },
    }
