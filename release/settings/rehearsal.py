"""``[rehearsal]`` of release.toml: what ``release rehearse`` cannot know by itself about an application."""

from __future__ import annotations

import re
from dataclasses import dataclass

from release.toml import Table


@dataclass(frozen=True)
class Edit:
    """A change of one file, as a commit of the story makes it.

    Attributes:
        file: its path in the repository.
        append: a text that is added at its end, on lines of its own.
        replace: a text that it holds once; ``match``: a regular expression that matches once (``^`` and ``$`` are a
            line's, ``.`` is any character, line ends included).
        with_: what comes in the place of ``replace`` or ``match``.
        message: of the commit; "" leaves it to the story.
    """

    file: str
    append: str = ""
    replace: str = ""
    match: str = ""
    with_: str = ""
    message: str = ""


@dataclass(frozen=True)
class RehearsalSpec:
    """What the application says of its rehearsal; what it leaves out is made up from its images.

    Attributes:
        seed: a command that brings its data and users into the emulated AWS; "": there are none.
        change: what the second release changes, in one image alone.
        break_: a mistake that its smoke tests find in the first environment.
        break_last: a mistake that its smoke tests find in the last environment alone.
        vulnerable: a change that brings a package with a known hole.
    """

    seed: str = ""
    change: Edit | None = None
    break_: Edit | None = None
    break_last: Edit | None = None
    vulnerable: Edit | None = None


def parse_rehearsal(table: Table) -> RehearsalSpec:
    """Read ``[rehearsal]``. Raises UsageError with line and key."""
    spec = RehearsalSpec(
        seed=table.text_of(
            "seed",
            "",
            doc="A command that makes data, users and secrets in the emulated AWS before an environment's first "
            "deployment, and prints the template's parameters as JSON (docs/rehearsal.md).",
            unset="nothing is made",
        ),
        change=_edit(
            table,
            "change",
            "What the second release changes, in the code of one image alone. Without it: a line is added to a file "
            "that only one image has.",
        ),
        break_=_edit(
            table,
            "break",
            "A mistake that the smoke tests find in the first environment; the image must start with it. Without it: a "
            "handler that raises, or a smoke test that must fail.",
        ),
        break_last=_edit(
            table,
            "break-last",
            "A mistake that the smoke tests find in the last environment and in no other. Without it: a smoke test of "
            "that environment that must fail.",
        ),
        vulnerable=_edit(
            table,
            "vulnerable",
            "What a pull request changes that brings a package with a known hole. Without it: an advisory is planted "
            "for a package that an image has.",
        ),
    )
    table.done()
    return spec


def _edit(outer: Table, key: str, doc: str) -> Edit | None:
    table = outer.table(key, doc=doc, required=False)
    if key not in outer:
        return None
    way = table.exactly_one("append", "replace", "match")
    edit = Edit(
        file=table.text_of("file", doc="The file, as git names it."),
        append=table.text_of("append", "", doc="What is added at its end.", unset="nothing"),
        replace=table.text_of("replace", "", doc="A text that the file holds once.", unset="nothing"),
        match=table.text_of(
            "match",
            "",
            doc="A regular expression that matches once in the file; `^` and `$` are a line's, `.` is any character.",
            unset="nothing",
        ),
        with_=table.text_of(
            "with", "", doc="What comes in the place of `replace` or `match`.", unset="nothing", may_be_empty=True
        ),
        message=table.text_of("message", "", doc="The commit's message.", unset="one that says what it is for"),
    )
    if way == "append" and "with" in table:
        table.refuse("with", "comes in the place of replace or match, and there is neither")
    if way == "match":
        try:
            re.compile(edit.match)
        except re.error as error:
            table.refuse("match", f"is no regular expression: {error}")
    table.done()
    return edit
