"""Faults that the rehearsal injects. Each must be stopped, or put back, and must say so."""

from __future__ import annotations

import re

from rehearsal.cloud import advisories
from rehearsal.story.advisory_registry import publish_advisories
from rehearsal.story.deployed import digests_of, expect_deployed, snapshot, version_of
from rehearsal.story.expectations import contains, equal, failure
from rehearsal.story.reporter import Reporter
from rehearsal.story.repository import ACCOUNT, Repository
from rehearsal.story.scratch import Scratch
from workflowlint.workflow import Refused

#: A commit whose image starts, and whose health check does not say ok.
BREAK = (
    "function/shared/health.py",
    '"status": "ok"',
    '"status": "broken"',
    "fix: a mistake that the smoke test must find",
)
#: A setting of production alone, wrong in a way that CloudFormation takes: an issuer without its https://.
SETTING = (
    "release.toml",
    'Environment = "production"',
    'Environment = "production"\nUserPoolIssuer = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Rehearsed"',
    "fix: name the issuer of production's tokens",
)
#: What the blocked pull request locks: a PyJWT with published holes (GHSA-75c5-xw7c-p5pm among them).
VULNERABLE_LOCK = "function/requirements/export.txt"
VULNERABLE = """\
pyjwt==2.8.0 \\
    --hash=sha256:59127c392cc44c2da5bb3192169a91f429924e17aff6534d70fdc02ab3e04320
"""


def vulnerable(repository: Repository, scratch: Scratch, reporter: Reporter) -> None:
    """A pull request locks a package with a known hole: the gate names it, its mend and its layer."""
    with reporter.step("a vulnerable package in a pull request", "check.yml: build, trivy, the policy") as row:
        good = scratch.git("rev-parse", "HEAD")
        lock = scratch.folder / VULNERABLE_LOCK
        text, found = re.subn(r"^pyjwt==.*?^(?=\S)", lambda _: VULNERABLE, lock.read_text(), flags=re.M | re.S)
        equal(f"how often {VULNERABLE_LOCK} locks pyjwt", 1, found)
        lock.write_text(text)
        scratch.git("commit", "--quiet", "--all", "--message", "fix(export): lock a vulnerable package, on purpose")
        scratch.git("branch", "vulnerable")
        scratch.git("reset", "--quiet", "--hard", good)
        run = repository.ended(repository.github.pull_request("vulnerable", number=2), "check.yml", "failure")
        said = "\n".join((run.summary, *run.log, *run.errors)).lower()
        for word in ("pyjwt", "2.8.0", "raise pyjwt to", "came in with layer"):
            contains("the gate's message", word, said)
        row.result = "blocked: PyJWT 2.8.0, with its mend and its layer"


def refused(repository: Repository, scratch: Scratch, reporter: Reporter) -> None:
    """A tag that may not be released, a rollback to what never ran, a form that GitHub does not take, no such role."""
    with reporter.step("what GitHub, AWS or a gate must refuse", "production.yml, rollback.yml") as row:
        before = snapshot(scratch)
        scratch.git("tag", "v0.1.5")
        run = repository.ended(repository.github.push("refs/tags/v0.1.5"), "production.yml", "failure")
        equal("how many jobs ran for a tag that may not be released", 1, len(run.jobs))
        scratch.git("tag", "--delete", "v0.1.5")
        click = {"environment": "production", "version": "9.9.9", "reason": "rehearsed"}
        run = repository.ended(repository.github.dispatch("rollback.yml", click), "rollback.yml", "failure")
        contains("the refusal", "was never proven in production", "\n".join((*run.log, *run.errors)))
        try:
            runs = repository.github.dispatch("rollback.yml", {**click, "environment": "testing"})
        except Refused as refusal:
            repository.reporter.say(str(refusal))
        else:
            raise failure("a form with an environment that is not offered", "no run", f"{len(runs)} runs")
        with repository.changed("production", DEPLOY_ROLE=f"{ACCOUNT}gone"):
            click["version"] = "previous"
            run = repository.ended(repository.github.dispatch("rollback.yml", click), "rollback.yml", "failure")
            contains("AWS's answer to a role that is gone", "there is no role", "\n".join((*run.log, *run.errors)))
        equal("what is deployed, after four refusals", before, snapshot(scratch))
        row.result = "four refusals, nothing changed"


