"""Where a key stands in a TOML text: Python's reader does not say."""

from __future__ import annotations

import re

_HEADER = re.compile(r"\[\[?\s*([^\]]+?)\s*\]\]?")


def line_of(text: str, path: str, key: str, nth: int) -> int:
    """The line of ``key`` in the ``nth`` table ``path``, as well as a search can tell; else the table's; else 0."""
    current, seen, table_line = "", -1, 0
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        header = _HEADER.match(stripped)
        if header:
            current = header[1].replace('"', "").replace(" ", "")
            seen += current == path
            if (current == path and seen == nth) or current == f"{path}.{key}".lstrip("."):
                table_line = table_line or number
        elif current == path and max(seen, 0) == nth and re.match(rf'"?{re.escape(key)}"?\s*[.=]', stripped):
            return number
    return table_line
