"""The rehearsal's story: two releases to production, what must be stopped is stopped, a rollback. Each step asserts.

The workflow files of a scratch clone are started by the events that would start them on GitHub (:mod:`repository`);
what a person types is typed: the release command of the clone, in the environment that :mod:`testbed` makes. What goes
wrong on purpose is in :mod:`fault_injection`.
"""

from __future__ import annotations

from collections.abc import Mapping

from rehearsal.story import fault_injection
from rehearsal.story.deployed import digests_of, expect_deployed, snapshot, version_of
from rehearsal.story.expectations import contains, differs, equal
from rehearsal.story.reporter import Reporter
from rehearsal.story.repository import Repository
from rehearsal.story.scratch import Scratch

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


def story(repository: Repository, scratch: Scratch, reporter: Reporter) -> None:
    """0.1.0 and 0.2.0 to production, what must be stopped is stopped, production goes back to 0.1.0."""
    with reporter.step("a pull request", "check.yml under act: build, scan, plan") as row:
        scratch.git("branch", "feature")
        run = repository.ended(repository.github.pull_request("feature", fork=True), "check.yml")
        contains("the job summary: what merging would release", "0.1.0", run.summary)
        contains(
            "the job summary: what it would change", "| `MembersTable` | added | AWS::DynamoDB::Table |", run.summary
        )
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
        run = repository.ended(repository.github.push(f"refs/tags/v{version}"), "production.yml")
        contains("what who approves production reads", _approved(version), run.summary)
        expect_deployed(scratch, "production", version, digests)
        scratch.release("status")
        row.result = f"production runs {version}"
    return digests


def _approved(version: str) -> str:
    """The head of what production.yml says of a release before the environment's approval."""
    return f"### production: {'nothing is live' if version == '0.1.0' else 'v0.1.0'} -> v{version}"


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
