"""What differs between two releases, as values: images, parameters, functions, smoke tests, files. Pure rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from release.releases.record import RecordedFunction, RecordedImage
from release.settings.smoke import SmokeTest
from release.versions.history import Commit


@dataclass(frozen=True)
class Difference:
    """One thing that differs.

    Attributes:
        kind: "added", "removed", "changed"; of packages "raised" and "lowered" too, of resources "deleted", "replaced".
        detail: what about it, in words.
        alarm: data may be lost.
    """

    name: str
    kind: str
    detail: str = ""
    alarm: bool = False


@dataclass(frozen=True)
class ImageDifference:
    """One image. ``kind`` is "same", "added", "removed" or "changed".

    Attributes:
        packages: what differs in its packages; empty when nothing does, or when they were not compared.
        not_compared: why its packages were not compared; "" when they were, or when there is nothing to compare.
    """

    name: str
    kind: str
    old: RecordedImage | None
    new: RecordedImage | None
    packages: tuple[Difference, ...] = ()
    not_compared: str = ""


@dataclass(frozen=True)
class CodeDifference:
    """The code of one ZIP function or layer, by its bill of materials. The rest as of :class:`ImageDifference`."""

    name: str
    kind: str
    packages: tuple[Difference, ...] = ()
    not_compared: str = ""


@dataclass(frozen=True)
class Value:
    """A parameter's value; ``secret`` when it may be one, ``text`` None when nobody here can tell it."""

    text: str | None
    secret: bool = False


@dataclass(frozen=True)
class Differences:
    """What deploying a release would change in an environment.

    Attributes:
        live: the version that is live, "" when none is: then everything is added.
        release: the digest of the release that would go in.
        code: ZIP functions and layers whose bills of materials are not the same.
        parameters, template, files, functions, smoke: what differs; empty where nothing does.
        goes_in, comes_out: commits; None when they are not known here.
        notes: what could not be compared, or contradicts.
        asked: whether the ledger was asked what is live; without it, ``live`` is the release before, as git has it.
    """

    environment: str
    live: str
    version: str
    release: str
    images: tuple[ImageDifference, ...]
    code: tuple[CodeDifference, ...] = ()
    parameters: tuple[Difference, ...] = ()
    template: tuple[Difference, ...] = ()
    files: tuple[Difference, ...] = ()
    functions: tuple[Difference, ...] = ()
    smoke: tuple[Difference, ...] = ()
    goes_in: tuple[Commit, ...] | None = None
    comes_out: tuple[Commit, ...] | None = None
    notes: Sequence[str] = field(default_factory=tuple)
    asked: bool = True


def images(old: Mapping[str, RecordedImage], new: Mapping[str, RecordedImage]) -> tuple[ImageDifference, ...]:
    """Every image of both, unchanged ones too, by digest."""
    found = []
    for name in dict.fromkeys([*new, *old]):
        before, after = old.get(name), new.get(name)
        if before and after:
            kind = "same" if before.digest == after.digest else "changed"
        else:
            kind = "added" if after else "removed"
        found.append(ImageDifference(name, kind, before, after))
    return tuple(found)


def parameters(old: Mapping[str, Value], new: Mapping[str, Value]) -> tuple[Difference, ...]:
    """The parameters that differ; no value that may be a secret is shown, on either side."""
    found = []
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            kind, present = ("added", after) if before is None else ("removed", before)
            assert present is not None
            found.append(Difference(name, kind, _shown(present)))
        elif before.text is None or after.text is None:
            found.append(Difference(name, "not compared", "its value is not known here"))
        elif before.text != after.text:
            hidden = before.secret or after.secret
            found.append(Difference(name, "changed", "(hidden)" if hidden else f"{before.text!r} -> {after.text!r}"))
    return tuple(found)


def _shown(value: Value) -> str:
    if value.secret:
        return "(hidden)"
    return "(not known here)" if value.text is None else repr(value.text)


def functions(old: Mapping[str, RecordedFunction], new: Mapping[str, RecordedFunction]) -> tuple[Difference, ...]:
    """The Lambda functions that differ: in what they run (which image, or a ZIP), or in their alias."""
    said = [{name: _runs(each) for name, each in side.items()} for side in (old, new)]
    return _texts(*said)


def _runs(function: RecordedFunction) -> str:
    image = f"image {function.image}" if function.image else "a ZIP"
    return f"{image}, {f'alias {function.alias}' if function.alias else 'no alias'}"


def smoke(old: Sequence[SmokeTest], new: Sequence[SmokeTest]) -> tuple[Difference, ...]:
    """The smoke tests that differ, by name: in their steps."""
    before, after = ({test.name: test.steps for test in tests} for tests in (old, new))
    return tuple(
        Difference(name, "added" if name not in before else "removed" if name not in after else "changed")
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    )


def files(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Difference, ...]:
    """The files that differ; path -> digest of each."""
    return tuple(
        Difference(path, "added" if path not in old else "removed" if path not in new else "changed")
        for path in sorted({*old, *new})
        if old.get(path) != new.get(path)
    )


def _texts(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Difference, ...]:
    found = []
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            found.append(Difference(name, "added" if before is None else "removed", after or before or ""))
        elif before != after:
            found.append(Difference(name, "changed", f"{before} -> {after}"))
    return tuple(found)
