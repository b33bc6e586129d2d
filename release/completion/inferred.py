"""release.toml with the images that the template's own Metadata describes: written into its text as tables.

What is inferred so stands in the settings that a release records, and a rollback reads them without a template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from release.completion import imagenames, imagetables, partial
from release.completion.builds import Build, ImageFunction, image_functions, merged, same_build
from release.completion.document import decoded
from release.completion.document import read as read_document
from release.completion.imagetables import Inferred
from release.completion.imageuris import refers_to
from release.completion.places import Read, may_nest, places
from release.errors import NotFoundError
from release.settings import cfn
from release.settings.config import table_of
from release.versions.ports import Git

#: A template without any of these describes no image: Metadata, or an ImageUri that is a folder.
_BUILT = re.compile(rb"Dockerfile|ImageUri[\"']?\s*:\s*[\"']?\.")


@dataclass(frozen=True)
class _Found:
    """A function and the root's parameters that its ImageUri refers to; ``name`` with the stacks that lead to it."""

    name: str
    function: ImageFunction
    parameters: frozenset[str]


def with_images(settings: str, read: Read) -> str:
    """The text of release.toml with a table for every image that it does not name and the template builds.

    Images that it names win: one with the same Dockerfile, context, target and arguments, or whose parameter the
    function's ImageUri refers to, is the function's image. A table that says nothing of how the image is built
    (``group``, ``max-size``, ``start-env`` …) completes the one of its name: what the template says of it is written
    below it, in ``[images.<name>.from-template]``, so that every line of theirs stays where it is.

    Args:
        read: gives the template and Dockerfiles, of the same state as ``settings``.

    Raises:
        UsageError: release.toml is no TOML; Metadata, or a Dockerfile, that is not understood, with the line; a table
            completes an image that the template does not have.
    """
    top: Mapping[str, Any] = table_of(settings).values
    explicit = merged(top.get("images", {}))
    open_ = {name for name, each in explicit.items() if partial.is_partial(each)}
    project = top.get("project")
    where = project.get("template", "template.yaml") if isinstance(project, dict) else None
    if not isinstance(project, dict) or not isinstance(where, str) or not isinstance(project.get("name"), str):
        return settings
    try:
        template = read(where)
    except NotFoundError:
        return settings
    if not open_ and not _BUILT.search(template) and not may_nest(template):
        return settings  # parsing the template takes longer than most commands do
    found = inferred(where, read, {name: partial.whole(each) for name, each in explicit.items() if name not in open_})
    partial.check(settings, open_, {each.name: each.build for each in found})
    tables = "".join(
        "\n" + imagetables.table(each, str(project["name"]), read, completes=each.name in open_) for each in found
    )
    return partial.checked(f"{settings.rstrip()}\n{tables}", open_) if tables else settings


def settings_at(git: Git, commit: str) -> str:
    """release.toml at ``commit`` with the images that the template describes. Raises as :func:`with_images`."""
    written = git.show(commit, "release.toml").decode(errors="replace")
    return with_images(written, lambda path: git.show(commit, path))


def inferred(where: str, read: Read, explicit: Mapping[str, Any]) -> tuple[Inferred, ...]:
    """The images that ``explicit``, the tables of release.toml, leave out, of the template and those nested in it.

    Raises:
        UsageError: a template, or Metadata in it, is not understood. NotFoundError: a nested template is not there.
    """
    groups: list[tuple[Build, list[_Found]]] = []
    given: set[str] = set()
    for place in places(where, read):
        loaded = cfn.load(read(place.path), place.path)
        given |= set(merged(loaded.get("Parameters"))) if not place.prefix else set()
        for each in image_functions(read_document(decoded(read(place.path), place.path), place.path), loaded):
            found = _Found(f"{place.prefix}{each.logical_id}", each, _named(each, place.given))
            if each.build is None or any(_is_image_of(image, found) for image in explicit.values()):
                continue
            _group(groups, each.build).append(found)
    taken = set(explicit)
    result = []
    for build, members in groups:
        name = imagenames.free(imagenames.kebab(members[0].function.logical_id), taken)
        taken.add(name)
        own = sorted(members[0].parameters & given)
        parameter = own[0] if len(own) == 1 else "".join(map(str.capitalize, name.split("-"))) + "ImageUri"
        result.append(Inferred(name, parameter, build, tuple(dict.fromkeys(each.name for each in members))))
    return tuple(result)


def _group(groups: list[tuple[Build, list[_Found]]], build: Build) -> list[_Found]:
    for known, members in groups:
        if known == build:
            return members
    groups.append((build, []))
    return groups[-1][1]


def _named(function: ImageFunction, given: Mapping[str, str]) -> frozenset[str]:
    """The root's parameters that the function's image may come from."""
    return frozenset(given[name] for name in refers_to(function.uri) if name in given)


def _is_image_of(image: Any, found: _Found) -> bool:
    """Whether a table of release.toml is the function's image."""
    if not isinstance(image, dict):
        return False
    return image.get("parameter") in found.parameters or same_build(
        str(image.get("dockerfile", "")),
        str(image.get("context", ".")),
        str(image.get("target", "")),
        image.get("args", {}),
        found.function.build,
    )
