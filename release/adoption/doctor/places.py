"""The environments on GitHub: which are there, who may deploy to them, and who is asked.

Source: GitHub's REST API, "Deployment environments" (GET /repos/{owner}/{repo}/environments) and "Deployment branch
policies" (GET …/environments/{environment}/deployment-branch-policies).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from release.adoption.doctor import needs, remedies
from release.adoption.doctor.findings import GITHUB, OK, WRONG, Diagnosis
from release.adoption.doctor.repository import HostedRepository
from release.settings.environments import MERGE, TAG
from release.settings.order import deployed_on
from release.versions.tags import tag_filter


def environments(repository: HostedRepository, branch: str) -> Iterator[Diagnosis]:
    config, base = repository.config, f"repos/{repository.name}/environments"
    listed = repository.forge.get(f"{base}?per_page=100") or {}
    there = {each["name"]: each for each in listed.get("environments", ())}
    tags, merged = deployed_on(config.environments, TAG), deployed_on(config.environments, MERGE)
    pattern = tag_filter(config.versions.tag_prefix)
    wanted = {name: {(branch, "branch")} for name in merged}
    wanted |= {name: {(branch, "branch"), (pattern, "tag")} for name in tags}
    for name, allowed in {needs.PROMOTION: {(pattern, "tag")}, **wanted}.items():
        environment = "" if name == needs.PROMOTION else name
        subject = f"environment {name}"
        if name not in there:
            remedy = remedies.made(base, name, allowed, asks=name in tags)
            yield Diagnosis(GITHUB, subject, WRONG, "there is none", remedy, environment)
            continue
        yield _policy(repository, there[name], allowed, environment)
        if name in tags:
            yield _reviewers(base, there[name], name)


def _policy(
    repository: HostedRepository, there: Mapping[str, Any], allowed: set[tuple[str, str]], of: str
) -> Diagnosis:
    """Which branches and tags may deploy there: those that must, and no wildcard over everything."""
    name, subject = there["name"], f"who deploys to {there['name']}"
    base = f"repos/{repository.name}/environments"
    place = f"{base}/{name}/deployment-branch-policies"
    limit = remedies.limited(base, there, allowed)
    policy = there.get("deployment_branch_policy")
    if not policy:
        why = "every branch of the repository may deploy there"
        return Diagnosis(GITHUB, subject, WRONG, why, limit, of)
    if policy.get("protected_branches"):
        if any(kind == "tag" for _, kind in allowed):
            why = "protected branches may, and no tag"
            return Diagnosis(GITHUB, subject, WRONG, why, limit, of)
        return Diagnosis(GITHUB, subject, OK, "protected branches", environment=of)
    found = repository.forge.get(f"{place}?per_page=100") or {}
    have = {(each["name"], each.get("type", "branch")) for each in found.get("branch_policies", ())}
    left = {one for one in allowed if not any(kind == one[1] and fnmatchcase(one[0], name) for name, kind in have)}
    if left:
        why = f"{', '.join(f'{kind} {name}' for name, kind in sorted(left))} may not"
        return Diagnosis(GITHUB, subject, WRONG, why, remedies.allow(base, name, left), of)
    if wide := sorted(name for name, kind in have if kind == "branch" and name.strip("*/") == ""):
        ids = {each["name"]: each.get("id") for each in found.get("branch_policies", ())}
        drop = " && ".join(f"gh api -X DELETE {place}/{ids[each]}" for each in wide)
        return Diagnosis(GITHUB, subject, WRONG, f"every branch may ({', '.join(wide)})", drop, of)
    return Diagnosis(GITHUB, subject, OK, ", ".join(f"{kind} {name}" for name, kind in sorted(have)), environment=of)


def _reviewers(base: str, there: Mapping[str, Any], name: str) -> Diagnosis:
    rules = [each for each in there.get("protection_rules", ()) if each.get("type") == "required_reviewers"]
    people = [one for rule in rules for one in rule.get("reviewers", ())]
    if people:
        named = ", ".join(str(one["reviewer"].get("login") or one["reviewer"].get("slug") or "?") for one in people)
        return Diagnosis(GITHUB, f"reviewers of {name}", OK, named, environment=name)
    return Diagnosis(
        GITHUB,
        f"reviewers of {name}",
        WRONG,
        "nobody is asked before a tag deploys there",
        f"{remedies.reviewers(base, name)}; in a private repository that needs GitHub Enterprise",
        name,
    )
