"""The command of the team's own tests: only where a file says it for sure."""

from __future__ import annotations

import pytest

from release.adoption.ownchecks import command
from tests.fakes.adoption import FakeFiles


def found(files: dict[str, bytes]) -> str:
    repository = FakeFiles(files)
    return command(repository.paths, repository.read)


@pytest.mark.parametrize(
    "text", [b"test:\n\tpytest\n", b".PHONY: test\r\ntest: build\r\n\tpytest\r\n", b"x:\ntest :\n"]
)
def test_a_makefile_with_a_target_test_says_make_test(text: bytes) -> None:
    assert found({"Makefile": text}) == "make test"


@pytest.mark.parametrize("text", [b"tests:\n\tpytest\n", b"test := x\n", b"# test: nothing\n", b"\techo test:\n"])
def test_a_makefile_without_one_says_nothing(text: bytes) -> None:
    assert found({"Makefile": text}) == ""


def test_npm_counts_with_a_lock_file_and_a_script_that_is_one() -> None:
    package = b'{"scripts": {"test": "vitest run"}}'
    assert found({"package.json": package, "package-lock.json": b"{}"}) == "npm ci && npm test"
    assert found({"package.json": package}) == ""
    none = b'{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'
    assert found({"package.json": none, "package-lock.json": b"{}"}) == ""
    assert found({"package.json": b"{", "package-lock.json": b"{}"}) == ""


def test_tests_whose_needs_nobody_wrote_down_are_not_guessed() -> None:
    assert found({"tests/test_a.py": b"", "pyproject.toml": b"[tool.pytest.ini_options]\n"}) == ""
