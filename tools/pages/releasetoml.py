"""docs/release-toml.md: every key of release.toml, its type, default and meaning, from the readers themselves."""

from __future__ import annotations

import json
import tomllib
from typing import Any

from release.tomlkeys import Key, Keys, ValueKind
from tools.pages.markdown import NOTICE, code, table

_INTRO = """\
# release.toml

All that an adopter edits. The command reads it strictly: a key that it does not know, a value of another type or form
and a required key that is missing are refused with their line, and nothing has happened then.

Editors that know JSON schemas complete and check it: [release-toml.schema.json](release-toml.schema.json) is made of
the same descriptions as this page. For those that read the file's first line (taplo and what is built on it):

```toml
#:schema https://raw.githubusercontent.com/OWNER/REPOSITORY/main/docs/release-toml.schema.json
```

or in a pipeline: `check-jsonschema --schemafile docs/release-toml.schema.json release.toml`. The command checks more
than a schema can: across keys, and against Dockerfiles and template.

A repository that only wants its versions and its changelog from the command needs no file, or one with `[versions]` and
nothing else (beside `required-version`), such as a prefix of its tags. `release version`, `plan`, `changelog`,
`prepare` and `check-tag` work with that:

```toml
[versions]
tag-prefix = "app-v"
```

The workflows' filter of tags is compared with the prefix by the linters (`python -m workflowlint`), which name the line
to write: `tags: ['app-v*']`.

## The least that works
"""
_WORDS = {
    ValueKind.TEXT: "text",
    ValueKind.NUMBER: "whole number",
    ValueKind.SWITCH: "`true` or `false`",
    ValueKind.TEXTS: "list of texts",
    ValueKind.DATE: "date, without quotes",
}
#: A pattern that is longer helps nobody in a table.
LONG = 40
_HELD = {str: "text", int: "whole number", bool: "`true` or `false`"}


def page(keys: Keys, least: str, every: str) -> str:
    """The page."""
    order = list(tomllib.loads(every))
    top = sorted((key for key in keys.keys.values() if not key.table), key=lambda key: order.index(key.name))
    first = "## Before the first table\n\n" + _rows(keys, "") + "\n"
    parts = [NOTICE, _INTRO, f"```toml\n{least}```\n", first, *(_section(keys, key) for key in top if not _flat(key))]
    return "\n".join(parts) + f"\n## A file with every key\n\n```toml\n{every}```\n"


def _section(keys: Keys, key: Key) -> str:
    """A table of release.toml with the tables inside it."""
    path = f"{key.table}.{key.name}".lstrip(".")
    inner = f"{path}.<name>" if key.kind is ValueKind.NAMED else path
    brackets = f"[[{inner}]]" if key.kind is ValueKind.ARRAY else f"[{inner}]"
    level = "##" if not key.table else "###"
    text = f"{level} {code(brackets)}\n\n{key.doc}{_whether(key)}\n\n{_rows(keys, inner)}\n"
    return "\n".join(
        [text, *(_section(keys, each) for each in keys.keys.values() if each.table == inner and not _flat(each))]
    )


def _flat(key: Key) -> bool:
    """Whether it is a line of its table, not a table with keys of its own."""
    return key.kind in _WORDS or key.kind is ValueKind.MAPPING


def _rows(keys: Keys, of: str) -> str:
    flat = [key for key in keys.keys.values() if key.table == of and _flat(key)]
    alone = {name: group.names for group in keys.either if group.table == of for name in group.names}
    flat.sort(key=lambda key: key.name not in alone)
    rows = [(code(key.name), _type(key), _default(key, alone.get(key.name, ())), key.doc) for key in flat]
    if unless := keys.completed.get(of):
        least = " or ".join([", ".join(map(code, unless[:-1])), code(unless[-1])])
        text = f"A table without {least} completes an image that the template describes (`Metadata`), by its name:"
        return f"{text} nothing is required of it.\n\n" + table(("key", "type", "default", "meaning"), rows)
    return table(("key", "type", "default", "meaning"), rows)


def _whether(key: Key) -> str:
    if key.kind is ValueKind.NAMED:
        where = f", here or by {key.unset}" if key.unset else ""
        return f" At least one{where}. A name has {_formed(key.names)}."
    return "" if key.required or key.kind is ValueKind.ARRAY else " It may be left out."


def _type(key: Key) -> str:
    if key.kind is ValueKind.MAPPING:
        return _mapping(key)
    words = _WORDS[key.kind]
    if key.choices:
        choices = ", ".join(map(code, key.choices))
        words = f"list of: {choices}" if key.kind is ValueKind.TEXTS else f"one of: {choices}"
    elif key.pattern:
        words += f" of {_formed(key.pattern)}"
    if key.low is not None or key.high is not None:
        words += (f", from {key.low}" if key.low is not None else "") + (
            f" to {key.high}" if key.high is not None else ""
        )
    return words + (", may be empty" if key.may_be_empty else "")


def _mapping(key: Key) -> str:
    held = " or ".join(_HELD[kind] for kind in key.holds) or "any value"
    if key.choices:
        held = "one of: " + ", ".join(map(code, key.choices))
    elif key.pattern:
        held += f" of {_formed(key.pattern)}"
    return f"table, name = {held}" + (f"; a name has {_formed(key.names)}" if key.names else "")


def _default(key: Key, either: tuple[str, ...]) -> str:
    if either:
        return "exactly one of " + ", ".join(map(code, either))
    if key.required:
        return "**required**"
    if key.unset:
        return key.unset
    return "none" if key.default in ("", {}, ()) else code(_toml(key.default))


def _toml(value: Any) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def _formed(pattern: str) -> str:
    r"""The form that a pattern asks for, without the ``\Z`` that says only that the whole value matches."""
    form = pattern.removesuffix(r"\Z").replace(r"\Z", "$")
    return f"the form {code(form)}" if len(form) <= LONG else "a form that the [schema](release-toml.schema.json) has"
