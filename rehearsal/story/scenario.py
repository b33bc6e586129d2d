"""What goes well: a pull request, two releases to the last environment, the same tag again, a rollback. Each asserts.

The workflow files of a scratch clone are started by the events that would start them on GitHub (:mod:`repository`);
what a person types is typed: the release command of the clone, in the environment that :mod:`testbed` makes. What goes
wrong on purpose is in :mod:`fault_injection` and :mod:`put_back`.
"""

from __future__ import annotations

from rehearsal.story.deployed import digests_of, expect_deployed, snapshot, version_of
from rehearsal.story.expectations import contains, differs, equal
from rehearsal.story.play import Play, Released


def pull_request(play: Play) -> None:
    """A pull request of a fork: built, started, scanned; what merging it would release."""
    with play.reporter.step("a pull request", "check.yml under act: build, start, scan, plan") as row:
        _make_due(play)
        play.scratch.git("branch", "feature")
        run = play.repository.ended(play.repository.github.pull_request("feature", fork=True), "check.yml")
        following = play.next()
        contains("the job summary: what merging would release", following["version"], run.summary)
        if following["previous"] is None:
            contains("the job summary: what it would change", "| added | AWS::", run.summary)
        row.result = "may be merged"


def first(play: Play) -> None:
    """The first release, to every environment."""
    _make_due(play)
    _release(play, "release.yml: plan, build, start, scan, publish, deploy")


def again(play: Play) -> None:
    """The tag of a release comes once more."""
    with play.reporter.step("the same tag again changes nothing", "production.yml once more") as row:
        before = snapshot(play.scratch, play.last)
        play.repository.ended(play.repository.github.push(f"refs/tags/{play.released[-1].tag}"), "production.yml")
        equal("what is deployed, after the same tag came again", before, snapshot(play.scratch, play.last))
        row.result = "nothing changed"


def second(play: Play) -> None:
    """A second release with another image; the others keep their digests."""
    change, before = play.change(), play.released[-1].digests
    play.commit(change)
    _release(play, f"release.yml: {change.what}")
    after = play.released[-1].digests
    for name in play.config.images:
        if name not in change.images:
            equal(f"the digest of image {name}, whose inputs did not change", before[name], after[name])
    changed = sorted(change.images)
    if len(changed) == 1:
        differs(f"the digest of image {changed[0]}, whose code changed", before[changed[0]], after[changed[0]])


def rollback(play: Play) -> None:
    """The release before comes back, by a click on "Run workflow"."""
    live, before = play.released[-1], play.released[-2]
    ran = f"rollback.yml: sam deploy with the template of {before.version}, smoke"
    with play.reporter.step(f"{play.last} is rolled back", ran) as row:
        click = {"environment": play.last, "version": "previous", "reason": "rehearsed"}
        run = play.repository.ended(play.repository.dispatch("rollback.yml", click), "rollback.yml")
        contains("the job summary: what went back", f"{play.last}: v{live.version} → v{before.version}", run.summary)
        expect_deployed(play.scratch, play.last, before.version, before.digests)
        play.ledger.append((before.version, "proven"))
        play.scratch.release("status")
        _ledger(play)
        equal("the runs that a newer one cancelled", [], play.repository.github.lanes.cancelled)
        row.result = f"{play.last} runs {before.version}"


def _make_due(play: Play) -> None:
    """A repository whose present commit is released already gets a change to release."""
    if not play.next()["is_due"]:
        play.commit(play.change())


def _release(play: Play, ran: str) -> None:
    """One release's life: its changelog is prepared and merged, a candidate is proven, a tag promotes it."""
    scratch, github = play.scratch, play.repository.github
    following = play.next()
    version, course, tag = following["version"], play.course, following["tag"]
    digests: dict[str, str] = {}
    with play.reporter.step(f"{version} to {_listed(course.merged) or 'the registry'}", ran) as row:
        scratch.release("prepare")
        scratch.git("add", "--", "CHANGELOG.md")
        scratch.git("commit", "--quiet", "--allow-empty", "--message", f"docs: changelog of {version}")
        run = play.repository.ended(github.push(play.repository.main), "release.yml")
        row.result = f"published: {version}"
        for environment in course.merged:
            candidate = version_of(scratch, environment)
            equal(f"the release that {environment}'s candidate is of", version, candidate.partition("-rc.")[0])
            digests = digests_of(scratch, environment)
            expect_deployed(scratch, environment, candidate, digests)
            row.result = f"{_listed(course.merged)}: {candidate}, {_proof(run.summary)}"
    with play.reporter.step(
        f"{version} to {_listed(course.tagged)}", "production.yml: check-tag, promote by digest, deploy, GitHub Release"
    ) as row:
        scratch.git("tag", "--annotate", tag, "--message", tag)
        run = play.repository.ended(github.push(f"refs/tags/{tag}"), "production.yml")
        before = f"v{play.released[-1].version}" if play.released else "nothing is live"
        contains(f"what who approves {play.last} reads", f"### {play.last}: {before} -> v{version}", run.summary)
        digests = digests or digests_of(scratch, play.last)
        for environment in course.tagged:
            expect_deployed(scratch, environment, version, digests)
        scratch.release("status")
        row.result = f"{_listed(course.tagged)}: {version}, {_proof(run.summary)}"
    play.released.append(Released(version, tag, digests))
    play.announced.append(tag)
    play.ledger.append((version, "proven"))


def _proof(summary: str) -> str:
    return "served, not smoke-tested" if "not smoke-tested" in summary else "smoke tests passed"


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(names)


def _ledger(play: Play) -> None:
    entries = list(reversed(play.scratch.json("history", play.last, "--limit", "0")["deployments"]))
    told = [(entry["version"], entry["result"]) for entry in entries]
    equal(f"the ledger of {play.last}", play.ledger, told)
    known = {each.version: dict(each.digests) for each in play.released}
    proven = [entry for entry in entries if entry["result"] == "proven"]
    equal("its digests", [known[entry["version"]] for entry in proven], [entry["digests"] for entry in proven])
    others = [
        entry
        for environment in play.course.every
        for entry in play.scratch.json("history", environment, "--limit", "0")["deployments"]
    ]
    equal("deployments that nobody ended", [], [entry["tag"] for entry in others if not entry["ended"]])
