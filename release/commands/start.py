"""release start: start every built image as Lambda would, without handing out an event; exit code 4 when one cannot."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from release.commands.common.committed import functions_of
from release.commands.common.options import add_images, chosen

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "start each built image as Lambda would, without an event; exit code 4 when one cannot"
CHANGES = True
OUTPUTS: tuple[str, ...] = ()


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    add_images(sub, "start")


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Every archive of the present commit; a report in any case, then the refusal if one is due."""
    from release.commands.common import startsbefore
    from release.errors import GateError, NotFoundError
    from release.images import build, starting, startreport

    commit, workspace = wiring.git.resolve("HEAD"), wiring.workspace
    config = wiring.config_at(commit)
    only = chosen(args, config)
    plans = build.plan_builds(config, commit, wiring.git, workspace, None, wiring.bases_of_build(), images=only)
    rules = {plan.image: config.images[plan.image].start for plan in plans}
    functions = functions_of(wiring, commit, config)
    archives = [archive for plan in plans if (archive := workspace.archive(plan.image, plan.inputs))]
    missing = sorted({plan.image for plan in plans} - {archive.image for archive in archives})
    if missing and (only or not archives):
        raise NotFoundError(
            f"not built here, as this commit has it: image {', '.join(missing)}",
            untouched="everything",
            next_step="release build",
        )
    wanted = [archive for archive in archives if rules[archive.image].wanted]
    if args.dry_run:
        names = {each.image: [one.logical_id for one in functions.get(each.image, ())] for each in wanted}
        return startreport.of_plan({image: found or [starting.ALONE] for image, found in names.items()})
    before = startsbefore.known(wiring, config)
    records = []
    for archive in wanted:
        image = archive.image
        record = starting.start(
            *(archive, config.images[image].platform, functions.get(image, ()), rules[image]),
            *(config.registry_region, wiring.starter),
        )
        wiring.starts.keep_start(record)
        records.append(record)
    report = startreport.of_starts(records, rules, before)
    try:
        starting.checked(records, rules, before)
    except GateError as error:
        error.report = report
        raise
    return report
