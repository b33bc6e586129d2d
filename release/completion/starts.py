"""How Lambda will start the functions of a release: those of nested templates, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from release.completion import tree
from release.completion.complete import Wanted
from release.completion.places import Read, places
from release.settings import cfn, functionenv
from release.settings.functionenv import StartSettings


def of_functions(
    where: str, read: Read, wanted: Wanted, values: Mapping[str, str]
) -> Mapping[str, tuple[StartSettings, ...]]:
    """Image -> the functions that run it; one of a nested stack is called ``Stack/Function``.

    Args:
        values: what references are known: parameters and pseudo parameters by name.
    """
    copy = tree.reader(where, read, wanted)
    images = {image.parameter: name for name, image in wanted.images.items()}
    runs: dict[str, tuple[StartSettings, ...]] = {}
    for place in places(where, copy):
        here = {name: images[root] for name, root in place.given.items() if root in images}
        found = functionenv.of_functions(cfn.load(copy(place.path), place.path), here, values)
        for image, each in found.items():
            named = (replace(one, logical_id=f"{place.prefix}{one.logical_id}") for one in each)
            runs[image] = (*runs.get(image, ()), *named)
    return runs
