"""The rehearsal's story: two releases to production, what must be stopped is stopped, a rollback. Each step asserts.

The workflow files of a scratch clone are started by the events that would start them on GitHub (:mod:`hosted`); what a
person types is typed: the release command of the clone, in the environment that :mod:`world` makes. What goes wrong on
purpose is in :mod:`rehearsal.story.faults`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rehearsal.story import faults, world
from rehearsal.story.board import Board
from rehearsal.story.hosted import Hosted, host
from rehearsal.story.scratch import Scratch, expect
from rehearsal.story.seen import everything, live, served, version_of
from release.report import Report

#: What the second release changes for real, in the code of one function only.
CHANGE = ("function/report/__init__.py", "{text}\nEDITION = 2\n", "feat(report): mark the second edition")


def run(repository: Path, env: Mapping[str, str], *, keep: bool) -> Report:
    """Rehearse ``repository``'s present commit.

    Args:
        keep: leave everything running afterwards; the report says how to use and how to stop it.

    Raises:
        MachineError: something the rehearsal needs is not to be had here.
        Surprise: an assertion did not hold.
    """
    board = Board()
    try:
        with world.start(repository, env, board, keep=keep) as there:
            board.stand_ins = list(there.stand_ins)
            hosted = host(there, env, board)
            try:
                story(hosted, there.scratch, board)
            finally:
                board.steps = hosted.steps()
            return _report(board, there, keep)
    except BaseException:
        if keep and board.folder:
            world.stop_kept(env, board.say, board.folder)
        raise
    finally:
        print(board.table(), file=sys.stderr)


def story(hosted: Hosted, scratch: Scratch, board: Board) -> None:
    """0.1.0 and 0.2.0 to production, what must be stopped is stopped, production goes back to 0.1.0."""
    with board.step("a pull request", "check.yml under act: build, scan, plan") as row:
        scratch.git("branch", "feature")
        run = hosted.ended(hosted.github.pull_request("feature", fork=True), "check.yml")
        expect("0.1.0" in run.summary, "the job summary says what merging would release")
        row.result = "may be merged"
    first = _release(hosted, scratch, board, "0.1.0", "release.yml: plan, build, scan, publish, deploy staging")
    with board.step("the same tag again changes nothing", "production.yml once more") as row:
        before = everything(scratch)
        hosted.ended(hosted.github.push("refs/tags/v0.1.0"), "production.yml")
        expect(everything(scratch) == before, "nothing changed")
        row.result = "nothing changed"

    path, new, message = CHANGE
    text = (scratch.folder / path).read_text(encoding="utf-8")
    scratch.commit(path, text, new.format(text=text.rstrip()), message)
    second = _release(
        hosted, scratch, board, "0.2.0", "release.yml: image report is new, image export keeps its digest"
    )
    expect(first["export"] == second["export"], "image export keeps its digest")
    expect(first["report"] != second["report"], "image report has a new digest")

    faults.vulnerable(hosted, scratch, board)
    faults.refused(hosted, scratch, board)
    faults.two_merges_at_once(hosted, scratch, board)
    faults.fails_in_production_alone(hosted, scratch, board)
    faults.fails_in_staging(hosted, scratch, board)

    with board.step("production is rolled back", "rollback.yml: sam deploy with the template of 0.1.0, smoke") as row:
        click = {"environment": "production", "version": "previous", "reason": "rehearsed"}
        run = hosted.ended(hosted.github.dispatch("rollback.yml", click), "rollback.yml")
        expect("production: v0.2.0 → v0.1.0" in run.summary, "the job summary says what went back")
        live(scratch, "production", "0.1.0", first)
        scratch.release("status")
        _ledger(scratch, first, second)
        expect(hosted.github.lanes.cancelled == [], "no run was cancelled by a newer one")
        row.result = "production runs 0.1.0"
    faults.watched(hosted, scratch, board)


def _release(hosted: Hosted, scratch: Scratch, board: Board, version: str, ran: str) -> dict[str, str]:
    """One release's life: its changelog is prepared and merged, staging proves the candidate, a tag promotes it."""
    with board.step(f"{version} to staging", ran) as row:
        scratch.release("prepare")
        scratch.git("add", "--", "CHANGELOG.md")
        scratch.git("commit", "--quiet", "--allow-empty", "--message", f"docs: changelog of {version}")
        hosted.ended(hosted.github.push("refs/heads/main"), "release.yml")
        candidate = version_of(scratch, "staging")
        expect(candidate.startswith(f"{version}-rc."), f"{candidate} is a candidate of {version}")
        digests = served(scratch, "staging")
        live(scratch, "staging", candidate, digests)
        row.result = f"staging runs {candidate}"
    with board.step(
        f"{version} to production", "production.yml: check-tag, promote by digest, deploy, GitHub Release"
    ) as row:
        scratch.git("tag", "--annotate", f"v{version}", "--message", f"v{version}")
        hosted.ended(hosted.github.push(f"refs/tags/v{version}"), "production.yml")
        live(scratch, "production", version, digests)
        scratch.release("status")
        row.result = f"production runs {version}"
    return digests


def _ledger(scratch: Scratch, first: Mapping[str, str], second: Mapping[str, str]) -> None:
    entries = list(reversed(scratch.json("history", "production")["deployments"]))
    expect(
        [entry["version"] for entry in entries] == ["0.1.0", "0.2.0", "0.1.0"],
        "production's ledger: 0.1.0, 0.2.0, 0.1.0",
    )
    expect([entry["digests"] for entry in entries] == [dict(first), dict(second), dict(first)], "each with its digests")
    staging = [entry["version"] for entry in scratch.json("history", "staging")["deployments"]]
    expect("0.2.2-rc.1" not in staging, "the candidate that failed was never recorded")


def _report(board: Board, there: world.World, keep: bool) -> Report:
    rows = [{"step": r.step, "ran": r.ran, "seconds": round(r.seconds, 1), "result": r.result} for r in board.rows]
    data: dict[str, Any] = {
        "steps": rows,
        "workflow_steps": [asdict(step) for step in board.steps],
        "stand_ins": board.stand_ins,
    }
    lines = ["every assertion held"]
    if keep:
        data |= {"state": str(there.folder), "folder": str(there.scratch.folder), "settings": world.settings_of(there)}
        lines += world.how_to_use(there)
    return Report(data, "\n".join(lines))
