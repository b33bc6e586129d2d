"""Every command that a refusal, a comment, a page or a workflow names can be typed (docs/architecture.md, rule 11)."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator

import pytest

from tests.support import commandlines
from tests.support.commandlines import Named
from tests.support.files import ROOT, texts

PRODUCT = ("release/", "rehearsal/", "workflowlint/", "tools/", "function/", "bench/")


def every() -> Iterator[Named]:
    for name, text in texts().items():
        if name.endswith(".py") and name.startswith(PRODUCT):
            yield from commandlines.of_python(name, text)
        elif name == "CHANGELOG.md":  # what an earlier release could do may be gone
            yield from commandlines.of_page(name, re.split(r"(?m)^## (?!\[?Unreleased)", text)[0])
        elif name.endswith(".md"):
            yield from commandlines.of_page(name, text)
        elif name.endswith((".yml", ".yaml", "Makefile")) or name in (".ci/run", "tools/setup", "release.toml"):
            yield from commandlines.of_workflow(name, text)


def test_every_command_that_is_named_anywhere_can_be_typed() -> None:
    named = list(every())
    assert len(named) > 150
    assert len([each for each in named if each.whole]) > 60
    wrong = [f"{each.where}: {each.text[:80]!r}: {why}" for each in named if (why := commandlines.problem(each))]
    assert wrong == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("release surgeon staging", "there is no command 'surgeon'"),
        ("release history", "not those that it takes"),
        ("release history value shows the releases", ""),
        ("release rollback value --to 1.4.0", ""),
        ("release rollback value --version 1.4.0", "--version is no option of it"),
        ("release deploy value --version …", ""),
        ("release deploy value", "not those that it takes"),
        ("release scan again, or later", ""),
        ("release -v build shows the log", ""),
        ("release --help", ""),
        ("make rehearse KEEP=1", ""),
        ("make rehearse HOLD=1", "no variable HOLD"),
        ("make everything", "no target everything"),
    ],
)
def test_what_can_be_typed_and_what_cannot_is_told_apart(line: str, says: str) -> None:
    assert says in commandlines.problem(Named("here", line, whole=True))
    assert bool(says) == bool(commandlines.problem(Named("here", line, whole=True)))


def test_a_mention_may_leave_out_what_it_needs_but_not_name_what_is_not_there() -> None:
    assert commandlines.problem(Named("here", "release deploy", whole=False)) == ""
    assert commandlines.problem(Named("here", "release deploy --if-old", whole=False)) == "--if-old is no option of it"


def test_commands_are_found_in_next_steps_messages_comments_and_docstrings() -> None:
    text = (
        '"""``release doctor`` and the release itself."""\n'
        "# `release prune` is not there, the release is\n"
        'raise Error("x", next_step=f"first release mend {x}, then release it; a release tag")\n'
        'other("release status or release nothing", "or `release undo {name}`")\n'
    )
    found = [each.text for each in commandlines.of_python("a.py", text)]
    assert sorted(line.split()[1] for line in found) == ["doctor", "mend", "prune", "status", "undo"]


def test_modules_that_are_told_to_be_run_are_there() -> None:
    """Ours are in this repository, others in a lock file or come with Python."""
    locks = "".join(text for name, text in texts().items() if name.startswith(("requirements/", "rehearsal/locks/")))
    named = {
        (name, module)
        for name, text in texts().items()
        for module in re.findall(r"python3? -m ([a-z][\w.]*\w)", text)
        if not name.startswith("tests/")
    }
    others = {"pip", *sys.stdlib_module_names, *re.findall(r"^([\w-]+)==", locks, re.MULTILINE)}
    assert named
    for name, module in sorted(named):
        ours = (ROOT / module.partition(".")[0]).is_dir()
        there = importlib.util.find_spec(module) is not None if ours else module in others
        assert there, f"{name} names {module}"
