"""What code, tests and pages cite is there: pages, their headings, rules, rows, links."""

from __future__ import annotations

import pydoc
import re
from pathlib import Path, PurePosixPath

import pytest

from tests.support.files import ROOT, texts
from tools.pages import faults

TEXTS = texts()
HERE = Path(__file__).relative_to(ROOT)
ENDS = (".py", ".yml", ".yaml", ".toml", ".in", "Makefile")
CODE = {name: text for name, text in TEXTS.items() if name.endswith(ENDS) and name != str(HERE)}
PAGES = {name: text for name, text in TEXTS.items() if name.endswith(".md")}
PRODUCT = {name: text for name, text in CODE.items() if not name.startswith((".github/", "tests/"))}
ROWS = {int(row[1]) for row in faults.ROW.finditer(TEXTS["docs/faults.md"])}
_FENCED = re.compile(r"^(`{3,}|~{3,}).*?^\1", re.MULTILINE | re.DOTALL)


def headings(page: str) -> list[str]:
    """The headings of a page of Markdown, without what is in fences."""
    text = _FENCED.sub("", TEXTS[page])
    return re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)


def anchors(page: str) -> set[str]:
    """What may stand after ``#`` in a link to the page: of a heading, as GitHub makes it, or set by itself."""
    made = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings(page)}
    return made | set(re.findall(r'<a id="([^"]+)">', TEXTS[page]))


def test_the_faults_are_all_there_in_their_order() -> None:
    assert sorted(ROWS) == list(range(1, max(ROWS) + 1))
    assert max(ROWS) >= 75


@pytest.mark.parametrize("name", sorted(name for name, text in CODE.items() if "faults.md" in text))
def test_a_row_that_is_cited_is_on_the_page_of_faults(name: str) -> None:
    for found in re.finditer(r"(?<!docs/)faults\.md[^\n]*", CODE[name]):
        citation = faults.CITATION.match(found[0])
        assert citation, f"{found[0]!r} names no row; write the row after the page's name and a comma"
        assert set(faults.rows_of(citation[1])) <= ROWS


def test_a_page_that_code_names_is_in_the_repository() -> None:
    there = {PurePosixPath(page).name for page in PAGES}
    named = {(name, page) for name, text in PRODUCT.items() for page in re.findall(r"\b[\w-]+\.md\b", text)}
    assert len(named) > 10
    assert [entry for entry in sorted(named) if entry[1] not in there] == []


def test_a_file_of_docs_that_anything_names_is_there() -> None:
    for name, text in (PRODUCT | PAGES).items():
        for file in re.findall(r"(?<![\w/.-])(docs/[\w-]+\.[\w.]*\w)", text):
            assert file in TEXTS, f"{name} names {file}"


def test_a_path_of_this_repository_that_code_or_a_page_names_is_there() -> None:
    tops = "release|rehearsal|workflowlint|tests|tools|function|requirements|bench|examples"
    path = re.compile(rf"(?<![\w./:@$}}(\[-])((?:{tops})/[a-z_][\w./-]*\w)")
    named = {(name, found) for name, text in (PRODUCT | PAGES).items() for found in path.findall(text)}
    assert len(named) > 50
    there = {*TEXTS, *(name.removesuffix(".py") for name in TEXTS), *(str(p) for n in TEXTS for p in Path(n).parents)}
    inside = {name.removeprefix("function/") for name in TEXTS}
    built = "release/adoption/home/"  # in the wheel alone
    named = {(name, found) for name, found in named if not found.startswith(built) and name != "CHANGELOG.md"}
    assert [entry for entry in sorted(named) if entry[1] not in there | inside] == []


def test_a_module_function_or_class_that_a_docstring_refers_to_is_there() -> None:
    refers = re.compile(r":(?:mod|func|class|meth):`~?((?:release|rehearsal|workflowlint|tests|tools)\.[\w.]+)`")
    named = {(name, found) for name, text in CODE.items() for found in refers.findall(text)}
    assert len(named) > 20
    assert [entry for entry in sorted(named) if pydoc.locate(entry[1]) is None] == []


def test_a_heading_that_is_cited_is_on_its_page() -> None:
    cited = {
        (name, page, " ".join(heading.split()))
        for name, text in CODE.items()
        for page, heading in re.findall(r"(docs/[\w-]+\.md),\s+\"([^\"]+)\"", text)
    }
    assert cited
    assert [entry for entry in sorted(cited) if entry[2] not in headings(entry[1])] == []


def test_a_rule_that_is_cited_is_one_of_the_rules() -> None:
    rules = {int(number) for number in re.findall(r"^(\d+)\. \*?\*?", TEXTS["docs/architecture.md"], re.MULTILINE)}
    assert rules == set(range(1, 14))
    cited = {int(n) for text in CODE.values() for n in re.findall(r"docs/architecture\.md,\s+rule (\d+)", text)}
    assert cited
    assert cited <= rules


def test_each_word_of_the_glossary_stands_there_once_in_its_place_and_the_design_s_words_lead_to_the_design() -> None:
    words = dict(re.findall(r"^\| ([^|]+) \| (.+) \|$", TEXTS["docs/glossary.md"], re.MULTILINE))
    listed = re.findall(r"^\| ([^|]+) \|", TEXTS["docs/glossary.md"], re.MULTILINE)[2:]
    assert len(listed) == len(set(listed)) > 50
    assert listed == sorted(listed, key=lambda word: re.sub(r"\W", " ", word.lower()))
    design = TEXTS["docs/architecture.md"].partition("## Words")[2].partition("\n## ")[0]
    for word in re.findall(r"^\| (\w+) \|", design, re.MULTILINE)[1:]:
        assert words[word] == "[Words](architecture.md#words)", f"{word} is defined twice, or not in its place"


def test_the_readme_leads_to_every_page() -> None:
    pages = [page for page in PAGES if page.startswith("docs/")]
    assert len(pages) > 8
    assert [page for page in pages if f"({page})" not in PAGES["README.md"]] == []


@pytest.mark.parametrize("page", sorted(PAGES))
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    text = re.sub(r"`[^`\n]*`", "", _FENCED.sub("", PAGES[page]))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        whole = PurePosixPath(page).parent / path if path else PurePosixPath(page)
        parts: list[str] = []
        for part in whole.parts:
            parts = parts[:-1] if part == ".." else [*parts, part]
        file = "/".join(parts)
        folder = any(name.startswith(file.rstrip("/") + "/") for name in TEXTS)
        assert file in TEXTS or folder, f"{page} links to {target}"
        assert not anchor or anchor in anchors(file), f"{page} links to {target}: no such heading"