def two_merges_at_once(repository: Repository, scratch: Scratch, reporter: Reporter) -> None:
    """A second push while the first deploys: both end well, in turn, and the newer commit stays."""
    ran = "release.yml twice: both wait for a deployment under way"
    with reporter.step("two merges during a deployment", ran) as row:
        digests = digests_of(scratch, "staging")
        older = scratch.commit(*SETTING)
        scratch.release("prepare")
        scratch.git("commit", "--quiet", "--message", "docs: changelog of 0.2.1", "--", "CHANGELOG.md")
        newer = scratch.git("rev-parse", "HEAD")
        for run in repository.pushes_at_once("deploy-staging", older, newer):
            repository.ended([run], "release.yml")
        equal("the runs that a newer one cancelled", [], repository.github.lanes.cancelled)
        candidate = version_of(scratch, "staging")
        expect_deployed(scratch, "staging", candidate, digests)
        newest = scratch.json("history", "staging")["deployments"][0]
        equal("the commit that is live, whichever run came first", newer, newest["commit"])
        row.result = f"both ended well, staging runs {candidate}"


def fails_in_production_alone(repository: Repository, scratch: Scratch, reporter: Reporter) -> None:
    """A tag whose smoke test fails in production, of what staging had proven: production goes back by itself."""
    ran = "production.yml: promote, sam deploy, smoke; the one before again, smoke"
    with reporter.step("a setting that only production has", ran) as row:
        before, digests = version_of(scratch, "production"), digests_of(scratch, "production")
        scratch.git("tag", "--annotate", "v0.2.1", "--message", "v0.2.1")
        run = repository.ended(repository.github.push("refs/tags/v0.2.1"), "production.yml", "failure")
        for words in (
            "Failed, and put back",
            "v0.2.1 failed in production: smoke test",
            f"production runs v{before} again, proven",
        ):
            contains("the job summary", words, run.summary)
        expect_deployed(scratch, "production", before, digests)
        equal("the GitHub Releases", ["v0.1.0", "v0.2.0"], sorted(repository.state()["releases"]))
        row.result = f"production put {before} back by itself"


def fails_in_staging(repository: Repository, scratch: Scratch, reporter: Reporter) -> None:
    """A smoke test fails in staging, which goes back by itself; the mistake is reverted, and that releases nothing."""
    proven, digests = version_of(scratch, "staging"), digests_of(scratch, "staging")
    with reporter.step(
        "a health check that fails", "release.yml: sam deploy, smoke; the one before again, smoke"
    ) as row:
        scratch.commit(*BREAK)
        run = repository.ended(repository.github.push("refs/heads/main"), "release.yml", "failure")
        for words in ("Failed, and put back", "0.2.2-rc.1 failed in staging"):
            contains("the job summary", words, run.summary)
        expect_deployed(scratch, "staging", proven, digests)
        row.result = f"staging put {proven} back by itself"
    with reporter.step("its revert", "release.yml: plan") as row:
        scratch.git("revert", "--no-edit", "HEAD")
        run = repository.ended(repository.github.push("refs/heads/main"), "release.yml")
        contains("the job summary", "nothing to release", run.summary)
        expect_deployed(scratch, "staging", proven, digests)
        row.result = "nothing to release"


def watched(repository: Repository, scratch: Scratch, reporter: Reporter) -> None:
    """The morning after: an advisory published meanwhile opens one issue; when it is withdrawn, the issue is closed."""
    with reporter.step("the daily look at what is live", "watch.yml: drift, trivy by digest, a GitHub issue") as row:
        registry = scratch.env["RELEASE_REGISTRY"]
        advisory = advisories.TOMORROW
        tomorrow = publish_advisories(registry, "tomorrow", advisory)
        with repository.changed(RELEASE_SCAN_DATABASE=tomorrow):
            repository.ended(repository.github.schedule("watch.yml"), "watch.yml", "failure")
        issues = repository.state()["issues"]
        equal("the issues, while the advisory stands", ["open"], [issue["state"] for issue in issues])
        for word in (advisory.id, advisory.package, "staging.txt", "production.txt"):
            contains("the issue", word, issues[0]["body"])
        repository.ended(repository.github.schedule("watch.yml"), "watch.yml")
        states = [issue["state"] for issue in repository.state()["issues"]]
        equal("the issues, after the advisory was withdrawn", ["closed"], states)
        row.result = "an issue for an advisory of tomorrow; closed again"
