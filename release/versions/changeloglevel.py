"""On which level of headings a changelog has its releases."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from release.versions.headingnames import HeadingName
from release.versions.headings import BOLD, Heading

#: Where there is none yet (Keep a Changelog 1.1.0).
LEVEL = 2

#: A line in bold that may be a heading: nothing follows but what is set off from it.
BOLD_TITLE = re.compile(r"\s*(\*\*|__)[^*_]+\1\s*(?:[-–—:(\[].*)?")  # noqa: RUF001 - the dashes that people write


def level_of(heads: Sequence[tuple[Heading, HeadingName]]) -> int:
    """The level of releases: of versions, of other numbers, of days, of versions behind a name; of bold lines last."""
    upper = [(heading.level, name) for heading, name in heads if heading.level != BOLD]
    for levels in (
        [level for level, name in upper if name.is_release and name.is_plain and name.version],
        [level for level, name in upper if name.is_release and name.is_plain and name.order],
        [level for level, name in upper if is_plain(name)],
    ):
        if levels:
            return min(levels)
    if named := Counter(level for level, name in upper if name.is_release and name.order):
        return max(named, key=lambda level: (named[level], level))
    bold = [name for each, name in heads if each.level == BOLD and BOLD_TITLE.fullmatch(each.title)]
    pending = [level for level, name in upper if name.is_pending]
    if any(map(is_plain, bold)) or (not pending and any(name.is_pending for name in bold)):
        return BOLD
    return min(pending, default=LEVEL)


def is_plain(name: HeadingName) -> bool:
    """Whether a title names a version or a day, and nothing else; several versions may be about them."""
    return name.is_release and name.is_plain and bool(name.order or name.is_dated)
