"""The command: arguments -> one command -> exit code. The only sys.exit and the only broad except of the package."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from release.commands import NAMES, of_name
from release.errors import ReleaseError, exit_codes
from release.text import as_json, block, line

if TYPE_CHECKING:
    from release.report import Report


USUAL_ORDER = """\
  release plan                           what merging would release, and why
  release build                          images of the present commit, as OCI layouts in dist/
  release start                          each image up to its wish for an event; one that cannot start goes nowhere
  release scan                           the gate; a digest without a fresh pass goes nowhere
  release publish                        into the registry, by digest, named as the candidate
  release deploy staging --version …     deploy, prove, record; or put the deployment before back
  release prepare                        CHANGELOG.md for the release; commit it, merge it, tag it
  release promote v1.4.0                 the tag's version onto the digests that staging has proven
  release deploy production --version …  only those
  release rollback production            the deployment before goes back in
"""


class _Version(argparse.Action):
    """Print the version, which costs a look at what is installed, only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from release.adapters import installed

        print(f"release {installed.version()}")
        parser.exit()


def parser(only: str = "") -> argparse.ArgumentParser:
    """The command line, as ``--help`` shows it; with ``only`` that command alone, which starts faster."""
    top = argparse.ArgumentParser(
        prog="release",
        description="Release AWS Lambda functions shipped as container images: build once, prove, promote, roll back.",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action=_Version, nargs=0, help="print the version of this command")
    top.add_argument("-v", "--verbose", action="store_true", help="show every process and its output")
    top.add_argument(
        "-C", dest="folder", type=Path, default=Path(), metavar="DIR", help="the repository (default: here)"
    )
    commands = top.add_subparsers(title="commands", dest="command", required=True, metavar="COMMAND")
    for name in NAMES:
        if only and name != only:
            continue
        command = of_name(name)
        summary = command.SUMMARY
        sub = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        sub.add_argument("--json", action="store_true", help="print the result as JSON on standard output")
        if command.CHANGES:
            sub.add_argument("--dry-run", action="store_true", help="print what would be done, and do nothing")
        sub.set_defaults(dry_run=False, project="", region="")
        command.options(sub)
    return top


def _epilog() -> str:
    codes = "".join(f"\n  {code:>3}  {means}" for code, means in exit_codes().items())
    rehearse = "try everything on this machine, with no account:  release rehearse"
    return f"the usual order:\n{USUAL_ORDER}\n{rehearse}\n\nexit codes:{codes}"


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and leave the process with its exit code."""
    from release.adapters import terminal

    try:
        code = _main(sys.argv[1:] if argv is None else argv)
    except SystemExit as ended:  # argparse: help, version, wrong usage
        code = ended.code if isinstance(ended.code, int) else 1
    sys.exit(terminal.flush(sys.stdout) or code)


def _interrupted(_number: int, _frame: object) -> None:
    """A runner that cancels a job, or a person's ``kill``: as Ctrl-C, so that what was started is stopped."""
    raise KeyboardInterrupt


class _Harmless(logging.Formatter):
    """What a tool or a repository says is logged, and neither a terminal nor a runner obeys it."""

    def format(self, record: logging.LogRecord) -> str:
        return block(super().format(record))


def _main(argv: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, _interrupted)
    named = next((word for word in argv if word in NAMES), "")
    args = parser(named if argv[:1] == [named] else "").parse_args(argv)
    harmless = logging.StreamHandler(sys.stderr)
    harmless.setFormatter(_Harmless("%(message)s"))
    logging.basicConfig(level=logging.DEBUG if args.verbose else logging.INFO, handlers=[harmless], force=True)
    for chatty in ("botocore", "boto3", "urllib3", "s3transfer"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    if not args.verbose:  # each try that failed, in urllib3's own words; the error tells why the last one did
        logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
    from release.adapters import actions, terminal
    from release.bootstrap import Wiring

    try:
        actions.check(os.environ)
        wiring = Wiring(args.folder, dict(os.environ), args.project, args.region)
        result: Report = of_name(args.command).run(args, wiring)
    except KeyboardInterrupt:
        terminal.write("interrupted; run the same command again to go on", sys.stderr)
        return 130
    except ReleaseError as error:
        annotation = actions.annotation(error, os.environ)  # first: the summary begins with what is wrong
        if error.report is not None:
            _published(error.report)
            terminal.write(_shown(error.report, args), sys.stdout)
        terminal.write(_said(error), sys.stderr)
        if annotation:
            terminal.write(annotation, sys.stdout)
        return error.exit_code
    except Exception:
        import traceback  # only here: a command that works does not pay for it

        print(block(traceback.format_exc()), file=sys.stderr)
        print("release: this is a bug; nothing more was done. Please report the lines above.", file=sys.stderr)
        return 1
    unwritten = _published(result)
    if not args.json:
        for note in result.notes:
            terminal.write(f"release: note: {line(note)}", sys.stderr)
    return terminal.write(_shown(result, args), sys.stdout) or unwritten or result.exit_code


def _published(report: Report) -> int:
    """0, or the exit code when the runner's files do not take the result; then standard error says so."""
    from release.adapters import actions, terminal

    try:
        actions.publish(report, os.environ)
    except ReleaseError as error:
        terminal.write(_said(error), sys.stderr)
        return error.exit_code
    return 0


def _said(error: ReleaseError) -> str:
    return "\n".join(f"release: {block(row)}" for row in error.lines())


def _shown(report: Report, args: argparse.Namespace) -> str:
    return as_json(report.data) if args.json else block(report.text)
