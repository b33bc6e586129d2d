"""What only deployments show: two at once, a mistake that the last environment alone has, one that the first finds."""

from __future__ import annotations

from rehearsal.story import madeup
from rehearsal.story.deployed import digests_of, expect_deployed, version_of
from rehearsal.story.expectations import contains, equal
from rehearsal.story.play import Play


def two_merges_at_once(play: Play) -> None:
    """A second push while the first deploys: both end well, in turn, and the newer commit stays."""
    scratch, environment = play.scratch, play.course.merged[-1]
    ran = "release.yml twice: both wait for a deployment under way"
    with play.reporter.step("two merges during a deployment", ran) as row:
        digests = digests_of(scratch, environment)
        edit = play.config.rehearsal.break_last
        message = f"fix: a mistake that only {play.last} has, on purpose"
        change = play.named(edit, message) if edit else madeup.must_fail(play.application(), play.last)
        older = play.commit(change)
        version = scratch.json("prepare")["version"]
        scratch.git("add", "--", "CHANGELOG.md")
        scratch.git("commit", "--quiet", "--allow-empty", "--message", f"docs: changelog of {version}")
        newer = play.head()
        for run in play.repository.pushes_at_once(f"deploy-{play.course.merged[0]}", older, newer):
            play.repository.ended([run], "release.yml")
        equal("the runs that a newer one cancelled", [], play.repository.github.lanes.cancelled)
        candidate = version_of(scratch, environment)
        expect_deployed(scratch, environment, candidate, digests)
        newest = scratch.json("history", environment)["deployments"][0]
        equal("the commit that is live, whichever run came first", newer, newest["commit"])
        row.result = f"both ended well, {environment} runs {candidate}"


def fails_in_the_last_alone(play: Play) -> None:
    """A tag that fails in the last environment, of what the one before had proven: it goes back by itself."""
    scratch, last = play.scratch, play.last
    ran = "production.yml: promote, sam deploy, smoke; the one before again, smoke"
    with play.reporter.step(f"a mistake that only {last} has", ran) as row:
        before, digests = version_of(scratch, last), digests_of(scratch, last)
        version = version_of(scratch, play.course.merged[-1]).partition("-rc.")[0]
        tag = f"{play.prefix}{version}"
        scratch.git("tag", "--annotate", tag, "--message", tag)
        run = play.repository.ended(play.repository.github.push(f"refs/tags/{tag}"), "production.yml", "failure")
        for words in (
            "Failed, and put back",
            f"v{version} failed in {last}: smoke test",
            f"{last} runs v{before} again",
        ):
            contains("the job summary", words, run.summary)
        expect_deployed(scratch, last, before, digests)
        equal("the GitHub Releases", sorted(play.announced), sorted(play.repository.state()["releases"]))
        play.ledger.append((version, "put-back"))
        row.result = f"{last} put {before} back by itself"


def fails_in_the_first(play: Play) -> None:
    """A smoke test fails after a merge, and the environment goes back; the mistake is reverted: nothing to release."""
    scratch, environment = play.scratch, play.course.merged[0]
    proven, digests = version_of(scratch, environment), digests_of(scratch, environment)
    edit = play.config.rehearsal.break_
    change = (
        play.named(edit, "fix: a mistake that the smoke test must find")
        if edit
        else madeup.break_first(play.application(), environment)
    )
    with play.reporter.step(f"a mistake that {environment} finds", f"release.yml: {change.what}") as row:
        play.commit(change)
        candidate = scratch.json("version", "--candidate")["version"]
        run = play.repository.ended(play.repository.github.push(play.repository.main), "release.yml", "failure")
        for words in ("Failed, and put back", f"{candidate} failed in {environment}"):
            contains("the job summary", words, run.summary)
        expect_deployed(scratch, environment, proven, digests)
        newest = scratch.json("history", environment)["deployments"][0]
        equal(
            f"what the ledger of {environment} says of it",
            (candidate, "put-back"),
            (newest["version"], newest["result"]),
        )
        row.result = f"{environment} put {proven} back by itself"
    with play.reporter.step("its revert", "release.yml: plan") as row:
        scratch.git("revert", "--no-edit", "HEAD")
        run = play.repository.ended(play.repository.github.push(play.repository.main), "release.yml")
        contains("the job summary", "nothing to release", run.summary)
        expect_deployed(scratch, environment, proven, digests)
        row.result = "nothing to release"
