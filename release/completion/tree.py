"""The copies of all templates that a release deploys, made together (:mod:`places`).

What a nested template's copy takes (images, version, commit, boundary), the resource that makes its stack hands on,
from parameters of the same names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from release.completion.complete import Nesting, Wanted, copied
from release.completion.places import Read, TemplatePlace, places
from release.errors import UsageError
from release.settings import cfn
from release.settings.functions import TemplateFunction, functions


def copies(where: str, read: Read, wanted: Wanted) -> Mapping[str, bytes]:
    """Path -> the copy that is deployed, of the template ``where`` and of every one nested in it.

    Raises:
        NotFoundError: one is not there.
        UsageError: one is no template, they nest in each other, or as :func:`copied`; or two stacks are made of one
            template and are given different images by a parameter of the same name.
    """
    found = places(where, read)
    given = _given(found, {image.parameter for image in wanted.images.values()})
    texts: dict[str, bytes] = {}
    takes: dict[str, tuple[str, ...]] = {}
    for place in reversed(found):
        if place.path in texts:
            continue
        here = {root: name for name, root in given[place.path].items()}
        children = {
            resource: {name: here.get(root := given[path].get(name, name), root) for name in takes[path]}
            for resource, path in place.children.items()
        }
        nesting = Nesting(given[place.path], children, is_root=place.path == where)
        made = copied(read(place.path), place.path, wanted, nesting)
        texts[place.path], takes[place.path] = made.text, made.takes
    return texts


def reader(where: str, read: Read, wanted: Wanted) -> Read:
    """``read``, with the copies instead of the templates. Raises as :func:`copies`."""
    made = copies(where, read, wanted)
    return lambda path: made[path] if path in made else read(path)


def functions_of(where: str, read: Read, wanted: Wanted) -> tuple[TemplateFunction, ...]:
    """Every function that is deployed; one of a nested stack is called ``Stack/Function``. Raises as :func:`copies`."""
    copy = reader(where, read, wanted)
    images = {image.parameter: name for name, image in wanted.images.items()}
    found: list[TemplateFunction] = []
    for place in places(where, copy):
        here = {name: images[root] for name, root in place.given.items() if root in images}
        for each in functions(cfn.load(copy(place.path), place.path), here, wanted.alias):
            found.append(replace(each, logical_id=f"{place.prefix}{each.logical_id}"))
    return tuple(found)


def _given(found: Sequence[TemplatePlace], images: set[str]) -> dict[str, dict[str, str]]:
    """Path -> parameter of that template -> the image's parameter of the root."""
    known: dict[str, dict[str, str]] = {}
    for place in found:
        here = known.setdefault(place.path, {})
        for name, root in place.given.items():
            if root in images and here.setdefault(name, root) != root:
                raise UsageError(
                    f"{place.prefix.rstrip('/')} gives {name} of {place.path} another image than another stack does",
                    untouched="everything",
                    next_step=f"copy {place.path}, one for each image, or give each image a parameter of its own",
                )
    return known
