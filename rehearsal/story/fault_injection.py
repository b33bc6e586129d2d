"""What must be stopped before anything is deployed: a hole, an image that does not start, what may not be asked for."""

from __future__ import annotations

from rehearsal.cloud import advisories
from rehearsal.story import madeup
from rehearsal.story.advisory_registry import publish_advisories
from rehearsal.story.deployed import snapshot
from rehearsal.story.expectations import contains, equal, failure
from rehearsal.story.hosted import ACCOUNT
from rehearsal.story.packages import a_package
from rehearsal.story.planned import Planned
from rehearsal.story.play import Play
from workflowlint.workflow import Refused

#: Why a step is not played, in the table at the end.
Skipped = str


def vulnerable(play: Play) -> None:
    """A pull request brings a known hole: the gate names it, its mend and its layer."""
    if edit := play.config.rehearsal.vulnerable:
        change = play.named(edit, "fix: lock a vulnerable package, on purpose")
        with play.reporter.step("a vulnerable package in a pull request", "check.yml: build, trivy, the policy") as row:
            said = _pull_request(play, change, "vulnerable", 2)
            contains("the gate's message", "blocks", said)
            contains("the gate's message", "came in with layer", said)
            row.result = f"blocked: {_mend(said)}"
        return
    with play.reporter.step("a hole that is published meanwhile", "check.yml: build, trivy, the policy") as row:
        planted = _planted(play)
        if isinstance(planted, Skipped):
            row.result = f"not shown: {planted}"
            return
        database = _published(play, "planted", planted)
        with play.repository.seeing(RELEASE_SCAN_DATABASE=database):
            said = _pull_request(play, play.change(), "vulnerable", 2)
        for words in (planted.id, planted.package, "came in with layer"):
            contains("the gate's message", words.lower(), said.lower())
        row.result = f"blocked: {_mend(said)} (an advisory that is planted)"


def unstartable(play: Play) -> None:
    """A pull request whose image cannot load its code: found by starting it, before anything is published."""
    change = madeup.cannot_start(play.application())
    ran = f"check.yml: {change.what}" if change else "check.yml"
    with play.reporter.step("an image that does not start, in a pull request", ran) as row:
        if change is None:
            row.result = "not shown: no image is started before it is pushed"
            return
        said = _pull_request(play, change, "unstartable", 3)
        contains("what starting it says", "release start", said)
        row.result = "refused: nothing is published that does not start"


def refused(play: Play) -> None:
    """A tag that may not be released, a rollback to what never ran, a form that GitHub does not take, no such role."""
    scratch, github, last = play.scratch, play.repository.github, play.last
    with play.reporter.step("what GitHub, AWS or a gate must refuse", "production.yml, rollback.yml") as row:
        before = snapshot(scratch, last)
        tag = _old_tag(play)
        scratch.git("tag", tag)
        run = play.repository.ended(github.push(f"refs/tags/{tag}"), "production.yml", "failure")
        equal("how many jobs ran for a tag that may not be released", 1, len(run.jobs))
        scratch.git("tag", "--delete", tag)
        click = {"environment": last, "version": "9999.9.9", "reason": "rehearsed"}
        run = play.repository.ended(play.repository.dispatch("rollback.yml", click), "rollback.yml", "failure")
        contains("the refusal", f"was never proven in {last}", "\n".join((*run.log, *run.errors)))
        try:
            runs = play.repository.dispatch("rollback.yml", {**click, "environment": "nowhere-at-all"})
        except Refused as refusal:
            play.reporter.say(str(refusal))
        else:
            raise failure("a form with an environment that is not offered", "no run", f"{len(runs)} runs")
        with play.repository.changed(last, DEPLOY_ROLE=f"{ACCOUNT}gone"):
            click["version"] = "previous"
            run = play.repository.ended(play.repository.dispatch("rollback.yml", click), "rollback.yml", "failure")
            contains("AWS's answer to a role that is gone", "there is no role", "\n".join((*run.log, *run.errors)))
        equal("what is deployed, after four refusals", before, snapshot(scratch, last))
        row.result = "four refusals, nothing changed"


def watched(play: Play) -> None:
    """The morning after: an advisory published meanwhile opens one issue; when it is withdrawn, the issue is closed."""
    with play.reporter.step("the daily look at what is live", "watch.yml: drift, trivy by digest, an issue") as row:
        advisory = _planted(play)
        if isinstance(advisory, Skipped):
            row.result = f"not shown: {advisory}"
            return
        tomorrow = _published(play, "tomorrow", advisory)
        with play.repository.changed(RELEASE_SCAN_DATABASE=tomorrow):
            play.repository.ended(play.repository.schedule("watch.yml"), "watch.yml", "failure")
        issues = play.repository.state()["issues"]
        equal("the issues, while the advisory stands", ["open"], [issue["state"] for issue in issues])
        for word in (advisory.id, advisory.package, *(f"{name}.txt" for name in play.course.every)):
            contains("the issue", word.lower(), issues[0]["body"].lower())
        play.repository.ended(play.repository.schedule("watch.yml"), "watch.yml")
        states = [issue["state"] for issue in play.repository.state()["issues"]]
        equal("the issues, after the advisory was withdrawn", ["closed"], states)
        row.result = "an issue for an advisory of tomorrow; closed again"


def _pull_request(play: Play, change: Planned, branch: str, number: int) -> str:
    """A pull request with the change, which must fail; all that its run said. The clone's main is as it was."""
    good = play.head()
    play.commit(change)
    play.scratch.git("branch", branch)
    play.scratch.git("reset", "--quiet", "--hard", good)
    run = play.repository.ended(play.repository.github.pull_request(branch, number=number), "check.yml", "failure")
    return "\n".join((run.summary, *run.log, *run.errors))


def _mend(said: str) -> str:
    """The gate's own words on what to do about it."""
    found = [line.partition("do: ")[2] for line in said.splitlines() if "do: " in line]
    return found[0].strip() if found else "it says no mend"


def _old_tag(play: Play) -> str:
    """The tag of a version that is lower than what is released, and that nobody has."""
    taken = set(play.scratch.git("tag", "--list").split())
    return next(tag for number in range(1, 10_000) if (tag := f"{play.prefix}0.0.{number}") not in taken)


def _published(play: Play, tag: str, advisory: advisories.Advisory) -> str:
    """The scanner keeps a database under its name for a day, and another rehearsal may have had this port."""
    return publish_advisories(play.scratch.env["RELEASE_REGISTRY"], f"{tag}-{advisory.package}", advisory)


def _planted(play: Play) -> advisories.Advisory | Skipped:
    """An advisory for a package that is live; or why there is none."""
    gate = play.config.gate
    if gate is None or not gate.block:
        return "the gate blocks nothing"
    package = a_package(play.scratch, play.released[0].version, tuple(play.config.images))
    if package is None:
        return "no image has a Python package, and advisories are planted for those alone"
    return advisories.planted(package, max(gate.block, key=lambda severity: severity.rank).value)
