"""The rehearsal's story: two releases to production, one that fails and is put back, and a rollback. Each step asserts.

The workflow files of a scratch clone are started by the events that would start them on GitHub (:mod:`hosted`); what a
person types is typed: the release command of the clone, in the environment that :mod:`world` makes.
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
from release.rehearsal.github.workflow import Refused
from release.rehearsal.hosted import Hosted, host
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
            hosted = host(there, env, board)
            story(hosted, there.scratch, board)
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
    with board.step("the same events again change nothing", "release.yml, production.yml once more") as row:
        before = scratch.json("status"), scratch.json("history", "production")
        hosted.ended(hosted.github.push("refs/tags/v0.1.0"), "production.yml")
        expect((scratch.json("status"), scratch.json("history", "production")) == before, "nothing changed")
        row.result = "nothing changed"

    path, new, message = CHANGE
    text = (scratch.folder / path).read_text(encoding="utf-8")
    scratch.commit(path, text, new.format(text=text.rstrip()), message)
    second = _release(
        hosted, scratch, board, "0.2.0", "release.yml: image report is new, image export keeps its digest"
    )
    expect(first["export"] == second["export"], "image export keeps its digest")
    expect(first["report"] != second["report"], "image report has a new digest")
    proven = _version(scratch, "staging")

    with board.step("a health check that fails", "release.yml: sam deploy, smoke; the one before again, smoke") as row:
        good = scratch.git("rev-parse", "HEAD")
        scratch.commit(*BREAK)
        run = hosted.ended(hosted.github.push("refs/heads/main"), "release.yml", "failure")
        expect("0.2.1-rc.1 failed in staging" in run.summary, "the job summary says what failed")
        _live(scratch, "staging", proven, second)
        scratch.git("reset", "--quiet", "--hard", good)
        row.result = f"staging put {proven} back by itself"
    with board.step("a vulnerable package in a pull request", "check.yml: build, trivy, the policy") as row:
        row.result = _blocked(hosted, scratch)
    with board.step("what GitHub or a gate must refuse", "production.yml, rollback.yml; nothing is deployed") as row:
        row.result = _refused(hosted, scratch)
    with board.step("production is rolled back", "rollback.yml: sam deploy with the template of 0.1.0, smoke") as row:
        click = {"environment": "production", "version": "previous", "reason": "rehearsed"}
        hosted.ended(hosted.github.dispatch("rollback.yml", click), "rollback.yml")
        _live(scratch, "production", "0.1.0", first)
        scratch.release("status")
        _ledger(scratch, first, second)
        expect(hosted.github.lanes.cancelled == [], "no run was cancelled by a newer one")
        row.result = "production runs 0.1.0"


def _release(hosted: Hosted, scratch: Scratch, board: Board, version: str, ran: str) -> dict[str, str]:
    """One release's life: its changelog is prepared and merged, staging proves the candidate, a tag promotes it."""
    with board.step(f"{version} to staging", ran) as row:
        scratch.release("prepare")
        scratch.git("add", "--", "CHANGELOG.md")
        scratch.git("commit", "--quiet", "--allow-empty", "--message", f"docs: changelog of {version}")
        hosted.ended(hosted.github.push("refs/heads/main"), "release.yml")
        candidate = _version(scratch, "staging")
        expect(candidate.startswith(f"{version}-rc."), f"{candidate} is a candidate of {version}")
        digests = _served(scratch, "staging")
        _live(scratch, "staging", candidate, digests)
        row.result = f"staging runs {candidate}"
    with board.step(
        f"{version} to production", "production.yml: check-tag, promote by digest, deploy, GitHub Release"
    ) as row:
        scratch.git("tag", "--annotate", f"v{version}", "--message", f"v{version}")
        hosted.ended(hosted.github.push(f"refs/tags/v{version}"), "production.yml")
        _live(scratch, "production", version, digests)
        scratch.release("status")
        row.result = f"production runs {version}"
    return digests


def _blocked(hosted: Hosted, scratch: Scratch) -> str:
    """A commit that locks a package with a known hole: the gate names it, its mend and its layer."""
    good = scratch.git("rev-parse", "HEAD")
    lock = scratch.folder / VULNERABLE_LOCK
    text, found = re.subn(r"^pyjwt==.*?^(?=\S)", lambda _: VULNERABLE, lock.read_text(), flags=re.M | re.S)
    expect(found == 1, f"{VULNERABLE_LOCK} locks pyjwt once")
    lock.write_text(text)
    scratch.git("commit", "--quiet", "--all", "--message", "fix(export): lock a vulnerable package, on purpose")
    scratch.git("branch", "vulnerable")
    scratch.git("reset", "--quiet", "--hard", good)
    run = hosted.ended(hosted.github.pull_request("vulnerable", number=2), "check.yml", "failure")
    said = "\n".join((run.summary, *run.log, *run.errors)).lower()
    for word in ("pyjwt", "2.8.0", "raise pyjwt to", "came in with layer"):
        expect(word in said, f"the gate's message names {word}")
    return "blocked: PyJWT 2.8.0, with its mend and its layer"


def _refused(hosted: Hosted, scratch: Scratch) -> str:
    """A tag that may not be released, a rollback to what never ran, a form that GitHub does not take."""
    before = scratch.json("status"), scratch.json("history", "production")
    scratch.git("tag", "v0.1.5")
    run = hosted.ended(hosted.github.push("refs/tags/v0.1.5"), "production.yml", "failure")
    expect(run.jobs.keys() == {next(iter(run.jobs))}, "only check-tag ran")
    scratch.git("tag", "--delete", "v0.1.5")
    click = {"environment": "production", "version": "9.9.9", "reason": "rehearsed"}
    run = hosted.ended(hosted.github.dispatch("rollback.yml", click), "rollback.yml", "failure")
    expect("was never deployed to production" in "\n".join((*run.errors, *run.log)), "the refusal says why")
    try:
        hosted.github.dispatch("rollback.yml", {**click, "environment": "testing"})
        expect(False, "GitHub refuses an environment that is not among the choices")
    except Refused as refusal:
        hosted.board.say(str(refusal))
    expect((scratch.json("status"), scratch.json("history", "production")) == before, "nothing changed")
    return "three refusals, nothing changed"


def _version(scratch: Scratch, environment: str) -> str:
    return str(scratch.json("status", environment)["environments"][environment]["version"])


def _served(scratch: Scratch, environment: str) -> dict[str, str]:
    functions = scratch.json("status", environment)["environments"][environment]["functions"]
    return {image: function["digest"] for image, function in functions.items()}


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
    keys = ("workflow", "job", "step", "how", "result")
    workflow_steps = [dict(zip(keys, step, strict=True)) for step in board.steps]
    data: dict[str, Any] = {"steps": rows, "workflow_steps": workflow_steps, "stand_ins": board.stand_ins}
    lines = ["every assertion held"]
    if keep:
        data |= {"state": str(there.folder), "folder": str(there.scratch.folder), "settings": world.settings_of(there)}
        lines += world.how_to_use(there)
    return Report(data, "\n".join(lines))
