"""release check: run the repository's own checks, as release.toml names them; the exit code is theirs."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from release.bootstrap import Wiring
    from release.report import Report

SUMMARY = "run the repository's own checks, as release.toml names them; the exit code is theirs"
CHANGES = True
OUTPUTS: tuple[str, ...] = ()


def options(sub: argparse.ArgumentParser) -> None:
    """Its own options."""
    kinds = "`test`, or `images`, with every built image in the engine (default: test)"
    sub.add_argument("kind", nargs="?", default="test", choices=("test", "images"), help=kinds)


def run(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Run ``checks.test`` or ``checks.images``; what it prints goes through as it comes."""
    from release.adapters import ownchecks
    from release.report import Report
    from release.text import markdown

    command: str = getattr(wiring.config.checks, args.kind)
    key, data = f"checks.{args.kind}", {"check": args.kind, "command": command}
    if not command:
        text = f"no checks named: release.toml has no {key}, so nothing was run"
        return Report(data | {"ran": False}, text, summary=f"⚪ {markdown(text)}\n")
    if args.dry_run:
        return Report(data | {"ran": False}, f"would run {key}: {command}")
    with ExitStack() as engine:
        code = ownchecks.run(
            command, wiring.folder, {**wiring.env, **_images(args.kind, wiring, engine)}, quiet=args.json
        )
    ended = "passed" if code == 0 else f"ended with exit code {code}"
    text = f"{key} {ended}: {command}"
    summary = f"{'✅' if code == 0 else '⛔'} {markdown(text)}\n"
    return Report(data | {"ran": True, "exit-code": code}, text, summary=summary, exit_code=code)


def _images(kind: str, wiring: Wiring, engine: ExitStack) -> Mapping[str, str]:
    """The engine's name of every built image, as variables; the names are gone when ``engine`` is left.

    Raises NotFoundError: one is not built; then the engine is given none.
    """
    from release.errors import NotFoundError
    from release.images import build

    if kind != "images":
        return {}
    commit, workspace = wiring.git.resolve("HEAD"), wiring.workspace
    config = wiring.config_at(commit)
    plans = build.plan_builds(config, commit, wiring.git, workspace, None, wiring.bases_of_build())
    archives = [archive for plan in plans if (archive := workspace.archive(plan.image, plan.inputs))]
    if missing := sorted({plan.image for plan in plans} - {archive.image for archive in archives}):
        raise NotFoundError(
            f"not built here, as this commit has it: image {', '.join(missing)}",
            untouched="everything",
            next_step="release build",
        )
    names = {}
    for archive in archives:
        variable = f"RELEASE_IMAGE_{archive.image.upper().replace('-', '_')}"
        names[variable] = engine.enter_context(wiring.starter.named(archive, config.images[archive.image].platform))
    return names
