"""Why an environment may not be removed yet, and what a person does after it was. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from release.deployments import removaltypes as types
from release.deployments import stackstatus
from release.deployments.ledgerentries import Entry
from release.deployments.model import Stack
from release.deployments.removalmodel import Fate, ResourceVerdict, Stop
from release.settings.config import Config


def stops(
    name: str,
    stack: Stack | None,
    resources: Sequence[ResourceVerdict],
    running: Sequence[Entry],
    *,
    ours: bool,
) -> Iterator[Stop]:
    """Every reason why nothing may begin.

    Args:
        running: the ledger's open claims whose runs may live.
        ours: whether the ledger has a deployment that may have made the stack.
    """
    for entry in running:
        claim = entry.claim
        yield Stop(
            f"{claim.tag} ({claim.action} of v{claim.version} by {claim.run.who}, begun at {claim.began}) is under way",
            f"wait for it, or see what became of it ({claim.run.url or claim.run.host}): release history {name}",
        )
    if stack is None:
        return
    where = f"--stack-name {stack.name} --region {stack.region}"
    if not ours:
        yield Stop(
            f"stack {stack.name} is there, but the ledger of {name} has no deployment of it: somebody else made it",
            "if it was released before there were records: release migrate; if nobody needs it: "
            f"aws cloudformation delete-stack {where}",
        )
    if stack.protected:
        yield Stop(
            f"stack {stack.name} has termination protection",
            f"aws cloudformation update-termination-protection --no-enable-termination-protection {where}; then run "
            "the same command again",
        )
    if stackstatus.busy(stack.status) and stack.status != "DELETE_IN_PROGRESS":
        yield Stop(
            f"stack {stack.name} is being changed by somebody else [{stack.status}]",
            f"wait until it is at rest (aws cloudformation describe-stacks {where}), then run the same command again",
        )
    for each in resources:
        if each.fate is Fate.GOES_WITH_DATA and each.hint:
            yield Stop(
                f"{each.resource.logical_id} ({each.resource.type} {each.resource.physical_id}) would be deleted with "
                f"what is in it: {each.why}",
                each.hint,
            )


def after(name: str, config: Config, resources: Sequence[ResourceVerdict]) -> Iterator[str]:
    """What the removal leaves to a person."""
    logged = [
        each.resource.physical_id
        for each in resources
        if each.resource.type == types.FUNCTION and each.fate is not Fate.STAYS
    ]
    groups = [each.resource.physical_id for each in resources if each.resource.type == "AWS::Logs::LogGroup"]
    made = [group for each in logged if (group := f"/aws/lambda/{each}") not in groups]
    if made:
        yield (
            "the log groups that Lambda made by itself stay, where there are any: "
            f"{', '.join(made)} (aws logs delete-log-group --log-group-name {made[0]} --region "
            f"{config.environment(name).region})"
        )
    before = [each.name for each in config.environments.values() if each.proven_in == name]
    yield (
        f"the next deployment makes {name} anew. So that none does, take [environments.{name}] out of release.toml"
        + (f" (and proven-in of {', '.join(before)})" if before else "")
    )
    yield f"then its role in the account: release pipeline --write, and deploy pipeline.yaml; the ledger {name} stays"
    yield f"GitHub's environment: gh api -X DELETE 'repos/{{owner}}/{{repo}}/environments/{name}'"
