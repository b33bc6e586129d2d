"""What gives the template's parameters their values, by environment."""

from __future__ import annotations

from collections.abc import Iterator

from release.adoption.doctor.findings import LOCAL, OK, UNKNOWN, WRONG, Diagnosis
from release.adoption.doctor.project import Project
from release.errors import ReleaseError
from release.settings import agreement, parameters
from release.settings.environments import EnvironmentSpec

#: What every deployment gives itself (release/deployments/stackrequest.py).
_OF_A_DEPLOYMENT = frozenset({"ReleaseVersion", "GitSha", *agreement.OF_THE_PIPELINE})


def findings(project: Project, each: EnvironmentSpec) -> Iterator[Diagnosis]:
    """The parameters of one environment: those that are given, that nobody can have meant, that nothing here gives."""
    subject, template, here = f"parameters of {each.name}", project.copy(), project.here(each.name)
    try:
        agreement.check(template, each.parameters, here, each.name)
    except ReleaseError as error:
        yield Diagnosis(LOCAL, subject, WRONG, error.message, error.next_step or error.usual_step, each.name)
        return
    notes = agreement.notes(template, {**each.parameters, **here}, each.name)
    for note in notes:
        why = f"{note}; RELEASE_PARAMETERS of {each.name} on GitHub may give another"
        yield Diagnosis(LOCAL, subject, UNKNOWN, why, _remedy(each), each.name)
    if left := open_parameters(project, each):
        why = f"{', '.join(left)} must come from RELEASE_PARAMETERS: neither release.toml nor a default gives it"
        words = " ".join(f"{name}=…" for name in left)
        command = f"gh variable set RELEASE_PARAMETERS --env {each.name} --body '{words}'"
        yield Diagnosis(LOCAL, subject, UNKNOWN, why, command, each.name)
    if not notes and not left:
        yield Diagnosis(LOCAL, subject, OK, "the template takes those that release.toml gives", environment=each.name)


def _remedy(each: EnvironmentSpec) -> str:
    return (
        f"write its value into release.toml: [environments.{each.name}.parameters]; of a secret, its name: "
        "secret:NAME, after aws secretsmanager create-secret --name NAME --secret-string …"
    )


def open_parameters(project: Project, each: EnvironmentSpec) -> tuple[str, ...]:
    """Parameters that nothing here gives: RELEASE_PARAMETERS of the environment on GitHub may.

    Raises what reading the template raises.
    """
    declared = parameters.declared(project.copy())
    given = {*each.parameters, *project.here(each.name), *_OF_A_DEPLOYMENT}
    given |= {image.parameter for image in project.config.images.values()}
    return tuple(name for name, one in declared.items() if one.default is None and name not in given)
