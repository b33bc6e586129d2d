"""The command: arguments -> one stage -> exit code. The only sys.exit and the only broad except of the package."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from release import __version__
from release.errors import ReleaseError

if TYPE_CHECKING:
    from release.report import Report


_EPILOG = """\
the usual order:
  release plan                           what merging would release, and why
  release build                          images of the present commit, as OCI archives in dist/
  release scan                           the gate; a digest without a fresh pass goes nowhere
  release publish                        into the registry, by digest, named as the candidate
  release deploy staging --version …     deploy, prove, record; or put the deployment before back
  release prepare                        CHANGELOG.md for the release; commit it, merge it, tag it
  release promote v1.4.0                 the tag's version onto the digests that staging has proven
  release deploy production --version …  only those
  release rollback production            the deployment before goes back in

try everything on this machine, with no account:  make rehearse
exit codes: 0 done, 2 wrong usage, 3 nothing to release, 4 gate, 5 not found, 6 conflict, 7 machine, 8 remote,
            9 deployment failed and was put back, 10 putting back failed too (details: release/errors.py)
"""


def parser(only: str = "") -> argparse.ArgumentParser:
    """The command line, as ``--help`` shows it; with ``only`` that command alone, which starts faster."""
    top = argparse.ArgumentParser(
        prog="release",
        description="Release AWS Lambda functions shipped as container images: build once, prove, promote, roll back.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"release {__version__}")
    top.add_argument("-v", "--verbose", action="store_true", help="show every process and its output")
    top.add_argument(
        "-C", dest="folder", type=Path, default=Path(), metavar="DIR", help="the repository (default: here)"
    )
    commands = top.add_subparsers(title="commands", dest="command", required=True, metavar="COMMAND")
    for name, (summary, changes, options) in COMMANDS.items():
        if only and name != only:
            continue
        sub = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        sub.add_argument("--json", action="store_true", help="print the result as JSON on standard output")
        if changes:
            sub.add_argument("--dry-run", action="store_true", help="print what would be done, and do nothing")
        sub.set_defaults(dry_run=False)
        options(sub)
    return top


def _version(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("revision", nargs="?", default="HEAD", help="the commit (default: HEAD)")
    sub.add_argument("--candidate", action="store_true", help="print the candidate, X.Y.Z-rc.N, instead")


def _changelog(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("revision", nargs="?", default="HEAD", help="the commit (default: HEAD)")
    sub.add_argument("--authors", action="store_true", help="name each entry's author")
    sub.add_argument("--tag", metavar="TAG", help="print the written section of this release tag instead")


def _plan(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("revision", nargs="?", default="HEAD", help="the commit (default: HEAD)")
    sub.add_argument("--branch", help="the branch it is released from (default: the one that is checked out)")


def _build(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--commit", default="HEAD", help="the commit to build (default: HEAD)")
    sub.add_argument("--offline", action="store_true", help="do not ask the registry whether it has an image already")


def _scan(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--live", metavar="ENV", help="scan by digest what the ledger says is live there")
    sub.add_argument("--sarif", metavar="FILE", help="write the findings for code scanning")
    _database(sub)


def _publish(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--version", dest="release_version", metavar="X.Y.Z-rc.N", help="default: the candidate")
    sub.add_argument("--commit", default="HEAD", help="the commit the images were built from (default: HEAD)")
    sub.add_argument("--expect", metavar="DIGESTS", help="image=sha256:… words: what the archives must be")
    _database(sub)


def _deploy(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("environment", help=_ENVIRONMENT)
    sub.add_argument("--version", required=True, dest="release_version", metavar="VERSION", help="a published one")
    sub.add_argument("--if-newer", action="store_true", help="end well, doing nothing, when a newer release is live")


def _smoke(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("environment", help=_ENVIRONMENT)


def _prepare(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--authors", action="store_true", help="name each entry's author")


def _check_tag(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("tag", metavar="TAG")
    sub.add_argument("--remote", action="store_true", help="compare with the remote's tag of that name, too")


def _promote(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("tag", metavar="TAG")
    _database(sub)


def _rollback(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("environment", help=_ENVIRONMENT)
    sub.add_argument("--to", metavar="VERSION", help="the version to go back to (default: the deployment before)")
    sub.add_argument("--reason", metavar="TEXT", default="", help="why; goes into the job summary")


def _status(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("environment", nargs="?", help="one environment (default: all)")
    sub.add_argument("--check", action="store_true", help="exit code 6 when a stack and the ledger do not agree")


def _rehearse(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--keep", action="store_true", help="leave everything running and print how to call it")
    stop = "stop what --keep left running: everything, or the one rehearsal in FOLDER"
    sub.add_argument("--stop", nargs="?", const="", metavar="FOLDER", help=stop)


def _database(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--database", default="", metavar="REPOSITORY", help="advisories: host/name:tag, or public")


_ENVIRONMENT = "an environment of release.toml"

#: name -> what it does, whether it changes anything (then it takes --dry-run), and its options
COMMANDS: dict[str, tuple[str, bool, Callable[[argparse.ArgumentParser], None]]] = {
    "version": ("print the next version; works in any git repository, without a configuration", False, _version),
    "changelog": ("print the changelog's section for the next version", False, _changelog),
    "plan": ("show what would be released and why; exit code 3 when nothing would", False, _plan),
    "build": ("build an OCI archive per image, or reuse one with equal inputs", True, _build),
    "scan": ("scan every built image, or what is live; exit code 4 when the gate blocks", True, _scan),
    "publish": ("put the scanned images into the registry under a version", True, _publish),
    "deploy": ("deploy a version by digest, prove it, record it; or put back", True, _deploy),
    "smoke": ("run the smoke tests against what is live", False, _smoke),
    "prepare": ("write the next version's section into CHANGELOG.md, ready to commit", True, _prepare),
    "check-tag": ("say whether a tag may be released, and if not, what to do", False, _check_tag),
    "promote": ("put a checked tag's version onto the digests that were proven", True, _promote),
    "rollback": ("bring a proven deployment back, with its own template", True, _rollback),
    "status": ("show what is live where, and whether the ledger agrees", False, _status),
    "history": ("show every deployment of an environment, newest first", False, _smoke),
    "rehearse": ("run the whole pipeline on this machine, without an account", False, _rehearse),
}


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and leave the process with its exit code."""
    sys.exit(_main(sys.argv[1:] if argv is None else argv))


