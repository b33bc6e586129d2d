"""docs/stack-statuses.md: what a deployment does about each status of a stack, from the table that it decides by."""

from __future__ import annotations

import re

from release.deployments.model import Stack
from release.deployments.stackstatus import STANDINGS, busy, remedy
from tools.pages.markdown import NOTICE, code, table

_INTRO = """\
# Statuses of a stack

What `release deploy` and `release rollback` do about the status that they find. They wait up to fifteen minutes for
CloudFormation to come to rest, and then go on or refuse; they never delete, skip or roll back anything by themselves.
The message of the refusal has these commands with the stack's own name and region.
"""


def page() -> str:
    """The page."""
    rows = []
    for status, standing in STANDINGS.items():
        if standing.takes_update:
            does, then = "goes on", "-"
        else:
            does = "waits, then refuses" if busy(status) else "refuses"
            then = _commands_as_code(remedy(standing, Stack("STACK", status, {}, {}, "REGION")))
        rows.append((code(status), does, f"The stack {standing.happened}." if standing.happened else "-", then))
    return f"{NOTICE}\n\n{_INTRO}\n{table(('status', 'a deployment', 'what happened', 'what leads out'), rows)}\n"


def _commands_as_code(text: str) -> str:
    return re.sub(r"aws cloudformation [^;,)&:]*[^;,)&: ]", lambda found: code(found[0]), text)
