"""Which images a target of a Dockerfile is made of, as BuildKit would read it, and that file with other names in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.errors import UsageError
from release.images.dockerfile import parse
from release.images.sources import Sources, sources, with_names, without_frontend

DIGEST = "@sha256:" + "0" * 64


def made_of(text: str, target: str = "", *, platform: str = "linux/amd64", image: str = "api", **args: str) -> Sources:
    """The sources of ``target``."""
    return sources(parse(text, "app/Dockerfile"), target, args, platform, image)


def names(text: str, target: str = "", **args: str) -> list[str]:
    """The names of the images of ``target``, in the order of the text."""
    return [source.name for source in made_of(text, target, **args).images]


READ = {
    "a plain file": ("FROM python:3.13\nCOPY . /var/task\n", ["python:3.13"]),
    "lower case and blanks": ("  from\tpython:3.13   as  Build\n", ["python:3.13"]),
    "a byte order mark and the line ends of Windows": ("\ufeffFROM a\r\nCOPY --from=b / /\r\n", ["a", "b"]),
    "no end of line": ("FROM a", ["a"]),
    "a platform": ("FROM --platform=$BUILDPLATFORM golang:1.26 AS b\nFROM a\nCOPY --from=b / /", ["golang:1.26", "a"]),
    "scratch": ("FROM scratch\nCOPY --from=scratch / /\n", []),
    "a stage by its name in other letters": ("FROM a AS Build\nFROM b\nCOPY --from=BUILD / /", ["a", "b"]),
    "a stage by its number": ("FROM a\nFROM b\nCOPY --from=0 / /", ["a", "b"]),
    "a stage on a stage": ("FROM a AS x\nFROM x AS y\nFROM y", ["a"]),
    "a stage that nothing reaches": ("FROM a AS x\nFROM b", ["b"]),
    "another image to copy from": ("FROM a\nCOPY --link --from=b:1 /x /y", ["a", "b:1"]),
    "a quoted flag": ('FROM a\nCOPY --from="b:1" /x /y', ["a", "b:1"]),
    "a mount": ("FROM a\nRUN --mount=type=bind,from=b:1,target=/x --mount=type=cache,target=/y true", ["a", "b:1"]),
    "a mount of a stage": ("FROM b AS x\nFROM a\nRUN --mount=from=x,target=/x true", ["b", "a"]),
    "a quoted mount": ('FROM a\nRUN --mount="from=b,target=/x" true', ["a", "b"]),
    "a trigger": ("FROM a\nONBUILD COPY --from=b / /", ["a", "b"]),
    "a from that is no flag": ("FROM a\nCOPY x --from=b\nRUN pip install --from=c", ["a"]),
    "a comment with FROM": ("# FROM x\nFROM a\n  # FROM y\nRUN true", ["a"]),
    "a continued line": ("FROM \\\n  a\\\n:1\nRUN true && \\\n\n# FROM x\n  true", ["a:1"]),
    "a continued line with blanks behind": ("FROM \\  \n a", ["a"]),
    "an escaped escape continues nothing": ("FROM a\nRUN echo \\\\\nCOPY --from=b / /", ["a", "b"]),
    "a here-document": ("FROM a\nRUN <<EOF\nFROM x\nCOPY --from=y / /\nEOF\nCOPY --from=b / /", ["a", "b"]),
    "a quoted here-document": ("FROM a\nCOPY <<'E F' /x\nFROM x\nE F\nCOPY --from=b / /", ["a", "b"]),
    "a here-document with tabs": ("FROM a\nRUN <<-EOF\n\tFROM x\n\tEOF\nCOPY --from=b / /", ["a", "b"]),
    "two here-documents": ("FROM a\nCOPY <<A <<B /x/\nFROM x\nA\nFROM y\nB\nCOPY --from=b / /", ["a", "b"]),
    "a here-document in a command": ("FROM a\nRUN cat <<EOF > /x && echo ${V%.*}\nFROM x\nEOF\nADD b /", ["a"]),
    "a here-string and a shift": ("FROM a\nRUN cat <<<word\nRUN echo $((1<<2))\nCOPY --from=b / /", ["a", "b"]),
    "arrows in a list": ('FROM a\nRUN ["cat", "<<EOF"]\nCOPY --from=b / /', ["a", "b"]),
    "another escape": ("# escape=`\nFROM a`\n:1\nRUN dir C:\\\nCOPY --from=b / /", ["a:1", "b"]),
    "a directive below a comment is a comment": ("# words\n# escape=`\nFROM a\\\n:1", ["a:1"]),
    "a file that another image reads": ("# syntax=d/f:1\n# check=skip=all\nFROM a", ["d/f:1", "a"]),
    "an argument with its default": ("ARG V=3.13\nFROM python:${V}", ["python:3.13"]),
    "several arguments in a line": ('ARG A=a B="b c"\nARG C=${A}\nFROM $C', ["a"]),
    "a default of the place": ("ARG V\nFROM python:${V:-3.13}${V:+x}${V-y}${V+z}", ["python:3.13y"]),
    "an argument of a stage": ("ARG V=1\nFROM a:$V AS x\nARG V=2\nFROM b:$V\nCOPY --from=x / /", ["a:1", "b:1"]),
    "the platform": ("FROM a-$TARGETARCH:$TARGETOS-${TARGETVARIANT}x", ["a-amd64:linux-x"]),
    "quotes in FROM": ("FROM \"a\":'1'", ["a:1"]),
    "a name with port and digest": (f"FROM localhost:5000/a:1{DIGEST}", [f"localhost:5000/a:1{DIGEST}"]),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_the_images_of_a_file_are_those_that_its_build_reads(case: str) -> None:
    text, expected = READ[case]
    assert names(text) == expected


def renamed(text: str, target: str, ending: str) -> str:
    """``text`` with another ending of each name; what stands around the places is compared here."""
    file, found = parse(text, "app/Dockerfile"), made_of(text, target)
    written = with_names(file, {source: source.name + ending for source in found.images})
    rest, done = written, 0
    for source in sorted(found.images, key=lambda source: source.start):
        kept, word = text[done : source.start], source.before + source.name + ending + source.after
        assert rest.startswith(kept + word)
        rest, done = rest.removeprefix(kept + word), source.end
    assert rest == text[done:]
    return written


@pytest.mark.parametrize("case", READ)
def test_other_names_are_written_in_their_places_and_nothing_else_changes(case: str) -> None:
    text, expected = READ[case]
    text, expected = text.replace(DIGEST, ""), [name.replace(DIGEST, "") for name in expected]
    assert names(renamed(text, "", DIGEST)) == [name + DIGEST for name in expected]


def test_a_target_reaches_its_own_stages_only() -> None:
    text = "FROM a AS x\nCOPY --from=c / /\nFROM b AS y\nFROM x AS z\n"
    assert names(text, "y") == ["b"]
    assert names(text, "Z") == ["a", "c"]


def test_what_is_given_wins_over_the_default_and_is_needed_only_where_it_is_declared() -> None:
    text = "ARG BASE=a\nARG ALSO=${BASE}-slim\nFROM $ALSO\nARG LATER\n"
    found = made_of(text, BASE="b", OTHER="c")
    assert [source.name for source in found.images] == ["b-slim"]
    assert found.used == {"BASE", "ALSO"}
    assert found.declared == {"BASE", "ALSO", "LATER"}
    assert names("ARG V=1\nFROM a${V:+:}$V", V="") == ["a"]


def test_names_of_images_know_the_line_that_they_stand_on() -> None:
    text = "# syntax=s\n\nFROM \\\n# words\n a\nRUN true \\\n && true\nCOPY --from=b / /\n"
    assert [(source.name, source.line) for source in made_of(text).images] == [("s", 1), ("a", 3), ("b", 8)]


@pytest.mark.parametrize(
    ("line", "fetched"),
    [
        ("ADD https://example.org/x.tgz /", {2: "https://example.org/x.tgz"}),
        ("ADD git@github.com:a/b.git#main /", {2: "git@github.com:a/b.git#main"}),
        ("ADD $URL a /", {2: "$URL"}),
        (f"ADD --checksum=sha256:{'0' * 64} https://example.org/x.tgz /", {}),
        (f"ADD https://github.com/a/b.git#{'a' * 40} /", {}),
        ("ADD app.tgz https /", {}),
        ("COPY https://x /", {}),
    ],
)
def test_what_add_fetches_without_a_checksum_is_named(line: str, fetched: dict[int, str]) -> None:
    assert made_of(f"FROM a\n{line}\n").fetched == fetched


REFUSED = {
    "nothing": ("", 1, "no instruction"),
    "comments alone": ("# words\n", 1, "no instruction"),
    "arguments alone": ("ARG A=1\n", 1, "no FROM"),
    "an unknown instruction": ("FROM a\n\nRUNN true\n", 3, "'RUNN' is no instruction"),
    "an instruction above FROM": ("RUN true\nFROM a\n", 1, "above the first FROM"),
    "FROM with too much": ("FROM a b\n", 1, "FROM takes"),
    "a stage with a wrong name": ("FROM a AS 1x\n", 1, "no name for a stage"),
    "an argument without a value": ("ARG V\nFROM python:$V\n", 2, "needs a value of V: give it in release.toml"),
    "an argument that is required": ("ARG V\nFROM a:${V:?missing}\n", 2, "needs a value of V: missing"),
    "no name of an image": ("FROM Build\n", 1, "'Build' is neither a stage above it nor the name of an image"),
    "a wrong pattern": ("ARG V=3.13.1\nFROM a:${V%\\x}\n", 2, "a pattern that is none"),
    "an empty value": ("ARG V=\nFROM a:$V\n", 2, "'a:' is neither a stage above it nor the name of an image"),
    "a brace without its end": ("FROM ${A\n", 1, "is no substitution"),
    "a quote without its end": ("FROM 'a\n", 1, "without its end"),
    "a variable in --from": ("ARG A=a\nFROM b\nCOPY --from=$A / /\n", 3, "holds a variable"),
    "a variable in a mount's from": ("FROM b\nRUN --mount=from=$A,target=/x true\n", 2, "holds a variable"),
    "a stage that is not there by number": ("FROM b\nCOPY --from=1 / /\n", 2, "there is no stage 1"),
    "the machine that builds": ("ARG A=$BUILDARCH\nFROM a-${A}\n", 2, "depends on the machine that builds it"),
    "a here-document without its end": ("FROM a\nRUN <<EOF\ntrue\n", 2, "the here-document EOF has no end"),
    "a here-document named by a variable": ("FROM a\nRUN <<$X\ntrue\n$X\n", 2, "not followed here"),
    "a wrong escape": ("# escape=x\nFROM a\n", 1, "no escape character"),
    "a directive twice": ("# syntax=a\n# syntax=b\nFROM a\n", 2, "stands there twice"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_understood_is_refused_with_file_and_line(case: str) -> None:
    text, line, words = REFUSED[case]
    with pytest.raises(UsageError) as caught:
        made_of(text)
    assert caught.value.message.startswith(f"app/Dockerfile, line {line}: ")
    assert words in caught.value.message
    assert caught.value.untouched == "everything"
    assert caught.value.next_step


def test_a_target_that_is_not_there_is_refused_with_the_stages_that_are() -> None:
    with pytest.raises(UsageError, match=r"no stage 'z', the target of image api \(there are: x, y\)"):
        made_of("FROM a AS x\nFROM b AS y\n", "z")


def test_no_target_is_the_last_stage_unless_another_has_the_image_s_name() -> None:
    """Before targets could be left out, leaving one out meant the stage of the image's name."""
    assert names("FROM a AS x\nFROM b\n") == ["b"]
    assert [s.name for s in made_of("FROM a AS x\nFROM b AS api\n").images] == ["b"]
    with pytest.raises(UsageError, match=r"line 1: image api names no target.*target = \"api\""):
        made_of("FROM a AS api\nFROM b\n")


