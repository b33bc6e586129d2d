"""Every refusal says what comes next (docs/architecture.md, rule 11): each place that raises one is looked at."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from release import errors
from release.errors import ReleaseError
from tests.support.files import ROOT

FILES = sorted(path for room in ("release", "rehearsal", "workflowlint") for path in (ROOT / room).rglob("*.py"))
CLASSES = {
    name: each for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, ReleaseError)
}


def refusals(tree: ast.Module) -> Iterator[tuple[ast.Call, type[ReleaseError]]]:
    """Each place that makes a refusal; a class of the module's own counts as the one that it is made from."""
    known = dict(CLASSES)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            bases = [base.id for base in node.bases if isinstance(base, ast.Name) and base.id in CLASSES]
            known |= {node.name: CLASSES[bases[0]]} if bases else {}
    for node in ast.walk(tree):
        name = node.func if isinstance(node, ast.Call) else None
        called = name.attr if isinstance(name, ast.Attribute) else name.id if isinstance(name, ast.Name) else ""
        if isinstance(node, ast.Call) and called in known:
            yield node, known[called]


def silent(source: str) -> list[str]:
    """``line: class`` of each refusal that says nothing of what comes next, nor its class."""
    found = []
    for node, kind in refusals(ast.parse(source)):
        step = next((each.value for each in node.keywords if each.arg == "next_step"), None)
        empty = step is None or (isinstance(step, ast.Constant) and not step.value)
        if empty and not kind.usual_step:
            found.append(f"{node.lineno}: {kind.__name__}")
    return found


def test_every_refusal_says_what_comes_next() -> None:
    count = sum(1 for file in FILES for _ in refusals(ast.parse(file.read_text())))
    assert count > 200
    found = {str(file.relative_to(ROOT)): silent(file.read_text()) for file in FILES}
    assert {name: places for name, places in found.items() if places} == {}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('raise UsageError("x")', ["1: UsageError"]),
        ('raise UsageError("x", next_step="")', ["1: UsageError"]),
        ('raise errors.ConflictError("x", untouched="y")', ["1: ConflictError"]),
        ('class Odd(MachineError): ...\nraise Odd("x")', ["2: MachineError"]),
        ('raise UsageError("x", next_step=f"y {z}")', []),
        ('raise RemoteError("x")', []),
    ],
)
def test_a_refusal_without_a_next_step_is_found(source: str, said: list[str]) -> None:
    assert silent(source) == said


@pytest.mark.parametrize("kind", [each for each in CLASSES.values() if each.usual_step])
def test_the_usual_step_of_a_class_is_said_where_a_refusal_has_none_of_its_own(kind: type[ReleaseError]) -> None:
    assert kind("x").lines() == ["x", f"next: {kind.usual_step}"]
    assert kind("x", next_step="y").lines() == ["x", "next: y"]
