"""What a job's token may do. Rules: GitHub's "Workflow syntax" and "Reusing workflow configurations"."""

from __future__ import annotations

from collections.abc import Mapping

from workflowlint.workflow import Job, Refused, Workflow

SCOPES = (
    "actions",
    "artifact-metadata",
    "attestations",
    "checks",
    "code-quality",
    "contents",
    "deployments",
    "discussions",
    "id-token",
    "issues",
    "models",
    "packages",
    "pages",
    "pull-requests",
    "security-events",
    "statuses",
)
LEVELS = ("none", "read", "write")

Permissions = Mapping[str, str]

# The default of a new repository ("restricted"). The permissive one is an old repository's choice, and never ours.
DEFAULT: Permissions = {scope: "read" if scope in ("contents", "packages") else "none" for scope in SCOPES}


def declared(value: Mapping[str, str] | str | None, inherited: Permissions) -> Permissions:
    """What ``permissions`` says; None inherits. Naming any scope sets all others to none.

    Raises:
        Refused: an unknown scope or level.
    """
    if value is None:
        return inherited
    if isinstance(value, str):
        if value not in ("read-all", "write-all"):
            raise Refused(f"permissions: {value!r} is not read-all or write-all")
        return dict.fromkeys(SCOPES, value.removesuffix("-all"))
    for scope, level in value.items():
        if scope not in SCOPES or level not in LEVELS:
            raise Refused(f"permissions: {scope}: {level} is not known")
    return {scope: value.get(scope, "none") for scope in SCOPES}


def effective(workflow: Workflow, job: Job, granted: Permissions | None = None, *, fork: bool = False) -> Permissions:
    """The permissions of ``job``'s token.

    Args:
        granted: what the calling job grants, for a job of a called workflow.
        fork: a pull request of a fork: the token only reads.

    Raises:
        Refused: the called workflow asks for more than its caller grants: GitHub then starts no run.
    """
    # A called workflow that declares nothing has what its caller grants.
    result = declared(job.permissions, declared(workflow.permissions, DEFAULT if granted is None else granted))
    if granted is not None:
        for scope in SCOPES:
            if LEVELS.index(result[scope]) > LEVELS.index(granted[scope]):
                raise Refused(
                    f"{workflow.path.name}, job {job.id}, asks for {scope}: {result[scope]}, "
                    f"but its caller grants {granted[scope]}",
                    untouched="everything: no run was started",
                    next_step=f"grant {scope}: {result[scope]} in the calling job",
                )
    if fork:
        return {s: "none" if s == "id-token" else "read" if level == "write" else level for s, level in result.items()}
    return result