def test_a_flag_that_cannot_be_written_again_is_refused_only_when_it_must_be() -> None:
    text = "FROM a\nRUN --mount=from=b,target='/x y' true\n"
    file, found = parse(text, "app/Dockerfile"), made_of(text)
    assert [source.name for source in found.images] == ["a", "b"]
    with pytest.raises(UsageError, match="line 2: the flag that names b holds quotes or blanks"):
        with_names(file, dict.fromkeys(found.images, "c"))
    assert with_names(file, {found.images[0]: "c"}) == text.replace("FROM a", "FROM c")


def read_or_refused(text: str) -> None:
    """Whatever it is, it is read, or refused with its line."""
    refusal = ""
    try:
        made_of(text)
    except UsageError as error:
        refusal = error.message
    assert not refusal or refusal.startswith("app/Dockerfile, line ")


@given(st.text(max_size=300))
def test_no_text_whatsoever_makes_the_reader_crash(text: str) -> None:
    read_or_refused(text)


FRAGMENTS = st.lists(
    st.sampled_from(
        ["FROM ", "a", "${", "}", "$A", ":", "-", "?", "\\", "\n", "`", '"', "'", " ", "\t", "#", "<<", "EOF", "ARG A=",
         "COPY --from=", "RUN --mount=from=", ",", "# escape=`\n", "ONBUILD ", "[", "]", "AS x", "--", "\r\n", "=", "é"]
    ),
    max_size=25,
).map("".join)  # fmt: skip


