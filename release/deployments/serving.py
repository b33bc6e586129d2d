"""Whether the aliases serve a release: every function its digest, from the version that the stack made for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from release.deployments.model import LiveFunction, StackResource
from release.releases.model import Release

#: image -> what its function's alias serves; None where there is no function or no alias.
Live = Mapping[str, LiveFunction | None]


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
    """Why the aliases do not serve the release yet, or "" when every one does (faults.md, 27 to 29 and 59).

    Args:
        versions: function -> the version that the stack published for the release, where it tells.
        ready: the states in which a function serves.
    """
    for image, digest in release.digests.items():
        function = live.get(image)
        if function is None:
            return f"image {image}: its function or alias does not exist"
        problem = _unserved(function, digest, ready) or strayed_from(function, versions)
        if problem:
            return f"image {image}: {function.function} {problem}"
    return ""


def strayed_from(function: LiveFunction, versions: Mapping[str, str]) -> str:
    """How the alias does not send everything to the version that the stack made last, or "" when it does."""
    wanted = versions.get(function.function, function.version)
    if function.version != wanted:
        return f"serves version {function.version}, not {wanted}, which the stack made"
    shares = ", ".join(f"{share:.0%} to version {number}" for number, share in sorted(function.weights.items()))
    return f"still sends {shares}" if shares else ""


def _unserved(function: LiveFunction, digest: str, ready: tuple[str, ...]) -> str:
    if function.digest != digest:
        return f"serves {function.digest or 'an unknown image'}, not {digest}"
    if "Failed" in (function.update, function.state):
        return f"failed: {function.reason or 'no reason given'}"
    if function.state not in ready or function.update not in ("Successful", ""):
        reason = f": {function.reason}" if function.reason else ""
        return f"is {function.state}, its update {function.update or 'unknown'}{reason}"
    return ""


def hopeless(live: Live) -> bool:
    """Whether waiting cannot help: a function said that it failed."""
    return any(f is not None and "Failed" in (f.state, f.update) for f in live.values())


def strayed(live: Live, names: Mapping[str, str], versions: Mapping[str, str]) -> Mapping[str, str]:
    """Function -> the version that its alias should send everything to and does not.

    That happens by hand, or by a traffic shift that was cut off, and CloudFormation does not see it: it compares a
    template with the template before, not with what is there.

    Args:
        names: image -> its function.
        versions: as above; a function that is not in it is left alone.
    """
    found = {}
    for image, name in names.items():
        function = live.get(image)
        if name in versions and (function is None or strayed_from(function, versions)):
            found[name] = versions[name]
    return found