def _interrupted(_number: int, _frame: object) -> None:
    """A runner that cancels a job, or a person's ``kill``: as Ctrl-C, so that what was started is stopped."""
    raise KeyboardInterrupt


def _main(argv: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, _interrupted)
    named = next((word for word in argv if word in COMMANDS), "")
    args = parser(named if argv[:1] == [named] else "").parse_args(argv)
    logging.basicConfig(
        level=logging.DEBUG if args.verbose else logging.INFO,
        format="%(message)s",
        stream=sys.stderr,
        force=True,
    )
    for chatty in ("botocore", "boto3", "urllib3", "s3transfer"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    from release import commands
    from release.adapters import actions
    from release.bootstrap import Wiring

    try:
        run = getattr(commands, args.command.replace("-", "_"))
        result: Report = run(args, Wiring(args.folder, dict(os.environ)))
    except KeyboardInterrupt:
        print("interrupted; run the same command again to go on", file=sys.stderr)
        return 130
    except ReleaseError as error:
        annotation = actions.annotation(error, os.environ)  # first: the summary begins with what is wrong
        if error.report is not None:
            actions.publish(error.report, os.environ)
            print(json.dumps(error.report.data, indent=2) if args.json else error.report.text)
        print("\n".join(f"release: {line}" for line in error.lines()), file=sys.stderr)
        if annotation:
            print(annotation)
        return error.exit_code
    except Exception:
        import traceback  # only here: a command that works does not pay for it

        traceback.print_exc()
        print("release: this is a bug; nothing more was done. Please report the lines above.", file=sys.stderr)
        return 1
    actions.publish(result, os.environ)
    print(json.dumps(result.data, indent=2) if args.json else result.text)
    return result.exit_code
