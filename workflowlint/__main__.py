"""``python -m workflowlint [FOLDER …]``: every linter of the workflow files of these repositories."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from release.adapters import terminal
from release.errors import ReleaseError
from workflowlint.linters import run
from workflowlint.linters.tool import workflows


def main(arguments: Sequence[str], say: Callable[[str], None]) -> int:
    """Print every finding; 1 when there is one."""
    folders = [Path(each).absolute() for each in arguments] or [Path.cwd()]
    try:
        reports = run(folders)
    except ReleaseError as error:
        for line in error.lines():
            say(f"release: {line}")
        return error.exit_code
    for report in reports:
        say(f"{report.file}: {report.tool}: {report.message}")
    say(f"{len(reports)} findings in {sum(len(workflows(each)) for each in folders)} workflow files")
    return 1 if reports else 0


def _say(text: str) -> None:
    terminal.write(text, sys.stdout)


if __name__ == "__main__":
    code = main(sys.argv[1:], _say)
    raise SystemExit(terminal.flush(sys.stdout) or code)
