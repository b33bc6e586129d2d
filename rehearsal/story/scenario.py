"""The rehearsal's story: two releases to production, what must be stopped is stopped, a rollback. Each step asserts.

The workflow files of a scratch clone are started by the events that would start them on GitHub (:mod:`repository`);
what a person types is typed: the release command of the clone, in the environment that :mod:`testbed` makes. What goes
wrong on purpose is in :mod:`fault_injection`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rehearsal.story import fault_injection, kept, testbed
from rehearsal.story.deployed import digests_of, expect_deployed, snapshot, version_of
from rehearsal.story.expectations import contains, differs, equal
from rehearsal.story.reporter import Reporter
from rehearsal.story.repository import Repository, host
from rehearsal.story.scratch import Scratch
from rehearsal.story.settings import reaching
from rehearsal.story.testbed import Testbed
from release.errors import ReleaseError, UsageError
from release.report import Report

#: What the second release changes for real, in the code of one function only.
CHANGE = ("function/report/__init__.py", "{text}\nEDITION = 2\n", "feat(report): mark the second edition")

#: What the story changes, breaks or starts; it is told of this project's sample alone.
NEEDED = (
    "release.toml",
    "pipeline.yaml",
    *(f".github/workflows/{name}.yml" for name in ("check", "release", "production", "rollback", "watch")),
    CHANGE[0],
    fault_injection.BREAK[0],
    fault_injection.VULNERABLE_LOCK,
)


def run(folder: Path, env: Mapping[str, str], *, keep: bool) -> Report:
    """Rehearse the present commit of the repository in ``folder``.

    Args:
        keep: leave everything running afterwards, also when it fails; the report, or the error's, says how to look at
            it and how to stop it.

    Raises:
        UsageError: it is not the repository that the story is told of; nothing was started.
        MachineError: something the rehearsal needs is not to be had here.
        NotAsExpected: an assertion did not hold.
    """
    _check_repository(folder)
    reporter = Reporter()
    try:
        with testbed.start(folder, env, reporter, keep=keep) as bed:
            reporter.stand_ins = list(bed.stand_ins)
            repository = host(bed, env, reporter)
            try:
                try:
                    story(repository, bed.scratch, reporter)
                finally:
                    reporter.steps = repository.steps()
                return _report(reporter, bed, keep)
            except Exception as error:
                if keep:
                    _leave(error, bed, reporter)
                raise
    finally:
        print(reporter.table(), file=sys.stderr)


def _check_repository(folder: Path) -> None:
    if missing := [path for path in NEEDED if not (folder / path).is_file()]:
        raise UsageError(
            f"the rehearsal's story is told of the sample in lambda-image-release's own repository: {folder} has no "
            f"{missing[0]}",
            untouched="everything; nothing was started",
            next_step="run it in a clone of that repository: release -C DIR rehearse",
        )


def story(repository: Repository, scratch: Scratch, reporter: Reporter) -> None:
    """0.1.0 and 0.2.0 to production, what must be stopped is stopped, production goes back to 0.1.0."""
    with reporter.step("a pull request", "check.yml under act: build, scan, plan") as row:
        scratch.git("branch", "feature")
        run = repository.ended(repository.github.pull_request("feature", fork=True), "check.yml")
        contains("the job summary: what merging would release", "0.1.0", run.summary)
        row.result = "may be merged"
    first = _release(repository, scratch, reporter, "0.1.0", "release.yml: plan, build, scan, publish, deploy staging")
    with reporter.step("the same tag again changes nothing", "production.yml once more") as row:
        before = snapshot(scratch)
        repository.ended(repository.github.push("refs/tags/v0.1.0"), "production.yml")
        equal("what is deployed, after the same tag came again", before, snapshot(scratch))
        row.result = "nothing changed"

    path, new, message = CHANGE
    text = (scratch.folder / path).read_text(encoding="utf-8")
    scratch.commit(path, text, new.format(text=text.rstrip()), message)
    second = _release(
        repository, scratch, reporter, "0.2.0", "release.yml: image report is new, image export keeps its digest"
    )
    equal("the digest of image export, whose inputs did not change", first["export"], second["export"])
    differs("the digest of image report, whose code changed", first["report"], second["report"])

    fault_injection.vulnerable(repository, scratch, reporter)
    fault_injection.refused(repository, scratch, reporter)
    fault_injection.two_merges_at_once(repository, scratch, reporter)
    fault_injection.fails_in_production_alone(repository, scratch, reporter)
    fault_injection.fails_in_staging(repository, scratch, reporter)

    with reporter.step(
        "production is rolled back", "rollback.yml: sam deploy with the template of 0.1.0, smoke"
    ) as row:
        click = {"environment": "production", "version": "previous", "reason": "rehearsed"}
        run = repository.ended(repository.github.dispatch("rollback.yml", click), "rollback.yml")
        contains("the job summary: what went back", "production: v0.2.0 → v0.1.0", run.summary)
        expect_deployed(scratch, "production", "0.1.0", first)
        scratch.release("status")
        _ledger(scratch, first, second)
        equal("the runs that a newer one cancelled", [], repository.github.lanes.cancelled)
        row.result = "production runs 0.1.0"
    fault_injection.watched(repository, scratch, reporter)


def _release(repository: Repository, scratch: Scratch, reporter: Reporter, version: str, ran: str) -> dict[str, str]:
    """One release's life: its changelog is prepared and merged, staging proves the candidate, a tag promotes it."""
    with reporter.step(f"{version} to staging", ran) as row:
        scratch.release("prepare")
        scratch.git("add", "--", "CHANGELOG.md")
        scratch.git("commit", "--quiet", "--allow-empty", "--message", f"docs: changelog of {version}")
        repository.ended(repository.github.push("refs/heads/main"), "release.yml")
        candidate = version_of(scratch, "staging")
        equal("the release that staging's candidate is of", version, candidate.partition("-rc.")[0])
        digests = digests_of(scratch, "staging")
        expect_deployed(scratch, "staging", candidate, digests)
        row.result = f"staging runs {candidate}"
    with reporter.step(
        f"{version} to production", "production.yml: check-tag, promote by digest, deploy, GitHub Release"
    ) as row:
        scratch.git("tag", "--annotate", f"v{version}", "--message", f"v{version}")
        repository.ended(repository.github.push(f"refs/tags/v{version}"), "production.yml")
        expect_deployed(scratch, "production", version, digests)
        scratch.release("status")
        row.result = f"production runs {version}"
    return digests


