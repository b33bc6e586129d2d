"""release init: bring the pipeline into a repository that has a SAM template; no file of the team's is changed."""

from __future__ import annotations

import argparse
import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.adoption.found import Found
    from release.adoption.initanswers import KnownBefore
    from release.adoption.ports import OwnFiles, Questions
    from release.adoption.surroundings import RepositoryAround
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "write what a repository with a SAM template needs to be released: settings, workflows, pipeline.yaml"
CHANGES = True
OUTPUTS: tuple[str, ...] = ()
EPILOG = """\
It looks at the template (images, functions, routes, schedules), at sam's configuration, git's remote and your tests,
asks at most five questions, shows every file, and writes them all or none. Files of yours stay as they are; a
release.toml or dependabot.yml gets what it lacks, beside what stands there. A second run changes nothing.

  release init --dry-run      all that it would write, and nothing is
  release init                questions, then the files
  release init --yes          without questions: what would stand in brackets
  release rehearse            then: the whole pipeline on this machine, without an account
"""


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    sub.epilog, sub.formatter_class = EPILOG, argparse.RawDescriptionHelpFormatter
    sub.add_argument("--yes", action="store_true", help="ask nothing: take the answers that stand in brackets")
    sub.add_argument("--template", default="", metavar="PATH", help="the SAM template, where there are several")
    sub.add_argument("--name", default="", metavar="NAME", help="the project's name")
    sub.add_argument("--region", default="", metavar="R", help="the AWS region of the environments")
    sub.add_argument("--block", default="", metavar="SEVERITIES", help='severities that block: "HIGH CRITICAL"')
    names = 'their names, in the order in which a release gets there: "staging production"'
    sub.add_argument("--environments", default="", metavar="NAMES", help=names)
    sub.add_argument("--workflows", default="", metavar="OWNER/REPO", help="the repository that has the workflows")
    add_vendored(sub)


def add_vendored(sub: argparse.ArgumentParser) -> None:
    """The option that init and upgrade share."""
    text = "write the full workflows and this command's wheel, so that nothing is called in another repository"
    sub.add_argument("--vendored", action="store_true", help=text)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Look, ask, show, write."""
    from release.adapters import installed
    from release.adoption import found as looking
    from release.adoption import initanswers, initplan, initreport, settingsfile

    around, files, person = wiring.around.surroundings(), wiring.changed_files, wiring.person
    written = initanswers.present(files, settingsfile.PATH)
    named = posixpath.normpath(posixpath.join(around.below, args.template)) if args.template else ""
    found = looking.look(around, files.read, named or initanswers.template_of(written))
    asking = not args.yes and not args.dry_run
    if asking and person.there:
        person.show(initreport.of_found(found) + "\n")
    own = whole(args, around, wiring)
    answers = initanswers.gather(_known(found, written, wiring, own), _given(args), person, asking=asking)
    plan = initplan.plan(found, answers, files, wiring.provenance, wiring.translator, installed.version, own)
    if not plan.changes:
        return initreport.of_nothing(plan)
    if args.dry_run:
        return initreport.of_dry_run(plan)
    if asking and not agreed(person, initreport.of_plan(plan), "release init"):
        return initreport.of_refusal(plan)
    files.apply(plan.changes)
    return initreport.of_writing(plan, wiring.provenance, asked=asking)


def _given(args: argparse.Namespace) -> dict[str, str]:
    return {
        "project": args.name,
        "region": args.region,
        "block": args.block,
        "environments": args.environments,
        "home": args.workflows,
    }


def whole(args: argparse.Namespace, around: RepositoryAround, wiring: Wiring) -> OwnFiles | None:
    """This command as files, where the repository gets them or has them already."""
    from release.adoption import vendoring

    return wiring.own_files if args.vendored or vendoring.wheels(around.paths) else None


def _known(found: Found, written: str | None, wiring: Wiring, own: OwnFiles | None) -> KnownBefore:
    from release.adoption import generated, pin
    from release.adoption.initanswers import KnownBefore

    home = generated.home(generated.present(found.around.paths, wiring.changed_files))
    if own:  # nothing is called elsewhere, so nobody is asked where
        home = pin.home(wiring.provenance, found.around)
    return KnownBefore(found, written, wiring.provenance, wiring.aws_region, home)


def nothing_written(shown: Report) -> Report:
    """A person said no."""
    from release.report import Report

    return Report(shown.data, "nothing was written")


def agreed(person: Questions, shown: str, command: str) -> bool:
    """Whether a person who sees ``shown`` wants it written. Raises UsageError: nobody is there."""
    from release.adoption import initanswers

    if not person.there:
        raise initanswers.nobody_there(command)
    person.show(f"\n{shown}")
    return person.ask("Write this? [yes]: ").lower() in ("", "y", "yes")
