"""Changes of a template's text, and nothing else in it: every other character stays where it was.

What the text then says is compared with what it shall say, so a way of writing that nobody thought of is refused
instead of deployed.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from release.completion import writing
from release.completion.document import Path, TemplateText, end
from release.errors import UsageError
from release.settings import cfn


@dataclass(frozen=True)
class TemplateChange:
    """``value`` at ``path``: instead of what stands there, else in addition. Intrinsic functions in their long form."""

    path: Path
    value: Any


def applied(document: TemplateText, changes: Sequence[TemplateChange]) -> str:
    """The text with all of ``changes``.

    Raises:
        UsageError: with the line, what cannot be changed alone: it stands in several places (a YAML alias), or is
            written in a way that is not understood.
    """
    edits: list[tuple[int, int, str]] = []
    additions: dict[Path, dict[str, Any]] = {}
    brought = _Brought(cfn.load(document.text, document.where))
    for change in changes:
        there = _deepest(document, change.path)
        if there == change.path:
            node = document.find(there)
            assert node is not None
            edits.append((node.start_mark.index, end(node), writing.inline(change.value, document.is_json)))
        else:
            brought.put(additions.setdefault(there, {}), there, change)
    edits += [_insertion(document, path, values) for path, values in additions.items()]
    text = document.text
    for start, stop, new in sorted(edits, key=lambda edit: edit[:2], reverse=True):
        text = text[:start] + new + text[stop:]
    _check(document, changes, text)
    return text


def _deepest(document: TemplateText, path: Path) -> Path:
    """The longest part of ``path`` that stands in the document, in that one place."""
    for length in range(1, len(path) + 1):
        node = document.find(path[:length])
        if node is None:
            return path[: length - 1]
        if document.counted.get(id(node), 1) > 1:
            raise document.refused(
                path[:length],
                f"{'.'.join(path[:length])} stands in several places (a YAML alias), and one of them must change",
                f"write {'.'.join(path[:length])} out",
            )
    return path


def _insertion(document: TemplateText, path: Path, values: Mapping[str, Any]) -> tuple[int, int, str]:
    node, text, newline = document.find(path), document.text, document.newline
    if not isinstance(node, yaml.MappingNode):  # `Properties:` with nothing behind it
        raise document.refused(path, f"{'.'.join(path)} is no mapping", f"make {'.'.join(path)} a mapping")
    if node.flow_style:
        pairs = [
            f"{writing.inline(key, document.is_json)}: {writing.inline(each, document.is_json)}"
            for key, each in values.items()
        ]
        if not node.value:
            at = text.index("{", node.start_mark.index) + 1
            return at, at, ", ".join(pairs)
        at = node.value[0][0].start_mark.index
        before = text[text.rfind("\n", 0, at) + 1 : at]
        after = f",{newline}{before}" if not before.strip() else ", "
        return at, at, "".join(pair + after for pair in pairs)
    first = node.value[0][0]
    indent = " " * first.start_mark.column
    lines = [line for key, each in values.items() for line in writing.block(key, each, indent)]
    written = "".join(line + newline for line in (*lines, *([] if path else [""])))
    at = _start_of_line(text, _above(document) if not path else first.start_mark.index)
    if path and (key := document.key(path)) is not None and key.start_mark.line < node.start_mark.line:
        at = text.index("\n", key.start_mark.index) + 1  # above the comments of theirs that come first
    return at, at, written


def _above(document: TemplateText) -> int:
    """Where a section goes in: before Resources and the comment above it."""
    key = document.key(("Resources",)) or document.root.value[0][0]
    at = _start_of_line(document.text, key.start_mark.index)
    while at and (line := re.search(r"(?m)^#[^\n]*\n\Z", document.text[:at])):
        at = line.start()
    return at


def _start_of_line(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


@dataclass(frozen=True)
class _Brought:
    """What YAML merges bring to places where nothing stands: written out where something is added to it."""

    loaded: Mapping[str, Any]

    def put(self, into: dict[str, Any], there: Path, change: TemplateChange) -> None:
        """Add ``change`` to what is written at ``there``."""
        at: Any = self.loaded
        for key in there:
            at = at[key]
        for key in change.path[len(there) : -1]:
            at = at.get(key) if isinstance(at, Mapping) else None
            into = into.setdefault(key, copy.deepcopy(at) if isinstance(at, dict) else {})
        into[change.path[-1]] = change.value


def _put(into: dict[str, Any], path: Path, value: Any) -> None:
    for key in path[:-1]:
        into = into.setdefault(key, {})
    into[path[-1]] = value


def _check(document: TemplateText, changes: Sequence[TemplateChange], text: str) -> None:
    wanted = copy.deepcopy(dict(cfn.load(document.text, document.where)))
    for change in changes:
        _put(wanted, change.path, change.value)
    try:
        found = cfn.load(text, document.where)
    except UsageError:
        found = {}
    if (path := _differs(_texts(found), _texts(wanted))) is not None:
        raise document.refused(
            path,
            f"{'.'.join(path) or 'the template'} is written in a way that nothing can be added to without a change of "
            "something else (a YAML merge or alias may share it)",
            "write out what several resources share, as sam init does",
        )


def _differs(found: Any, wanted: Any) -> Path | None:
    """Where two values differ first; None where they do not."""
    if not (isinstance(found, dict) and isinstance(wanted, dict)):
        return None if found == wanted else ()
    for key in dict.fromkeys([*wanted, *found]):
        if (path := _differs(found.get(key), wanted.get(key))) is not None:
            return (key, *path)
    return None


def _texts(value: Any) -> Any:
    """Scalars as text, as :func:`cfn.load` has them."""
    if isinstance(value, Mapping):
        return {str(key): _texts(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_texts(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
