"""The variables on GitHub that the workflows read.

Source: GitHub's REST API, "Actions variables" (GET /repos/{owner}/{repo}/actions/variables, …/actions/
organization-variables, …/environments/{environment}/variables: ``{"total_count": …, "variables": [{name, value}]}``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from release.adoption.doctor import needs
from release.adoption.doctor.findings import GITHUB, OK, WRONG, Diagnosis
from release.adoption.doctor.repository import HostedRepository
from release.errors import ReleaseError


def _values(repository: HostedRepository, path: str) -> dict[str, str]:
    """Variables by name. A repository has 500, an environment 100 at most ("Variables reference", limits)."""
    found: dict[str, str] = {}
    for page in range(1, 18):
        answer = repository.forge.get(f"repos/{repository.name}/{path}?per_page=30&page={page}") or {}
        found |= {each["name"]: each.get("value", "") for each in answer.get("variables", ())}
        if len(found) >= answer.get("total_count", 0) or not answer.get("variables"):
            break
    return found


def variables(repository: HostedRepository, _branch: str) -> Iterator[Diagnosis]:
    shared = {**_organization(repository), **_values(repository, "actions/variables")}
    yield from _set(repository, needs.OF_THE_REPOSITORY, shared, "")
    yield from _set(repository, needs.OF_PROMOTION, shared | _of(repository, needs.PROMOTION), needs.PROMOTION)
    roles: dict[str, str] = {}
    for name in repository.config.environments:
        own = shared | _of(repository, name)
        yield from _set(repository, needs.OF_AN_ENVIRONMENT, own, name)
        role = own.get("DEPLOY_ROLE", "")
        if role and role in roles:
            why = f"DEPLOY_ROLE is that of {roles[role]}: each environment has its own role"
            yield Diagnosis(GITHUB, f"variables of {name}", WRONG, why, _command("DEPLOY_ROLE", name, repository), name)
        roles[role] = name
        given = own.get("RELEASE_PARAMETERS", "")
        left = [one for one in repository.open_parameters.get(name, ()) if f"{one}=" not in given]
        if left:
            why = f"RELEASE_PARAMETERS does not give {', '.join(left)}"
            words = " ".join([given, *(f"{one}=…" for one in left)]).strip()
            remedy = f"gh variable set RELEASE_PARAMETERS --env {name} --body '{words}'"
            yield Diagnosis(GITHUB, f"variables of {name}", WRONG, why, remedy, name)


def _organization(repository: HostedRepository) -> dict[str, str]:
    try:
        return _values(repository, "actions/organization-variables")
    except ReleaseError:
        return {}  # a person's own account has none; whoever may not read them sees the variable as missing


def _of(repository: HostedRepository, environment: str) -> dict[str, str]:
    return _values(repository, f"environments/{environment}/variables")


def _set(
    repository: HostedRepository, wanted: Mapping[str, str], have: Mapping[str, str], environment: str
) -> Iterator[Diagnosis]:
    subject = f"variables of {environment}" if environment else "variables of the repository"
    of = "" if environment == needs.PROMOTION else environment
    for name in wanted:
        if name not in have:
            remedy = _command(name, environment, repository)
            yield Diagnosis(GITHUB, subject, WRONG, f"{name} is not set", remedy, of)
        elif name.endswith("_ROLE") and not re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:role/.+", have[name]):
            why = f"{name} is {have[name]!r}, no role's ARN"
            yield Diagnosis(GITHUB, subject, WRONG, why, _command(name, environment, repository), of)
    if all(name in have for name in wanted):
        yield Diagnosis(
            GITHUB, subject, OK, f"{', '.join(wanted)} {'are' if len(wanted) > 1 else 'is'} set", environment=of
        )


def _command(name: str, environment: str, repository: HostedRepository) -> str:
    """What sets a variable, as docs/setup.md has it."""
    config = repository.config
    known = {**needs.OF_THE_REPOSITORY, **needs.OF_PROMOTION, **needs.OF_AN_ENVIRONMENT}[name]
    where = f" --env {environment}" if environment else ""
    if not known:
        return f"gh variable set {name}{where} --body {config.registry_region}"
    output = known.format(environment="".join(word[:1].upper() + word[1:] for word in environment.split("-")))
    return (
        f'gh variable set {name}{where} --body "$(aws cloudformation describe-stacks --region {config.registry_region} '
        f"--stack-name {config.project}-pipeline --query \"Stacks[0].Outputs[?OutputKey=='{output}'].OutputValue\" "
        '--output text)"'
    )
