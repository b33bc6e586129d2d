"""What becomes of each resource when its stack is deleted: decided before, with the reason. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from release.deployments import removaltypes as types
from release.deployments.model import StackResource
from release.deployments.removalmodel import Fate, ResourceVerdict, StackSeen

_ORDER = (Fate.STAYS, Fate.GOES_WITH_DATA, Fate.GOES)


def of_resources(seen: StackSeen, with_data: Collection[str]) -> tuple[ResourceVerdict, ...]:
    """A verdict on every resource: those that stay first, then those whose data goes.

    Args:
        with_data: logical ids of resources that may go with what is in them.
    """
    found = {each.logical_id: _verdict(each, seen, with_data) for each in seen.resources}
    for each in seen.resources:
        if (above := _kept_above(each.logical_id, found)) is not None:
            found[each.logical_id] = ResourceVerdict(each, Fate.STAYS, f"it is part of {above}, which stays")
        elif each.type == types.FUNCTION_VERSION:
            found[each.logical_id] = _version(each, found)
    for each in seen.resources:
        if each.type == types.NESTED and found[each.logical_id].fate is not Fate.STAYS:
            found[each.logical_id] = _nested(each, found)
    return tuple(sorted(found.values(), key=lambda verdict: _ORDER.index(verdict.fate)))


def definition(logical_id: str, seen: StackSeen) -> Mapping[str, Any]:
    """The resource as the template has it; empty when it has none."""
    above, slash, name = logical_id.rpartition("/")
    resources = (seen.templates or {}).get(above + slash, {}).get("Resources")
    found = resources.get(name) if isinstance(resources, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def looked_into(resource: StackResource, seen: StackSeen) -> bool:
    """Whether what is in it decides anything: a resource with a policy to be kept is kept, full or empty."""
    return types.policy(resource.type, definition(resource.logical_id, seen)) not in types.KEPT


def _verdict(each: StackResource, seen: StackSeen, with_data: Collection[str]) -> ResourceVerdict:
    written, region = definition(each.logical_id, seen), seen.stack.region
    contents, policy = (seen.contents or {}).get(each.logical_id), types.policy(each.type, written)
    later = _later(each, written, region)
    if policy in types.KEPT:
        return ResourceVerdict(each, Fate.STAYS, f"DeletionPolicy: {policy}", later=later)
    protected = contents.protected if contents else types.protected_by_template(written)
    if protected:
        lift = types.lift(each.type, each.physical_id, region)
        return ResourceVerdict(each, Fate.STAYS, "it has deletion protection", f"to have it go: {lift}", later)
    holds = contents.holds if contents else ""
    if each.type in types.REFUSED_WHEN_FULL and not types.properties(written).get("EmptyOnDelete"):
        if holds:
            why = f"it holds {holds}, and CloudFormation deletes only an empty one"
            hint = f"to have it go: {types.empty(each.type, each.physical_id, region)}"
            return ResourceVerdict(each, Fate.STAYS, why, hint, later)
        return ResourceVerdict(each, Fate.GOES, "it is empty")
    if policy == "Snapshot":
        return ResourceVerdict(each, Fate.GOES, "a snapshot of it stays (DeletionPolicy: Snapshot)")
    if each.type in types.DELETED_FULL | types.REFUSED_WHEN_FULL:
        return _with_data(each, holds, with_data, known=contents is not None)
    return ResourceVerdict(each, Fate.GOES, types.along(each.type))


def _with_data(each: StackResource, holds: str, with_data: Collection[str], *, known: bool) -> ResourceVerdict:
    if known and not holds:
        return ResourceVerdict(each, Fate.GOES, "it is empty")
    what = f"it holds {holds}" if holds else "it may hold data: this command cannot look into it"
    if each.logical_id in with_data:
        return ResourceVerdict(each, Fate.GOES_WITH_DATA, what)
    keep = f"DeletionPolicy: Retain for {each.logical_id} in the template, deployed"
    if each.type.startswith("AWS::DynamoDB::"):
        keep = f"aws dynamodb update-table --table-name {each.physical_id} --deletion-protection-enabled"
    hint = f"to keep it: {keep}; to have it go: --with-data {each.logical_id}"
    return ResourceVerdict(each, Fate.GOES_WITH_DATA, what, hint)


def _later(each: StackResource, written: Mapping[str, Any], region: str) -> str:
    """What to do about what stays: one that the template names is in the way of the next one of that name."""
    if each.type == types.FUNCTION_VERSION:
        return ""
    delete = types.delete(each.type, each.physical_id, region)
    if types.has_fixed_name(each.type, written):
        return (
            "it stays under the name that the template gives it, so the next deployment finds it in its way: import it "
            f"into the new stack, or {delete}"
        )
    return f"it stays; when nobody needs it any more: {delete}"


def _version(each: StackResource, found: Mapping[str, ResourceVerdict]) -> ResourceVerdict:
    """A version of a function, whatever its own policy says: Lambda deletes all of them with the function."""
    function = each.physical_id.rpartition(":")[0].rpartition(":")[2]
    kept = [
        verdict
        for verdict in found.values()
        if verdict.resource.type == types.FUNCTION and verdict.resource.physical_id == function
    ]
    if kept and kept[0].fate is Fate.STAYS:
        return ResourceVerdict(each, Fate.STAYS, f"its function {kept[0].resource.logical_id} stays")
    return ResourceVerdict(each, Fate.GOES, "with its function")


def _kept_above(logical_id: str, found: Mapping[str, ResourceVerdict]) -> str | None:
    """The nested stack around a resource that is kept whole."""
    above = logical_id.rpartition("/")[0]
    while above:
        if above in found and found[above].fate is Fate.STAYS:
            return above
        above = above.rpartition("/")[0]
    return None


def _nested(each: StackResource, found: Mapping[str, ResourceVerdict]) -> ResourceVerdict:
    """A nested stack whose deletion CloudFormation cannot end, because of what it does not delete in it, stays as well.

    One with DeletionPolicy: Retain is left behind by itself; then the nested stack goes.
    """
    inner = [v for name, v in found.items() if name.startswith(f"{each.logical_id}/")]
    held = [v for v in inner if v.fate is Fate.STAYS and not v.why.startswith("DeletionPolicy")]
    held = [v for v in held if v.resource.type != types.FUNCTION_VERSION]
    if not held:
        return found[each.logical_id]
    why = f"{held[0].resource.logical_id} in it stays"
    later = f"it stays, with nothing else in it; later: aws cloudformation delete-stack --stack-name {each.physical_id}"
    return replace(found[each.logical_id], fate=Fate.STAYS, why=why, later=later)
