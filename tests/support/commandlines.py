"""Every command that a message, a comment, a page or a workflow names: found in the texts, tried on the real parser.

A command ends where the sentence goes on (``release history staging shows …``), so the longest beginning that the
parser takes counts; what follows must not be an option. A mention (``release deploy`` in a page) may leave out what it
needs.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import re
import shlex
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from release.cli import parser
from release.commands import NAMES
from tests.support.files import texts

_RELEASE = re.compile(r"(?<![\w./-])(?<!gh )(?:release|(?:\.venv/bin/)?python -m release) +(?=[a-z-])")
_MAKE = re.compile(r"(?<![\w./-])make +(?=[a-z])")
_END = re.compile(r"[;,()'\"`|\n>&#]|[.:](?=\s|$)|\s—|\s{3,}")
#: In a sentence that tells what comes next: the words before "release" as a noun, and after it and "make" as a verb.
NOUN = re.compile(r"\b(?:a|an|the|this|that|each|its|next|no|official) $")
VERB = frozenset(("it", "this", "that", "another", "the"))


@dataclass(frozen=True)
class Named:
    """One command that a text names.

    Attributes:
        whole: somebody is told to type it, so it must be complete.
    """

    where: str
    text: str
    whole: bool


def problem(named: Named) -> str:
    """Why the command cannot be typed; "" when it can."""
    if found := _MAKE.match(named.text):
        return _of_make(named.text[found.end() :])
    found = _RELEASE.match(named.text)
    words = _words(named.text[found.end() :] if found else named.text)
    if not any(word in NAMES for word in words[:4]):
        return "" if words[:1] in (["--help"], ["--version"]) else f"there is no command {words[0] if words else ''!r}"
    for length in range(len(words), 0, -1):
        if _parses(words[:length], named.whole):
            rest = words[length:]
            return f"{rest[0]} is no option of it" if rest and rest[0].startswith("-") else ""
    return "its arguments are not those that it takes"


def _words(text: str) -> list[str]:
    cut = _END.search(text)
    text = text[: cut.start()] if cut else text
    with contextlib.suppress(ValueError):
        return shlex.split(text)
    return text.split()


def _parses(words: list[str], whole: bool) -> bool:
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        try:
            (parser() if whole else _lenient()).parse_args(words)
        except SystemExit as end:
            return end.code == 0
    return True


@cache
def _lenient() -> argparse.ArgumentParser:
    """The parser, when it asks for nothing that is missing."""
    top = parser()
    for action in top._actions:
        for sub in action.choices.values() if isinstance(action, argparse._SubParsersAction) else ():
            for each in sub._actions:
                each.required = False
                if not each.option_strings:
                    each.nargs = "?"
    return top


def _of_make(text: str) -> str:
    makefile = texts()["Makefile"]
    targets = {word for line in re.findall(r"^([a-z][\w -]*):", makefile, re.MULTILINE) for word in line.split()}
    variables = set(re.findall(r"\$\((?:if \$\()?([A-Z]+)", makefile))
    for word in _words(text):
        name, given, _ = word.partition("=")
        if given and name not in variables:
            return f"the Makefile has no variable {name}"
        if not given and word not in targets:
            return "" if word != _words(text)[0] else f"the Makefile has no target {word}"
    return ""


def of_python(name: str, text: str) -> Iterator[Named]:
    """What a Python file names: in what it says comes next, in its other texts, in its comments and docstrings."""
    tree = ast.parse(text)
    nexts = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in ("next_step", "untouched", "remedy")
        for inner in ast.walk(node.value)
    }
    docs = {id(doc) for node in ast.walk(tree) if (doc := _docstring(node)) is not None}
    pieces = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr | ast.Constant) and id(node) not in pieces | docs:
            yield from _in_message(f"{name}:{node.lineno}", _rendered(node), tells=id(node) in nexts)
        elif isinstance(node, ast.Constant) and id(node) in docs:
            yield from in_prose(f"{name}:{node.lineno}", str(node.value))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield from in_prose(f"{name}:{token.start[0]}", token.string)


def _docstring(node: ast.AST) -> ast.Constant | None:
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
        first = node.body[0]
        return first.value if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) else None
    return None


def _rendered(node: ast.JoinedStr | ast.Constant) -> str:
    """The text, with a word in the place of each value."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "value" for part in node.values)


def _in_message(where: str, text: str, *, tells: bool) -> Iterator[Named]:
    for pattern in (_RELEASE, _MAKE):
        for found in pattern.finditer(text):
            first = re.split(r"[^\w-]", text[found.end() :], maxsplit=1)[0]
            quoted = text[: found.start()].endswith(("`", "'"))
            known = pattern is _RELEASE and (first in NAMES or first == "-v")
            prose = first in VERB or NOUN.search(text[: found.start()])
            if quoted or known or (tells and not prose):
                yield Named(where, text[found.start() :], whole=tells)


def in_prose(where: str, text: str) -> Iterator[Named]:
    """What is marked as code in a comment, a docstring, a page."""
    for span in re.findall(r"(?<!`)(?:``([^`]+)``|`([^`]+)`)(?!`)", text):
        words = " ".join("".join(span).split())
        if _RELEASE.match(words) or _MAKE.match(words):
            yield Named(where, words, whole=False)


def of_page(name: str, text: str) -> Iterator[Named]:
    """What a page of Markdown names, and what its blocks for a shell tell to type."""
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if language in ("sh", "console", "bash"):
            for line in block.splitlines():
                yield from of_shell(name, line.removeprefix("$ "))
    yield from in_prose(name, re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def of_shell(where: str, line: str) -> Iterator[Named]:
    """What a line of a script runs; ``$VARIABLE`` stands for one word."""
    for part in re.split(r"&&|\|\||;|\||(?<=\s)#.*", re.sub(r"\$\{?\w+\}?", "value", line)):
        part = part.strip().replace('"', "")
        if (_RELEASE.match(part) or _MAKE.match(part)) and not part.startswith("make -"):
            yield Named(where, part, whole=True)


def of_workflow(name: str, text: str) -> Iterator[Named]:
    """What a workflow, a template or the Makefile runs, and what its comments name."""
    for number, line in enumerate(text.splitlines(), 1):
        code, hash_, comment = line.partition("#")
        yield from in_prose(f"{name}:{number}", comment if hash_ else "")
        yield from of_shell(f"{name}:{number}", code.strip().removeprefix("- ").removeprefix("run: "))
