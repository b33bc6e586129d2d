"""docs/cli.md: every command, its arguments and the exit codes, from the parser that the command itself uses.

Not argparse's own help text: its wording and its line breaks differ between versions of Python and widths of terminals.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping

from release import bootstrap
from release.cli import USUAL_ORDER, parser
from release.commands import of_name
from release.errors import exit_codes
from tools.pages.markdown import NOTICE, code, table

_INTRO = """\
# The command line

`release COMMAND …` in a repository with a `release.toml`, or with `-C DIR` from elsewhere. Every command can be run
again after a crash and comes to the same end. What a person reads goes to the terminal; `--json` prints the result for
a program instead. Inside GitHub Actions the job summary and the step's outputs are written, too. `release COMMAND
--help` says the same as this page.
"""


def page() -> str:
    """The page."""
    top = parser()
    all_commands = commands(top)
    rows = [(f"[{name}](#release-{name})", _first(sub)) for name, sub in all_commands.items()]
    overview = table(("command", "what it does"), rows) + "\n"
    order = f"## The usual order\n\n```\n{USUAL_ORDER}```\n"
    common = f"## Options of every command\n\nBefore the command:\n\n{_arguments(top)}\n"
    codes = table(("code", "meaning"), [(str(number), means) for number, means in exit_codes().items()])
    variables = f"## Environment variables\n\n{_variables()}\n"
    ends = f"## Exit codes\n\nThey are part of the interface: scripts may branch on them.\n\n{codes}\n"
    return "\n".join(
        [NOTICE, _INTRO, overview, order, common, ends, variables, *(_command(*each) for each in all_commands.items())]
    )


def _variables() -> str:
    """The table in the docstring of release/bootstrap.py."""
    rows: list[tuple[str, str]] = []
    for line in (bootstrap.__doc__ or "").splitlines():
        if found := re.match(r"``([A-Z_*]+)`` +(\S.*)", line):
            rows.append((found[1], found[2]))
        elif rows and line.startswith("  "):
            rows[-1] = (rows[-1][0], f"{rows[-1][1]} {line.strip()}")
    return table(("variable", "meaning"), [(code(name), means.replace("``", "`")) for name, means in rows])


def commands(top: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    """Command -> its parser."""
    (found,) = (action for action in _actions(top) if isinstance(action, argparse._SubParsersAction))
    return dict(found.choices)


def _first(sub: argparse.ArgumentParser) -> str:
    text = (sub.description or "").rstrip(".")
    return text[:1].lower() + text[1:]


def _command(name: str, sub: argparse.ArgumentParser) -> str:
    words = [sub.prog, *(_word(action) for action in _actions(sub))]
    usage = f"## {code(sub.prog)}\n\n{sub.description}\n\n```\n{' '.join(words)}\n```\n"
    outputs = ", ".join(map(code, of_name(name).OUTPUTS))
    return f"{usage}\n{_arguments(sub)}\n" + (f"\nStep outputs: {outputs}.\n" if outputs else "")


def _arguments(of: argparse.ArgumentParser) -> str:
    rows = []
    for action in _actions(of):
        if isinstance(action, argparse._SubParsersAction):
            continue
        names = [f"{name} {_metavar(action)}".rstrip() for name in action.option_strings] or [_metavar(action)]
        rows.append((", ".join(map(code, names)), (action.help or "") % vars(action)))
    return table(("argument", "meaning"), rows)


def _actions(of: argparse.ArgumentParser) -> list[argparse.Action]:
    """Arguments without ``--help``: those without a name first."""
    found = [action for action in of._actions if not isinstance(action, argparse._HelpAction)]
    return sorted(found, key=lambda action: bool(action.option_strings))


def _word(action: argparse.Action) -> str:
    """An argument as a usage line shows it."""
    word = " ".join([*action.option_strings[-1:], *filter(None, [_metavar(action)])])
    return word if action.required else f"[{word}]"


def _metavar(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    name = (
        action.metavar
        if isinstance(action.metavar, str)
        else action.dest.upper()
        if action.option_strings
        else action.dest
    )
    name = "{" + ",".join(map(str, action.choices)) + "}" if action.choices and not action.metavar else name
    return (
        f"[{name}]"
        if action.nargs == "?" and action.option_strings
        else f"{name} …"
        if action.nargs in ("*", "+")
        else name
    )
