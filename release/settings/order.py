"""Which environments a merge deploys to, and which a release tag, each in the order in which a release gets there."""

from __future__ import annotations

from collections.abc import Mapping

from release.settings.environments import MERGE, TAG, EnvironmentSpec


def deployed_on(environments: Mapping[str, EnvironmentSpec], event: str = "") -> tuple[str, ...]:
    """The names of the environments that ``event`` (``merge`` or ``tag``; "": both) deploys to.

    What an environment must be proven in comes before it; otherwise release.toml's order holds. Where ``on`` is not
    written, a tag deploys to what asks for a proof (``proven-in``) and to the last environment, a merge to the others.
    """
    last = next(reversed([*environments]), "")
    events = {
        name: spec.on or (TAG if spec.proven_in or name == last else MERGE) for name, spec in environments.items()
    }
    found: list[str] = []
    for name in environments:
        _place(name, environments, found, set())
    return tuple(name for name in found if event in ("", events[name]))


def _place(name: str, environments: Mapping[str, EnvironmentSpec], found: list[str], above: set[str]) -> None:
    """Put ``name`` behind what it must be proven in. A circle, which no release could pass, ends where it began."""
    before = environments[name].proven_in
    if before in environments and before not in above:
        _place(before, environments, found, above | {name})
    if name not in found:
        found.append(name)


def too_early(environments: Mapping[str, EnvironmentSpec]) -> tuple[str, str] | None:
    """The first environment that a merge deploys to and that wants a proof of one where only tags go, and that one."""
    merged = deployed_on(environments, MERGE)
    for name in merged:
        before = environments[name].proven_in
        if before and before not in merged:
            return name, before
    return None
