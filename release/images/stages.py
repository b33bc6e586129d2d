"""The stages of a Dockerfile, and the images that each of them reads.

The rules are those of BuildKit's ``frontend/dockerfile/dockerfile2llb`` (convert.go, platform.go): a name that an
earlier stage has is that stage; variables of ``FROM`` are the arguments above the first ``FROM`` and the target
platform's parts; ``--from`` takes no variables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from release.images.dockerfile import Dockerfile, Instruction
from release.images.dockerlines import Word
from release.images.expansion import NotReadError, expanded, quoted_words
from release.images.reference import parse_reference

#: What ``ADD`` fetches, or may: a variable is not filled in here.
_REMOTE = re.compile(r"(?:https?|git|ssh)://|git@|\$")
#: A commit or a checksum in the address of a git repository.
_FIXED = re.compile(r"#[0-9a-f]{40}(?:[0-9a-f]{24})?(?::|\Z)|[?&]checksum=")
_STAGE = re.compile(r"[a-z][a-z0-9-_.]*")
#: What these say depends on the machine that builds (Dockerfile reference, "Automatic platform ARGs").
_MACHINE = ("BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT")


@dataclass(frozen=True, slots=True)
class Source:
    """One place where a build reads an image.

    Attributes:
        name: the image's name, variables filled in.
        line: for messages.
        start, end: the place in the text that says it; ``before`` and ``after`` are what else stands there, so that
            before + another name + after says the same of another image.
    """

    name: str
    line: int
    start: int
    end: int
    before: str = ""
    after: str = ""

    @property
    def is_pinned(self) -> bool:
        """Whether the name holds a digest."""
        reference = parse_reference(self.name)
        return reference is not None and bool(reference.digest)


@dataclass(slots=True)
class Stage:
    """One stage.

    Attributes:
        images: every place in it that names an image.
        needs: the numbers of the stages that it is built on or copies from.
        fetched: line -> what ``ADD`` fetches from elsewhere without saying its checksum.
        used: the arguments that the name of its base is made of.
    """

    name: str
    line: int
    images: list[Source] = field(default_factory=list)
    needs: set[int] = field(default_factory=set)
    fetched: dict[int, str] = field(default_factory=dict)
    used: frozenset[str] = frozenset()


class Scope:
    """The variables of ``FROM``: the arguments above the first one, and the platform's parts."""

    def __init__(self, file: Dockerfile, arguments: Mapping[str, str], platform: str, target: str) -> None:
        system, _, architecture = platform.partition("/")
        self.file = file
        self.values = {"TARGETPLATFORM": platform, "TARGETOS": system, "TARGETARCH": architecture}
        self.values["TARGETSTAGE"] = target or "default"
        self.values |= {name: value for name, value in arguments.items() if name in (*self.values, *_MACHINE)}
        self.made_of = {name: {name} for name in _MACHINE if name not in self.values}
        self.declared = declared_arguments(file)
        for one in file.instructions:
            if one.name == "FROM":
                break
            for name, default in _arguments(file, one):
                self._declare(name, arguments.get(name), default, one.line)

    def _declare(self, name: str, given: str | None, default: str | None, line: int) -> None:
        self.made_of[name] = {name}
        if given is not None:
            self.values[name] = given
        elif default is not None:
            value, used = self.fill(default, line)
            self.values[name] = value
            self.made_of[name] |= used

    def fill(self, word: str, line: int) -> tuple[str, frozenset[str]]:
        """``word`` with its variables filled in, and the arguments that it is made of."""
        met: set[str] = set()
        try:
            value = expanded(word, self.values, self.file.escape, met)
        except NotReadError as error:
            raise self.file.error(line, f"{word} {error}") from error
        return value, frozenset().union(*(self.made_of.get(name, {name}) for name in met))

    def image(self, word: str, line: int) -> tuple[str, frozenset[str]]:
        """The name of an image. Raises UsageError when it depends on the machine that builds, or lacks a value."""
        name, used = self.fill(word, line)
        if depends := used & {each for each in _MACHINE if each not in self.values}:
            raise self.file.error(line, f"{word} depends on the machine that builds it ({', '.join(sorted(depends))})")
        lacks = sorted(each for each in used if each not in self.values)
        if lacks and parse_reference(name) is None:
            raise self.file.error(
                line, f'{word} needs a value of {lacks[0]}: give it in release.toml, args = {{ {lacks[0]} = "…" }}'
            )
        return name, used


