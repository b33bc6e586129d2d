"""The rehearsal's story: two releases to production, one that fails and is put back, and a rollback. Each step asserts.

Nothing here is simulated by this package: the release command of a scratch clone runs as a person would type it, in the
environment that :mod:`release.rehearsal.world` makes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from release.core.report import Report
from release.rehearsal import world
from release.rehearsal.board import Board
from release.rehearsal.scratch import Scratch, expect

#: What the second release changes for real, in the code of one function only, and what breaks the third.
CHANGE = ("function/report/__init__.py", "{text}\nEDITION = 2\n", "feat(report): mark the second edition")
BREAK = (
    "function/shared/health.py",
    '"status": "ok"',
    '"status": "broken"',
    "fix: a mistake that the smoke test must find",
)


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
            story(there.scratch, board)
            return _report(board, there, keep)
    except BaseException:
        if keep:
            world.stop_kept(env, board.say)
        raise
    finally:
        print(board.table(), file=sys.stderr)


def story(scratch: Scratch, board: Board) -> None:
    """0.1.0 and 0.2.0 to production, 0.3.0 fails in staging, production goes back to 0.1.0."""
    first = _release(
        scratch, board, "0.1.0", note="build (buildx), push (registry protocol), sam deploy, smoke by HTTP"
    )
    with board.step("the same commands again change nothing", "registry and stacks compared before and after") as row:
        _again(scratch, "0.1.0")
        row.result = "nothing changed"

    path, new, message = CHANGE
    scratch.commit(
        path,
        (scratch.folder / path).read_text(),
        new.format(text=(scratch.folder / path).read_text().rstrip()),
        message,
    )
    second = _release(
        scratch, board, "0.2.0", note="only image report is built and pushed; image export is reused by digest"
    )
    expect(first["export"] == second["export"], "image export keeps its digest")
    expect(first["report"] != second["report"], "image report has a new digest")

    with board.step("0.3.0 answers a broken health check", "sam deploy, smoke, sam deploy of 0.2.0, smoke") as row:
        scratch.commit(*BREAK)
        _publish(scratch, "0.3.0")
        scratch.release("deploy", "staging", "--version", "0.3.0", code=9)
        _live(scratch, "staging", "0.2.0", second)
        scratch.release("status")
        row.result = "staging put 0.2.0 back by itself"

    with board.step("production is rolled back", "sam deploy with the template of 0.1.0, smoke") as row:
        scratch.release("rollback", "production")
        _live(scratch, "production", "0.1.0", first)
        scratch.release("status")
        _ledger(scratch, first, second)
        row.result = "production runs 0.1.0"


def _release(scratch: Scratch, board: Board, version: str, *, note: str) -> dict[str, str]:
    with board.step(f"{version} to staging and production", note) as row:
        digests = _publish(scratch, version)
        scratch.release("deploy", "staging", "--version", version)
        scratch.release("deploy", "production", "--version", version)
        for environment in ("staging", "production"):
            _live(scratch, environment, version, digests)
        scratch.release("status")
        row.result = f"both run {version}"
    return digests


def _publish(scratch: Scratch, version: str) -> dict[str, str]:
    scratch.release("build")
    published = scratch.json("publish", "--version", version)
    return {image: facts["digest"] for image, facts in published["images"].items()}


def _again(scratch: Scratch, version: str) -> None:
    before = scratch.json("status"), scratch.json("history", "production")
    again = scratch.json("publish", "--version", version)
    expect(
        not any(facts["tags"] or facts["pushed"] for facts in again["images"].values()), "publish writes nothing twice"
    )
    for environment in ("staging", "production"):
        answer = scratch.json("deploy", environment, "--version", version)
        expect(answer["action"] == "nothing", f"deploying {version} to {environment} again does nothing")
    expect(
        (scratch.json("status"), scratch.json("history", "production")) == before, "status and history are as before"
    )


def _live(scratch: Scratch, environment: str, version: str, digests: Mapping[str, str]) -> None:
    status: dict[str, Any] = scratch.json("status", environment)["environments"][environment]
    expect(status["version"] == version, f"{environment} runs {version}, not {status['version']}")
    served = {image: function and function["digest"] for image, function in status["functions"].items()}
    expect(served == dict(digests), f"{environment} serves the digests of {version}")
    expect(status["problem"] is None, f"stack and ledger of {environment} agree: {status['problem']}")


def _ledger(scratch: Scratch, first: Mapping[str, str], second: Mapping[str, str]) -> None:
    entries = list(reversed(scratch.json("history", "production")["deployments"]))
    expect(
        [entry["version"] for entry in entries] == ["0.1.0", "0.2.0", "0.1.0"],
        "production's ledger: 0.1.0, 0.2.0, 0.1.0",
    )
    expect([entry["digests"] for entry in entries] == [dict(first), dict(second), dict(first)], "each with its digests")
    staging = [entry["version"] for entry in scratch.json("history", "staging")["deployments"]]
    expect("0.3.0" not in staging, "0.3.0 was never recorded")


def _report(board: Board, there: world.World, keep: bool) -> Report:
    rows = [{"step": r.step, "ran": r.ran, "seconds": round(r.seconds, 1), "result": r.result} for r in board.rows]
    data: dict[str, Any] = {"steps": rows, "stand_ins": board.stand_ins}
    lines = ["every assertion held"]
    if keep:
        data |= {"folder": str(there.scratch.folder), "settings": world.settings_of(there)}
        lines += world.how_to_use(there)
    return Report(data, "\n".join(lines))
