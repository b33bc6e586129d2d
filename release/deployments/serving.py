"""Whether the functions serve a release: every one its digest, from the version that the stack made for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from release.deployments.model import LiveFunction, StackResource
from release.releases.model import Release
from release.releases.record import RecordedFunction

#: logical id -> what the function's alias serves, or ``$LATEST`` where it is given none; None where either is missing.
Live = Mapping[str, LiveFunction | None]


def function_names(resources: Iterable[StackResource]) -> Mapping[str, str]:
    """Logical id -> physical name, of every Lambda function of the stack."""
    return {each.logical_id: each.physical_id for each in resources if each.type == "AWS::Lambda::Function"}


def published_versions(resources: Iterable[StackResource]) -> Mapping[str, str]:
    """Function -> the number of the version that the stack published last.

    A version's physical id is its qualified ARN, ``arn:aws:lambda:<region>:<account>:function:<name>:<number>``
    (CloudFormation's AWS::Lambda::Version, "Return values"). A function of which the stack holds several versions at
    once is left out: nothing tells which of them is meant.
    """
    found: dict[str, set[str]] = {}
    for resource in resources:
        parts = resource.physical_id.split(":")
        if resource.type == "AWS::Lambda::Version" and len(parts) == 8:
            found.setdefault(parts[6], set()).add(parts[7])
    return {function: next(iter(numbers)) for function, numbers in found.items() if len(numbers) == 1}


def unserved(live: Live, release: Release, versions: Mapping[str, str], *, ready: tuple[str, ...] = ("Active",)) -> str:
    """Why the functions do not serve the release yet, or "" when every one does (faults.md, 27 to 29, 58 and 59).

    Args:
        versions: function -> the version that the stack published for the release, where it tells.
        ready: the states in which a function serves.
    """
    for logical, expected in release.record.functions.items():
        function = live.get(logical)
        if function is None:
            return f"{logical}: the function{' or its alias' if expected.alias else ''} does not exist"
        digest = release.digests.get(expected.image, "")
        problem = _unserved(function, digest, ready) or (strayed_from(function, versions) if expected.alias else "")
        if problem:
            return f"{logical}: {function.function} {problem}"
    return ""


def strayed_from(function: LiveFunction, versions: Mapping[str, str]) -> str:
    """How the alias does not send everything to the version that the stack made last, or "" when it does."""
    wanted = versions.get(function.function, function.version)
    if function.version != wanted:
        return f"serves version {function.version}, not {wanted}, which the stack made"
    shares = ", ".join(f"{share:.0%} to version {number}" for number, share in sorted(function.weights.items()))
    return f"still sends {shares}" if shares else ""


def _unserved(function: LiveFunction, digest: str, ready: tuple[str, ...]) -> str:
    """``digest`` is "" for a ZIP, of which the version alone tells."""
    if digest and function.digest != digest:
        return f"serves {function.digest or 'an unknown image'}, not {digest}"
    if function.behind:
        return f"serves version {function.version}, which has not the {function.behind} that it was set to since"
    if "Failed" in (function.update, function.state):
        return f"failed: {function.reason or 'no reason given'}"
    if function.state not in ready or function.update not in ("Successful", ""):
        reason = f": {function.reason}" if function.reason else ""
        return f"is {function.state}, its update {function.update or 'unknown'}{reason}"
    return ""


def hopeless(live: Live) -> bool:
    """Whether waiting cannot help: a function said that it failed."""
    return any(f is not None and "Failed" in (f.state, f.update) for f in live.values())


def strayed(
    live: Live, functions: Mapping[str, RecordedFunction], names: Mapping[str, str], versions: Mapping[str, str]
) -> Mapping[str, str]:
    """Logical id -> the version that the function's alias should send everything to and does not.

    That happens by hand, or by a traffic shift that was cut off, and CloudFormation does not see it: it compares a
    template with the template before, not with what is there.

    Args:
        names: logical id -> physical name.
        versions: physical name -> version, as above; a function that is not in it is left alone.
    """
    found = {}
    for logical, expected in functions.items():
        name, function = names.get(logical, ""), live.get(logical)
        if expected.alias and name in versions and (function is None or strayed_from(function, versions)):
            found[logical] = versions[name]
    return found


def strayed_images(live: Live, release: Release) -> Mapping[str, str]:
    """Logical id -> the image that a function without an alias should run and does not.

    CloudFormation does not see that either; of a ZIP nothing tells.
    """
    return {
        logical: expected.image
        for logical, expected in release.record.functions.items()
        if not expected.alias
        and (function := live.get(logical)) is not None
        and function.digest != release.digests.get(expected.image, function.digest)
    }


def without_alias(release: Release) -> str:
    """What a plan says of the way back where functions have no alias, "" where every one has."""
    names = [logical for logical, each in release.record.functions.items() if not each.alias]
    if not names:
        return ""
    subject = f"{', '.join(names)} {'has' if len(names) == 1 else 'have'} no alias"
    return f"{subject}: callers reach $LATEST, which changes when CloudFormation changes it, no sooner"
