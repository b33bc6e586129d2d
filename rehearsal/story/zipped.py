"""The functions of a template that are no images: what they run on, and what of that is not AWS's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rehearsal.machine.runtimes import RuntimeBase
from release.adoption.expanded import Expanded


def runtimes(everywhere: Sequence[Expanded]) -> dict[str, tuple[str, ...]]:
    """Runtime -> the ZIP functions of it, by their logical ids, in every environment and nested template."""
    found: dict[str, dict[str, None]] = {}
    for values in (one for each in everywhere for one in each.templates):
        for name, resource in values.template["Resources"].items():
            own = resource.get("Properties") or {}
            if resource["Type"] == "AWS::Lambda::Function" and own.get("PackageType") != "Image" and "Runtime" in own:
                for runtime in values.texts(own["Runtime"]):
                    found.setdefault(runtime, {})[name] = None
    return {runtime: tuple(names) for runtime, names in sorted(found.items())}


def told(bases: Sequence[RuntimeBase], functions: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A line for each runtime whose functions run on a stand-in, or on nothing."""
    for each in bases:
        names = ", ".join(functions[each.runtime])
        if each.missing:
            yield (
                f"ZIP functions of {each.runtime} ({names}) are deployed and cannot be run: its registry is out of "
                f"reach, and {each.missing}. A smoke test that reaches one fails"
            )
        elif each.base:
            yield f"ZIP functions of {each.runtime} ({names}): {each.base.note}"