@given(FRAGMENTS)
def test_no_mixture_of_the_language_s_own_pieces_makes_the_reader_crash(text: str) -> None:
    read_or_refused(text)
    read_or_refused("FROM a\n" + text)


IMAGE = st.from_regex(r"[a-z]{1,5}(?:/[a-z]{1,5})?(?::[0-9]{1,2})?", fullmatch=True).map(lambda name: "i" + name)
NOISE = st.sampled_from(
    ["", "\n", "# FROM x\n", "RUN true \\\n # COPY --from=x\n  && true\n", "RUN <<EOF\nCOPY --from=x / /\nEOF\n",
     'CMD ["a", "<<b"]\n', "ENV A=$B C='d e'\n", "COPY <<-'F' /x\n\tFROM x\n\tF\n", "RUN echo ${A#b} <<G\nFROM x\nG\n"]
)  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> tuple[str, list[list[str]], list[set[int]]]:
    """A file, the images of each stage, and the stages that each one needs."""
    text, images, needs = draw(st.sampled_from(["", "# escape=\\\n", "ARG TAG=7\n"])), [], []
    for number in range(draw(st.integers(1, 4))):
        mine: list[str] = []
        needed: set[int] = set()
        if number and draw(st.booleans()):
            needed.add(draw(st.integers(0, number - 1)))
            base = f"s{max(needed)}"
        else:
            base = draw(IMAGE)
            mine.append(base)
        text += draw(
            st.sampled_from(["FROM {} AS s{}\n", "from  {}\tas S{}\r\n", "FROM \\\n {} \\\n AS s{}\n"])
        ).format(base, number)
        for _ in range(draw(st.integers(0, 3))):
            text += draw(NOISE) if number or not text.startswith("ARG") else ""
            name = draw(IMAGE)
            if number and draw(st.booleans()):
                needed.add(draw(st.integers(0, number - 1)))
                name = f"s{max(needed)}"
            else:
                mine.append(name)
            form = draw(st.sampled_from(["COPY --from={} /a /b\n", "COPY --link --from='{}' \\\n  a b\n",
                                         "RUN --mount=type=bind,from={},target=/x true\n",
                                         "RUN --mount=target=/x,FROM={} <<E\nFROM x\nE\n"]))  # fmt: skip
            text += form.format(name)
        images.append(mine)
        needs.append(needed)
    return text, images, needs


