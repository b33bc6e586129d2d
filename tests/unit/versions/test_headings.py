"""Which lines of a Markdown document are headings: by table, and beside a reader of CommonMark."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from release.versions.headings import BOLD, headings_of


def found(text: str) -> list[tuple[int, int, str]]:
    return [(each.line, each.level, each.title) for each in headings_of(text.splitlines(keepends=True))]


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("## 1.0.0\n", (0, 2, "1.0.0")),
        ("   ###### 1.0.0 ##\n", (0, 6, "1.0.0")),
        ("#\t1.0.0", (0, 1, "1.0.0")),
        ("\ufeff# 1.0.0", (0, 1, "1.0.0")),
        ("##\n", (0, 2, "")),
        ("1.0.0\n===\n", (0, 1, "1.0.0")),
        ("1.0.0\n   -\n", (0, 2, "1.0.0")),
        ("words\n1.0.0\n---\n", (1, 2, "1.0.0")),
        ("- item\n\n 1.0.0\n ---\n", (2, 2, "1.0.0")),
        ("**1.0.0**\n", (0, BOLD, "**1.0.0**")),
        ("**1.0.0**\n===\n", (0, 1, "**1.0.0**")),
        ("- item\n## 1.0.0\n", (1, 2, "1.0.0")),
        ("- item\n ## 1.0.0\n", (1, 2, "1.0.0")),
        ("> words\n## 1.0.0\n", (1, 2, "1.0.0")),
        ("<details>\n## 1.0.0\n", (1, 2, "1.0.0")),
        ("```\n## 1.0.0\n", (1, 2, "1.0.0")),
        ("<!--\n## 1.0.0\n", (1, 2, "1.0.0")),
        ("````\n## 0.0.0\n```\n## 1.0.0\n````\n## 2.0.0", (5, 2, "2.0.0")),
    ],
)
def test_heading_in_each_of_its_forms(text: str, heading: tuple[int, int, str]) -> None:
    assert found(text) == [heading]


@pytest.mark.parametrize(
    "text",
    [
        "##1.0.0",
        "####### 1.0.0",
        "    ## 1.0.0",
        "\t## 1.0.0",
        "- item\n\n  ## 1.0.0",
        "10. item\n\n    ## 1.0.0",
        "> ## 1.0.0",
        "```\n## 1.0.0\n```",
        "   ~~~ text\n## 1.0.0\n   ~~~~",
        "<!--\n## 1.0.0\n-->",
        "  <!-- x\n## 1.0.0\n  x -->",
        "<pre>\n## 1.0.0\n</pre>",
        "\n===\n",
        "- item\n---\n",
        "- item\nwords\n===\n",
        "> words\n---\n",
        "# \n===\n"[3:],
        "words **1.0.0**",
        "* * *\n",
    ],
)
def test_what_only_resembles_a_heading_is_none(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("between", ["", "\n", "\n\n"])
def test_anchors_belong_to_the_heading_below_them(between: str) -> None:
    text = f'- old\n\n<a name="x"></a> <a id="y"/>\n<a name="1.0.0"></a>\n{between}# 1.0.0\n'
    assert headings_of(text.splitlines(keepends=True))[0].start == 2


def test_anchor_far_above_or_inside_text_belongs_to_nothing() -> None:
    assert headings_of(['<a name="x"></a>\n', "\n", "\n", "\n", "# 1\n"])[0].start == 4
    assert headings_of(['see <a name="x"></a>\n', "# 1\n"])[0].start == 1


def specified(text: str) -> list[tuple[int, int]]:
    """The headings at the top of the document, as a reader of CommonMark finds them: ``(last line, level)``."""
    tokens = MarkdownIt("commonmark").parse(text)
    return [
        (token.map[1] - 1, int(token.tag[1]))
        for token in tokens
        if token.type == "heading_open" and token.level == 0 and token.map
    ]


pieces = st.sampled_from(
    [
        "# a",
        "## b",
        "   ### c",
        "    ## d",
        "text",
        "more",
        "===",
        "---",
        "***",
        "- item",
        "* item",
        "-",
        "1. one",
        "2. two",
        "10) ten",
        "  indented",
        "   x",
        "    deep",
        "> quote",
        "```",
        "~~~",
        "````",
        "<!--",
        "-->",
        "<!-- x -->",
        "",
        "",
        "",
        "\t# tab",
        "- - -",
        "#",
        "##x",
        " - nested",
        "10. far in",
        "<pre>",
        "</pre>\n",
        "*  far",
        "-     code",
    ]
)


@given(st.lists(pieces, max_size=14))
@example(["- item", "", "  # a", "# b"])
def test_headings_are_those_of_commonmark(lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    unclosed = text.count("```") + text.count("~~~") + text.count("<!--") + text.count("<pre>")
    if unclosed:  # close everything, twice as long as it was opened: what is never closed is our own rule
        text += "\n-->\n</pre>\n\n~~~~~~\n`````\n~~~~~~\n\n`````\n"
    ours = [(each.end - 1, each.level) for each in headings_of(text.splitlines(keepends=True)) if each.level != BOLD]
    assert ours == specified(text)


@given(st.text(max_size=200), st.lists(pieces, max_size=6))
def test_no_document_is_too_strange(text: str, lines: list[str]) -> None:
    document = "\n".join([text, *lines]).splitlines(keepends=True)
    for each in headings_of(document):
        assert 0 <= each.start <= each.line < each.end <= len(document)


LONG = 100_000


@pytest.mark.parametrize(
    "text",
    [
        "```x\n" * (LONG // 5),
        "<!--\n" * (LONG // 5),
        "<pre>\n" * (LONG // 6) + "-->",
        "<!--\n" * (LONG // 5) + "</pre>",
        "- \n" * (LONG // 3),
        "\n" * LONG + "# x",
        " " * LONG + "x",
        "-" * LONG,
        "- " * LONG,
        "# " * LONG,
        "#" * LONG,
        "# x" + " #" * LONG,
        '<a name="x"></a>\n\n' * (LONG // 18) + "# x",
        "<a " * LONG,
        "`" * LONG,
        "**" * LONG,
        "x\n===\n" * (LONG // 6),
    ],
)
def test_long_documents_are_read_in_one_go(text: str) -> None:
    assert len(headings_of(text.splitlines(keepends=True))) <= LONG
