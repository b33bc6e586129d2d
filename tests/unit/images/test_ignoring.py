""".dockerignore by BuildKit's rules: what a build does not see is no input, and everything else is."""

from __future__ import annotations

import pytest

from release.errors import UsageError
from release.images.ignoring import Ignoring


def out(rules: str, *paths: str) -> list[str]:
    found = Ignoring(rules.encode(), ".dockerignore")
    return [path for path in paths if found.leaves_out(path)]


# Facts: Docker's "Build context" (syntax), moby/patternmatcher's own table of tests.
@pytest.mark.parametrize(
    ("rules", "left_out", "seen"),
    [
        ("tests", ["tests", "tests/a.py", "tests/deep/b.py"], ["src/tests/a.py", "tests2/a.py"]),
        ("tests/", ["tests/a.py"], ["test"]),
        ("/tests", ["tests/a.py"], ["src/tests/a.py"]),
        ("./tests//x", ["tests/x"], ["tests/y"]),
        ("**/tests", ["tests/a.py", "src/tests/a.py", "a/b/tests/c"], ["mytests/a", "tests.py"]),
        ("*.md", ["README.md"], ["docs/README.md"]),
        ("**/*.md", ["README.md", "docs/README.md"], ["README.mdx"]),
        ("*/*.md", ["docs/README.md"], ["README.md", "a/b/c.md"]),
        ("docs/**", ["docs/a", "docs/a/b"], ["docs", "docs2/a"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b/c"], ["a/xb", "x/a/b"]),
        ("**", ["a", "a/b"], []),
        ("**foo", ["foo", "afoo", "x/foo"], ["foox"]),
        ("a?c", ["abc", "abc/d"], ["a/c", "ac", "abbc"]),
        ("[a-c]x", ["ax", "cx"], ["dx"]),
        ("[^a]x", ["bx"], ["ax"]),
        ("a\\*b", ["a*b"], ["axb"]),
        ("a.c", ["a.c"], ["abc"]),
        ("a.c*", ["a.cd"], ["abcd"]),
        ("a+(b)$*", ["a+(b)$c"], ["aa(b)$c"]),
        ("*\n!keep.py", ["drop.py", "sub/keep.py"], ["keep.py"]),
        ("*\n!src", ["drop.py"], ["src/a.py", "src/deep/b.py"]),
        ("src\n!src/keep", ["src/a", "src/b/keep"], ["src/keep", "src/keep/c"]),
        ("*.md\n!README*.md\nREADME-secret.md", ["x.md", "README-secret.md"], ["README.md"]),
        ("*.md\nREADME-secret.md\n!README*.md", ["x.md"], ["README.md", "README-secret.md"]),
        ("**\n!**/*.py", ["a.txt", "src/a.txt"], ["a.py", "src/deep/a.py"]),
        ("! a\n*\n!  b ", ["a"], ["b"]),
        ("# tests\n #kept\n\n  tests  ", ["tests/a", "#kept"], ["# tests"]),
        ("\ufefftests\r\nmore\r\n", ["tests/a", "more/b"], ["x"]),
        (".", [], ["a"]),
        ("..", [], ["a"]),
        ("!x", [], ["x", "y"]),
    ],
)
def test_the_rules_leave_out_what_buildkit_leaves_out(rules: str, left_out: list[str], seen: list[str]) -> None:
    assert out(rules, *left_out, *seen) == left_out


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ("a\n!", "line 2: is an exclamation mark without a pattern"),
        ("a\n\nb[", "line 3: holds a pattern that is none"),
        ("a\\", "line 1: holds a pattern that is none"),
        ("x" * 70_000, "line 1: is longer than the 65,536 bytes"),
    ],
)
def test_what_buildkit_refuses_is_refused_with_its_line_before_a_build(rules: str, words: str) -> None:
    with pytest.raises(UsageError, match=r"app/\.dockerignore, ") as caught:
        Ignoring(rules.encode(), "app/.dockerignore")
    assert words in caught.value.message
    assert caught.value.next_step
