"""What is imported for the type checker alone is used in annotations alone: elsewhere it is a NameError when it runs.

The commands import what they need inside their functions, so neither mypy nor ruff sees such a name missing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
FILES = sorted(
    path for room in ("release", "rehearsal", "workflowlint", "tests") for path in (ROOT / room).rglob("*.py")
)


def _for_types(tree: ast.Module) -> set[str]:
    blocks = (node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    return {name for block in blocks for statement in block.body for name in _imported(statement)}


def _imported(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in each.names)


def _annotations(tree: ast.AST) -> set[ast.AST]:
    found = (getattr(node, part, None) for node in ast.walk(tree) for part in ("annotation", "returns"))
    return {inner for each in found if isinstance(each, ast.AST) for inner in ast.walk(each)}


def missing(source: str) -> list[str]:
    """``line: name`` of each use of a name, outside annotations, that only the type checker knows."""
    tree = ast.parse(source)
    names, annotations = _for_types(tree), _annotations(tree)
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return [
        f"{node.lineno}: {node.id}"
        for function in functions
        for unknown in [names - set(_imported(function))]
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and node.id in unknown and node not in annotations
    ]


def test_a_name_for_the_type_checker_is_not_used_when_it_runs() -> None:
    found = {str(file.relative_to(ROOT)): missing(file.read_text()) for file in FILES}
    assert {name: uses for name, uses in found.items() if uses} == {}


def test_such_a_use_is_found_and_an_annotation_is_none() -> None:
    source = "if TYPE_CHECKING:\n    from a import Error, Other\n\ndef f(x: Error) -> Other:\n    raise Error(x)\n"
    assert missing(source) == ["5: Error"]
    assert missing(source.replace("    raise", "    from a import Error\n    raise")) == []
