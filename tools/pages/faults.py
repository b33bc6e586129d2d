"""docs/faults.md: beside each fault the tests that show what happens then.

The rows are written by people, on the page itself. The tests name theirs (CITATION) in the docstring of a test or of a
whole module of tests, or in a text of a table of cases. This collects them and writes the page's last column and the
list below it. A row that no test names says ``open:`` and why; ``partly:`` and what is missing stays beside the tests.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROW = re.compile(r"\| (\d+) \| (.+?) \| (.+?) \| (.*?) \|$", re.MULTILINE)
#: faults.md, 14 · faults.md, 8 and 9 · faults.md, 19, 22 and 23 · faults.md, 27 to 29
CITATION = re.compile(r"faults\.md, (\d+(?:(?:, | and | to )\d+)*)")
LIST = "\n## The tests of each row\n"
_OPEN = "open: "
_PARTLY = re.compile(r"partly: .+")


@dataclass(frozen=True, order=True)
class Shown:
    """What names a row: a file, what it says, as a sentence, and how many tests that is."""

    file: str
    says: str
    tests: int = 1


def rows_of(citation: str) -> list[int]:
    """The rows that ``8 and 9`` or ``27 to 29`` names."""
    rows: list[int] = []
    for word, number in re.findall(r"(, | and | to |^)(\d+)", citation):
        rows += range(rows[-1] + 1, int(number) + 1) if word == " to " else [int(number)]
    return rows


def cited(text: str) -> list[int]:
    """Every row that ``text`` names."""
    return [row for citation in CITATION.findall(text) for row in rows_of(citation)]


def collect(tests: Path) -> Mapping[int, Sequence[Shown]]:
    """Row -> the tests below ``tests`` that name it."""
    found: dict[int, set[Shown]] = {}
    for path in sorted(tests.rglob("*.py")):
        for text, says, count in _texts(ast.parse(path.read_text(encoding="utf-8"))):
            for row in cited(text):
                found.setdefault(row, set()).add(Shown(str(path.relative_to(tests.parent)), says, count))
    return {row: sorted(shown) for row, shown in found.items()}


def _texts(module: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Each text of a module of tests that may name a row, the sentence that stands for it, and for how many tests."""
    docstrings: set[ast.AST] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (text := ast.get_docstring(node)):
            docstrings.add(node.body[0].value)  # type: ignore[attr-defined]
            name = getattr(node, "name", "")
            if name.startswith("test_"):
                yield text, name.removeprefix("test_").replace("_", " "), 1
            else:
                count = sum(isinstance(e, ast.FunctionDef) and e.name.startswith("test_") for e in ast.walk(node))
                yield text, f"{count} tests: {_without(text.splitlines()[0])}", count
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings:
            yield node.value, _without(node.value), 1


def _without(text: str) -> str:
    """A sentence without its citation."""
    return re.sub(rf"\s*\(?{CITATION.pattern}\)?:?\s*", " ", text).replace(" .", ".").strip().rstrip(".")


def page(written: str, shown: Mapping[int, Sequence[Shown]]) -> str:
    """The page as it must be: the rows of ``written``, with the tests of ``shown``.

    Raises:
        ValueError: a test names a row that is not there, or a row has neither a test nor a reason.
    """
    rows = {int(row[1]): row for row in ROW.finditer(written.partition(LIST)[0])}
    if unknown := sorted(set(shown) - set(rows)):
        raise ValueError(f"tests name rows that docs/faults.md does not have: {unknown}")

    def filled(row: re.Match[str]) -> str:
        return f"| {row[1]} | {row[2]} | {row[3]} | {_cell(row, shown.get(int(row[1]), ()))} |"

    table = ROW.sub(filled, written.partition(LIST)[0])
    return (
        table + LIST + "\n" + "\n".join(_listed(row, shown[number]) for number, row in rows.items() if number in shown)
    )


def _cell(row: re.Match[str], shown: Sequence[Shown]) -> str:
    """The last column of a row."""
    if not shown:
        if not row[4].startswith(_OPEN):
            raise ValueError(f"docs/faults.md, row {row[1]}: no test names it, and it does not say 'open: why'")
        return row[4]
    count, partly = sum(each.tests for each in shown), _PARTLY.search(row[4])
    return f"[{count} test{'s' * (count > 1)}](#{row[1]})" + (f"; {partly[0]}" if partly else "")


def _listed(row: re.Match[str], shown: Sequence[Shown]) -> str:
    lines = [f'<a id="{row[1]}"></a>**{row[1]}** {row[2]}\n']
    return "\n".join(
        [*lines, *(f"- {_escaped(each.says)} ([{_short(each.file)}](../{each.file}))" for each in shown), ""]
    )


def _short(file: str) -> str:
    return file.removeprefix("tests/").removesuffix(".py")


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_<>\[\]|])", r"\\\1", " ".join(text.split()))
