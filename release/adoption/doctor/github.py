"""GitHub's settings: environments, variables, the rules of the branch and of release tags, a workflow's token.

Sources: GitHub's REST API, "Rules" (GET …/rules/branches/{branch}, GET …/rulesets), "Protected branches" (GET
…/branches/{branch}/protection/required_status_checks), "Actions permissions" (GET …/actions/permissions/workflow). What
needs an administrator's rights and is not told to others is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from release.adoption.doctor import needs, remedies
from release.adoption.doctor.findings import GITHUB, OK, UNKNOWN, WRONG, Diagnosis, unknown
from release.adoption.doctor.places import environments
from release.adoption.doctor.repository import HostedRepository
from release.adoption.doctor.variables import variables
from release.errors import ReleaseError
from release.versions.tags import tag_filter


def findings(repository: HostedRepository) -> Iterator[Diagnosis]:
    """Every line; one that nobody may read is not known."""
    try:
        about = repository.forge.get(f"repos/{repository.name}")
    except ReleaseError as error:
        yield unknown(GITHUB, repository.name, error.message, error.next_step)
        return
    if about is None:
        why = "GitHub knows no such repository, or does not show it to you"
        yield unknown(GITHUB, repository.name, why, "gh auth status shows as whom you ask")
        return
    branch = str(about.get("default_branch", "main"))
    yield Diagnosis(GITHUB, "repository", OK, f"{repository.name}, default branch {branch}")
    for look in (environments, variables, _branch, _tags, _token):
        try:
            yield from look(repository, branch)
        except ReleaseError as error:
            yield unknown(GITHUB, look.__name__.strip("_"), error.message, error.next_step)


def _branch(repository: HostedRepository, branch: str) -> Iterator[Diagnosis]:
    """Rulesets first; a classic protection besides, which only administrators may read."""
    subject = f"rules of {branch}"
    rules = repository.forge.get(f"repos/{repository.name}/rules/branches/{branch}?per_page=100") or []
    checks = [
        each["context"]
        for rule in rules
        if rule.get("type") == "required_status_checks"
        for each in (rule.get("parameters") or {}).get("required_status_checks", ())
    ]
    classic = None
    if not checks:
        try:
            classic = repository.forge.get(
                f"repos/{repository.name}/branches/{branch}/protection/required_status_checks"
            )
        except ReleaseError as error:
            yield unknown(GITHUB, subject, f"no ruleset requires a check, and {error.message}", "ask an administrator")
            return
    checks += (classic or {}).get("contexts") or [each["context"] for each in (classic or {}).get("checks", ())]
    if any(each == needs.REQUIRED_CHECK or each.endswith(f" / {needs.REQUIRED_CHECK}") for each in checks):
        yield Diagnosis(GITHUB, subject, OK, f"{needs.REQUIRED_CHECK} is required")
        return
    why = f"they require {', '.join(checks)}, not {needs.REQUIRED_CHECK}" if checks else "they require no check"
    check = f"check / {needs.REQUIRED_CHECK}" if repository.calls else needs.REQUIRED_CHECK
    yield Diagnosis(GITHUB, subject, WRONG, why, remedies.main_ruleset(repository.name, check))


def _tags(repository: HostedRepository, _branch: str) -> Iterator[Diagnosis]:
    wanted = f"refs/tags/{tag_filter(repository.config.versions.tag_prefix)}"
    listed = repository.forge.get(f"repos/{repository.name}/rulesets?includes_parents=true&per_page=100") or []
    for each in listed:
        if each.get("target") != "tag" or each.get("enforcement") != "active":
            continue
        whole = repository.forge.get(f"repos/{repository.name}/rulesets/{each['id']}") or {}
        covered = ((whole.get("conditions") or {}).get("ref_name") or {}).get("include", ())
        kinds = {rule.get("type") for rule in whole.get("rules", ())}
        if any(one in ("~ALL", wanted) for one in covered) and {"deletion", "update"} <= kinds:
            yield Diagnosis(GITHUB, "rules of release tags", OK, f"{each.get('name')}: they never move")
            return
    why = f"no active ruleset keeps {wanted} from being moved or deleted"
    yield Diagnosis(GITHUB, "rules of release tags", WRONG, why, remedies.tag_ruleset(repository.name, wanted))


def _token(repository: HostedRepository, _branch: str) -> Iterator[Diagnosis]:
    place = f"repos/{repository.name}/actions/permissions/workflow"
    found = repository.forge.get(place) or {}
    default = found.get("default_workflow_permissions")
    if default == "read":
        yield Diagnosis(GITHUB, "workflow token", OK, "reads by default")
    elif default:
        remedy = f"gh api -X PUT {place} -f default_workflow_permissions=read -F can_approve_pull_request_reviews=false"
        yield Diagnosis(GITHUB, "workflow token", WRONG, f"its default is {default}", remedy)
    else:
        yield Diagnosis(GITHUB, "workflow token", UNKNOWN, "only an administrator is told its default")
