"""The page that shows the members: a ZIP file with a layer."""

from collections.abc import Iterable
from html import escape
from typing import Any

from memberskit.answers import as_page
from memberskit.members import Member, Table

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Members</title>
<h1>{count} members</h1>
<ul>
{lines}</ul>
</html>
"""


def page(members: Iterable[Member]) -> str:
    """In the order of their names; nobody's address is shown."""
    lines = [
        f"<li>{escape(each.name)}, since {escape(each.joined[:4])}</li>\n"
        for each in sorted(members, key=lambda each: each.name.casefold())
    ]
    return _PAGE.format(count=len(lines), lines="".join(lines))


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    return as_page(200, page(Table().all()))
