"""The rehearsal's story: two releases to production, one that fails and is put back, and a rollback. Each step asserts.

Nothing here is simulated by this package: the release command of a scratch clone runs as a person would type it, in the
environment that :mod:`release.rehearsal.world` makes.
"""

from __future__ import annotations

import re
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
#: What the blocked release locks: a PyJWT with published holes (GHSA-75c5-xw7c-p5pm among them).
VULNERABLE_LOCK = "function/requirements/export.txt"
VULNERABLE = """\
pyjwt==2.8.0 \\
    --hash=sha256:59127c392cc44c2da5bb3192169a91f429924e17aff6534d70fdc02ab3e04320
"""


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
    """0.1.0 and 0.2.0 to production, a candidate of 0.2.1 fails in staging, production goes back to 0.1.0."""
    candidate, first = _release(scratch, board, "0.1.0", "buildx, push by digest, sam deploy, smoke by HTTP")
    with board.step("the same commands again change nothing", "registry and stacks compared before and after") as row:
        _again(scratch, candidate, "0.1.0")
        row.result = "nothing changed"

    path, new, message = CHANGE
    text = (scratch.folder / path).read_text(encoding="utf-8")
    scratch.commit(path, text, new.format(text=text.rstrip()), message)
    before, second = _release(
        scratch, board, "0.2.0", "only image report is built and pushed; image export is reused by digest"
    )
    expect(first["export"] == second["export"], "image export keeps its digest")
    expect(first["report"] != second["report"], "image report has a new digest")

    with board.step(
        "a candidate of 0.2.1 answers a broken health check", "sam deploy, smoke; 0.2.0 again, smoke"
    ) as row:
        scratch.commit(*BREAK)
        broken, _ = _publish(scratch)
        expect(broken == "0.2.1-rc.1", f"the candidate is 0.2.1-rc.1, not {broken}")
        scratch.release("deploy", "staging", "--version", broken, code=9)
        _live(scratch, "staging", before, second)
        scratch.release("status")
        row.result = f"staging put {before} back by itself"

    with board.step("a vulnerable package is blocked", "trivy on the archive, the policy, nothing pushed") as row:
        row.result = _blocked(scratch)

    with board.step("production is rolled back", "sam deploy with the template of 0.1.0, smoke") as row:
        scratch.release("rollback", "production", "--reason", "rehearsed")
        _live(scratch, "production", "0.1.0", first)
        scratch.release("status")
        _ledger(scratch, first, second)
        row.result = "production runs 0.1.0"


def _release(scratch: Scratch, board: Board, version: str, ran: str) -> tuple[str, dict[str, str]]:
    """One release's life: its changelog is prepared and merged, staging proves the candidate, a tag promotes it."""
    with board.step(f"{version} to staging", ran) as row:
        scratch.release("prepare")
        scratch.git("add", "--", "CHANGELOG.md")
        scratch.git("commit", "--quiet", "--allow-empty", "--message", f"docs: changelog of {version}")
        scratch.release("plan")
        candidate, digests = _publish(scratch)
        expect(candidate.startswith(f"{version}-rc."), f"{candidate} is a candidate of {version}")
        scratch.release("deploy", "staging", "--version", candidate)
        _live(scratch, "staging", candidate, digests)
        row.result = f"staging runs {candidate}"
    with board.step(f"{version} to production", "git tag, check-tag, promote by digest, sam deploy, smoke") as row:
        scratch.git("tag", "--annotate", f"v{version}", "--message", f"v{version}")
        scratch.release("check-tag", f"v{version}")
        scratch.release("promote", f"v{version}")
        scratch.release("deploy", "production", "--version", version)
        _live(scratch, "production", version, digests)
        scratch.release("status")
        row.result = f"production runs {version}"
    return candidate, digests


def _publish(scratch: Scratch) -> tuple[str, dict[str, str]]:
    """Build, scan and publish the present commit; the candidate and its digests."""
    scratch.release("build")
    scratch.release("scan")
    published = scratch.json("publish")
    return published["version"], {image: facts["digest"] for image, facts in published["images"].items()}


def _blocked(scratch: Scratch) -> str:
    """A commit that locks a package with a known hole: the gate names it, its mend and its layer; nothing is pushed."""
    good = scratch.git("rev-parse", "HEAD")
    lock = scratch.folder / VULNERABLE_LOCK
    text, found = re.subn(r"^pyjwt==.*?^(?=\S)", lambda _: VULNERABLE, lock.read_text(), flags=re.M | re.S)
    expect(found == 1, f"{VULNERABLE_LOCK} locks pyjwt once")
    lock.write_text(text)
    scratch.git("commit", "--quiet", "--all", "--message", "fix(export): lock a vulnerable package, on purpose")
    scratch.release("build")
    before = scratch.json("status")
    said = scratch.release("scan", code=4)
    for word in ("pyjwt", "2.8.0", "raise PyJWT to", "came in with layer"):
        expect(word.lower() in said.lower(), f"the gate's message names {word}")
    scratch.release("publish", code=4)
    expect(scratch.json("status") == before, "nothing was pushed or deployed")
    scratch.git("reset", "--quiet", "--hard", good)
    return "blocked: PyJWT 2.8.0, with its mend and its layer"


def _again(scratch: Scratch, candidate: str, version: str) -> None:
    before = scratch.json("status"), scratch.json("history", "production")
    again = scratch.json("promote", f"v{version}")
    expect(
        not any(facts["tags"] or facts["pushed"] for facts in again["images"].values()), "promote writes nothing twice"
    )
    for environment, name in (("staging", candidate), ("production", version)):
        answer = scratch.json("deploy", environment, "--version", name)
        expect(answer["action"] == "nothing", f"deploying {name} to {environment} again does nothing")
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
    expect(not any(name.startswith("0.2.1") for name in staging), "the failed candidate was never recorded")


def _report(board: Board, there: world.World, keep: bool) -> Report:
    rows = [{"step": r.step, "ran": r.ran, "seconds": round(r.seconds, 1), "result": r.result} for r in board.rows]
    data: dict[str, Any] = {"steps": rows, "stand_ins": board.stand_ins}
    lines = ["every assertion held"]
    if keep:
        data |= {"folder": str(there.scratch.folder), "settings": world.settings_of(there)}
        lines += world.how_to_use(there)
    return Report(data, "\n".join(lines))