def _ledger(scratch: Scratch, first: Mapping[str, str], second: Mapping[str, str]) -> None:
    entries = list(reversed(scratch.json("history", "production", "--limit", "0")["deployments"]))
    told = [(entry["version"], entry["result"]) for entry in entries]
    expected = [("0.1.0", "proven"), ("0.2.0", "proven"), ("0.2.1", "put-back"), ("0.1.0", "proven")]
    equal("production's ledger", expected, told)
    proven = [entry for entry in entries if entry["result"] == "proven"]
    equal("its digests", [dict(first), dict(second), dict(first)], [entry["digests"] for entry in proven])
    staging = scratch.json("history", "staging", "--limit", "0")["deployments"]
    failed = [entry["result"] for entry in staging if entry["version"] == "0.2.2-rc.1"]
    equal("what staging's ledger says of the candidate that failed", ["put-back"], failed)
    equal("deployments that nobody ended", [], [entry["tag"] for entry in (*staging, *entries) if not entry["ended"]])


def _report(reporter: Reporter, bed: Testbed, keep: bool) -> Report:
    rows = [{"step": r.step, "ran": r.ran, "seconds": round(r.seconds, 1), "result": r.result} for r in reporter.rows]
    data: dict[str, Any] = {
        "steps": rows,
        "workflow_steps": [asdict(step) for step in reporter.steps],
        "stand_ins": reporter.stand_ins,
    }
    lines = ["every assertion held"]
    if keep:
        data |= _reached(bed)
        lines += [*kept.how_to_call(bed), *kept.how_to_look(bed)]
    return Report(data, "\n".join(lines))


def _leave(error: Exception, bed: Testbed, reporter: Reporter) -> None:
    """Say how to look at what a failed story leaves running: in the error's report, or at once without one."""
    lines = ["left running as it was when it failed:", *kept.how_to_look(bed)]
    if isinstance(error, ReleaseError):
        error.report = Report(_reached(bed), "\n".join(lines))
        error.next_step = f"look at it in {bed.scratch.folder}, then make rehearse STOP={bed.folder}"
    else:
        for line in lines:
            reporter.say(line)


def _reached(bed: Testbed) -> dict[str, Any]:
    return {"state": str(bed.folder), "folder": str(bed.scratch.folder), "settings": reaching(bed.scratch.env)}
