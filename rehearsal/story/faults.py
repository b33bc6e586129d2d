"""What goes wrong in the rehearsal, on purpose. Each must be stopped, or put back, and must say so."""

from __future__ import annotations

import re

from rehearsal.cloud import sample_database
from rehearsal.story import world
from rehearsal.story.board import Board
from rehearsal.story.hosted import ACCOUNT, Hosted
from rehearsal.story.scratch import Scratch, expect
from rehearsal.story.seen import everything, live, served, version_of
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


def vulnerable(hosted: Hosted, scratch: Scratch, board: Board) -> None:
    """A pull request locks a package with a known hole: the gate names it, its mend and its layer."""
    with board.step("a vulnerable package in a pull request", "check.yml: build, trivy, the policy") as row:
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
        row.result = "blocked: PyJWT 2.8.0, with its mend and its layer"


def refused(hosted: Hosted, scratch: Scratch, board: Board) -> None:
    """A tag that may not be released, a rollback to what never ran, a form that GitHub does not take, no such role."""
    with board.step("what GitHub, AWS or a gate must refuse", "production.yml, rollback.yml") as row:
        before = everything(scratch)
        scratch.git("tag", "v0.1.5")
        run = hosted.ended(hosted.github.push("refs/tags/v0.1.5"), "production.yml", "failure")
        expect(len(run.jobs) == 1, "only check-tag ran")
        scratch.git("tag", "--delete", "v0.1.5")
        click = {"environment": "production", "version": "9.9.9", "reason": "rehearsed"}
        run = hosted.ended(hosted.github.dispatch("rollback.yml", click), "rollback.yml", "failure")
        expect("was never deployed to production" in "\n".join((*run.errors, *run.log)), "the refusal says why")
        try:
            hosted.github.dispatch("rollback.yml", {**click, "environment": "testing"})
            expect(False, "GitHub refuses an environment that is not among the choices")
        except Refused as refusal:
            hosted.board.say(str(refusal))
        with hosted.changed("production", DEPLOY_ROLE=f"{ACCOUNT}gone"):
            click["version"] = "previous"
            run = hosted.ended(hosted.github.dispatch("rollback.yml", click), "rollback.yml", "failure")
            expect("there is no role" in "\n".join((*run.errors, *run.log)), "AWS refuses a role that is not there")
        expect(everything(scratch) == before, "nothing changed")
        row.result = "four refusals, nothing changed"


def two_merges_at_once(hosted: Hosted, scratch: Scratch, board: Board) -> None:
    """A second push while the first deploys: both end well, in turn, and the newer commit stays."""
    ran = "release.yml twice: both wait for a deployment under way"
    with board.step("two merges during a deployment", ran) as row:
        digests = served(scratch, "staging")
        older = scratch.commit(*SETTING)
        scratch.release("prepare")
        scratch.git("commit", "--quiet", "--message", "docs: changelog of 0.2.1", "--", "CHANGELOG.md")
        newer = scratch.git("rev-parse", "HEAD")
        for run in hosted.pushes_at_once("deploy-staging", older, newer):
            hosted.ended([run], "release.yml")
        expect(hosted.github.lanes.cancelled == [], "no run was cancelled by a newer one")
        candidate = version_of(scratch, "staging")
        live(scratch, "staging", candidate, digests)
        newest = scratch.json("history", "staging")["deployments"][0]
        expect(newest["commit"] == newer, "the newer commit is live, whichever run came first")
        row.result = f"both ended well, staging runs {candidate}"


def fails_in_production_alone(hosted: Hosted, scratch: Scratch, board: Board) -> None:
    """A tag whose smoke test fails in production, of what staging had proven: production goes back by itself."""
    ran = "production.yml: promote, sam deploy, smoke; the one before again, smoke"
    with board.step("a setting that only production has", ran) as row:
        before, digests = version_of(scratch, "production"), served(scratch, "production")
        scratch.git("tag", "--annotate", "v0.2.1", "--message", "v0.2.1")
        run = hosted.ended(hosted.github.push("refs/tags/v0.2.1"), "production.yml", "failure")
        expect("Failed, and put back" in run.summary, "the job summary says what became of it")
        expect("v0.2.1 failed in production: smoke test" in run.summary, "the job summary says what failed")
        expect(f"production runs v{before} again, proven" in run.summary, "the job summary says what runs")
        live(scratch, "production", before, digests)
        expect("v0.2.1" not in hosted.state()["releases"], "no GitHub Release tells of it")
        row.result = f"production put {before} back by itself"


def fails_in_staging(hosted: Hosted, scratch: Scratch, board: Board) -> None:
    """A smoke test fails in staging, which goes back by itself; the mistake is reverted, and that releases nothing."""
    proven, digests = version_of(scratch, "staging"), served(scratch, "staging")
    with board.step("a health check that fails", "release.yml: sam deploy, smoke; the one before again, smoke") as row:
        scratch.commit(*BREAK)
        run = hosted.ended(hosted.github.push("refs/heads/main"), "release.yml", "failure")
        expect("Failed, and put back" in run.summary, "the job summary says what became of it")
        expect("0.2.2-rc.1 failed in staging" in run.summary, "the job summary says what failed")
        live(scratch, "staging", proven, digests)
        row.result = f"staging put {proven} back by itself"
    with board.step("its revert", "release.yml: plan") as row:
        scratch.git("revert", "--no-edit", "HEAD")
        run = hosted.ended(hosted.github.push("refs/heads/main"), "release.yml")
        expect("nothing to release" in run.summary, "the job summary says that there is nothing to release")
        live(scratch, "staging", proven, digests)
        row.result = "nothing to release"


def watched(hosted: Hosted, scratch: Scratch, board: Board) -> None:
    """The morning after: an advisory published meanwhile opens one issue; when it is withdrawn, the issue is closed."""
    with board.step("the daily look at what is live", "watch.yml: drift, trivy by digest, a GitHub issue") as row:
        registry = scratch.env["RELEASE_REGISTRY"]
        advisory = sample_database.TOMORROW
        tomorrow = world.publish_advisories(registry, "tomorrow", advisory)
        with hosted.changed(RELEASE_SCAN_DATABASE=tomorrow):
            hosted.ended(hosted.github.schedule("watch.yml"), "watch.yml", "failure")
        (issue,) = hosted.state()["issues"]
        expect(issue["state"] == "open", "an issue is open")
        for word in (advisory.id, advisory.package, "staging.txt", "production.txt"):
            expect(word in issue["body"], f"the issue names {word}")
        hosted.ended(hosted.github.schedule("watch.yml"), "watch.yml")
        (issue,) = hosted.state()["issues"]
        expect(issue["state"] == "closed", "the issue is closed")
        row.result = "an issue for an advisory of tomorrow; closed again"