def declared_arguments(file: Dockerfile) -> frozenset[str]:
    """The name of every ``ARG`` in the file."""
    return frozenset(name for one in file.instructions for name, _ in _arguments(file, one))


def _arguments(file: Dockerfile, one: Instruction) -> Iterator[tuple[str, str | None]]:
    if one.name == "ARG":
        for word in quoted_words(one.arguments, file.escape):
            name, equals, default = word.partition("=")
            yield name, default if equals else None


def stages_of(file: Dockerfile, scope: Scope) -> list[Stage]:
    """The stages in their order. Raises UsageError with the line."""
    stages: list[Stage] = []
    bodies: list[list[Instruction]] = []
    names: dict[str, int] = {}
    for one in file.instructions:
        if one.name == "FROM":
            stages.append(_stage(file, one, names, scope))
            bodies.append([])
            if stages[-1].name:
                names[stages[-1].name] = len(stages) - 1
        elif stages:
            bodies[-1].append(one)
        elif one.name != "ARG":
            raise file.error(one.line, f"{one.name} stands above the first FROM")
    if not stages:
        raise file.error(file.instructions[-1].line, "there is no FROM in this file")
    for stage, body in zip(stages, bodies, strict=True):
        for one in body:
            for source in _froms(file, one):
                if (number := _number(file, one, source.name, names, len(stages))) is not None:
                    stage.needs.add(number)
                elif source.name != "scratch":
                    stage.images.append(source)
            if one.name == "ADD" and one.flag("checksum") is None:
                fetched = [w.text for w in one.words[:-1] if _REMOTE.match(w.text) and not _FIXED.search(w.text)]
                stage.fetched |= {one.line: " ".join(fetched)} if fetched else {}
    return stages


def _stage(file: Dockerfile, one: Instruction, names: Mapping[str, int], scope: Scope) -> Stage:
    words = [word.text for word in one.words]
    if len(words) not in (1, 3) or (len(words) == 3 and words[1].lower() != "as"):
        raise file.error(one.line, "FROM takes an image, or an image AS a name")
    stage = Stage(words[2].lower() if len(words) == 3 else "", one.line)
    if stage.name and not _STAGE.fullmatch(stage.name):
        raise file.error(one.line, f"{words[2]!r} is no name for a stage")
    name, used = scope.image(words[0], one.line)
    if name in names:
        stage.needs.add(names[name])
    elif name != "scratch":
        stage.images.append(Source(name, one.line, one.words[0].start, one.words[0].end))
        stage.used = used
    return stage


def _froms(file: Dockerfile, one: Instruction) -> Iterator[Source]:
    """The stages and images that the flags of an instruction name."""
    for flag in one.flags:
        key, _, value = flag.text.partition("=")
        if one.name == "COPY" and key == "--from":
            yield _from(file, one, flag, "--from=", value, "")
        elif one.name == "RUN" and key == "--mount":
            for found in list(re.finditer(r"(?:^|,)from=", value, re.IGNORECASE))[-1:]:
                name, comma, after = value[found.end() :].partition(",")
                yield _from(file, one, flag, f"--mount={value[: found.end()]}", name, comma + after)


def _from(file: Dockerfile, one: Instruction, flag: Word, before: str, name: str, after: str) -> Source:
    if "$" in name:
        raise file.error(one.line, f"{flag.text} holds a variable, which no --from takes; name a stage there")
    return Source(name, one.line, flag.start, flag.end, before, after)


def _number(file: Dockerfile, one: Instruction, name: str, names: Mapping[str, int], count: int) -> int | None:
    """The stage that ``name`` is, by its name or (for COPY) its number; None for an image."""
    if one.name == "COPY" and name.isdigit():
        if int(name) >= count:
            raise file.error(one.line, f"there is no stage {name}; they are counted from 0")
        return int(name)
    return names.get(name.lower())