@given(files(), st.data())
def test_every_file_that_is_put_together_is_read_as_it_was_put_together(
    made: tuple[str, list[list[str]], list[set[int]]], data: st.DataObject
) -> None:
    text, images, needs = made
    target = data.draw(st.integers(0, len(images) - 1))
    reached, todo = set(), [target]
    while todo:
        number = todo.pop()
        reached.add(number)
        todo += needs[number] - reached
    found = made_of(text, f"s{target}")
    assert [source.name for source in found.images] == [name for number in sorted(reached) for name in images[number]]
    pinned = made_of(renamed(text, f"s{target}", DIGEST), f"s{target}")
    assert [source.name for source in pinned.images] == [source.name + DIGEST for source in found.images]
    assert all(source.is_pinned for source in pinned.images)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("# syntax=docker/dockerfile:1\nFROM a\n", "FROM a\n"),
        ("#syntax = docker/dockerfile:1\r\n# escape=`\r\nFROM a", "# escape=`\r\nFROM a"),
        ("#!/usr/bin/env x\n# check=skip=all\n# SYNTAX=d/f:1\nFROM a", "#!/usr/bin/env x\n# check=skip=all\nFROM a"),
        ("FROM a\n# syntax=d/f:1\n", "FROM a\n# syntax=d/f:1\n"),
    ],
)
def test_without_its_frontend_the_directives_below_stay_directives(text: str, left: str) -> None:
    file = parse(text, "Dockerfile")
    assert with_names(file, without_frontend(file)) == left
