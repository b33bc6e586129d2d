"""The job summary of a deployment: what people look at after a merge, a tag, a rollback, a failure."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from release.adapters import actions
from release.adapters.scanstore import ScanStore
from release.commands.common import carryout
from release.deployments import deploy, deployreport, facts, observe, reports, rollback
from release.deployments.claiming import ClaimLostError
from release.deployments.deployplan import DeployPlan
from release.deployments.deployreport import Facts
from release.errors import DeployFailed, GateError, PutBackFailed, ReleaseError
from release.gate.scanrecord import record_of
from release.gate.verdict import Verdict
from release.images.startfigures import StartFigures
from tests.support.findings import DATABASE, NOW, policy
from tests.support.world import RELEASE_TOML, World

if TYPE_CHECKING:
    from release.bootstrap import Wiring

CLICK = "https://github.test/owner/app/actions/workflows/rollback.yml"


ARGUMENTS = Namespace(dry_run=False, reason="")


def wired(world: World, folder: Path) -> Wiring:
    """As far as a deployment asks the wiring."""
    parts = SimpleNamespace(
        records=ScanStore(folder),
        rollback_url=CLICK,
        git=world.git,
        in_clone=True,
        project="",
    )
    return cast("Wiring", parts)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """0.1.0 is live in staging, 0.2.0 with a larger report image is published."""
    world = World(tmp_path / "world")
    world.release("0.1.0", "staging")
    world.git.commit({"function/report/app.py": b"report = 2\n" * 5000}, message="feat(report): <b>bold</b>")
    world.publish("0.2.0")
    return world


def gathered(world: World, folder: Path, version: str = "0.2.0", reason: str = "") -> Facts:
    plan = world.plan("staging", version, if_newer=True)
    return facts.gather(
        plan,
        world.target("staging"),
        world.git,
        ScanStore(folder),
        reason=reason,
        click=CLICK,
    )


def summary(world: World, folder: Path) -> str:
    """What deploying 0.2.0 to staging tells."""
    known, outcome = gathered(world, folder), world.deploy("staging", "0.2.0")
    told = deployreport.of_deployment(outcome.plan, known, outcome.smoke, outcome.recorded, outcome.api, "deployed")
    return told.summary


def scanned(world: World, folder: Path) -> dict[str, str]:
    """A passing record of each image of 0.2.0; their digests."""
    digests = dict(observe.published("0.2.0", world.target("staging")).digests)
    for image, digest in digests.items():
        found = record_of(
            Verdict(image, digest), time=NOW, database=DATABASE.updated, policy=policy().hash, scanner="x", packages=2
        )
        ScanStore(folder).keep(found, b"")
    return digests


def test_it_says_before_and_after_proof_place_and_the_click_that_goes_back(world: World, tmp_path: Path) -> None:
    text = summary(world, tmp_path)
    assert "### ✅ staging: v0.1.0 -> v0.2.0: deployed, proven by 3 smoke tests, recorded as staging-2-proven" in text
    assert "| environment | staging: v0.1.0 → v0.2.0 |" in text
    assert "3 of 3 passed: export answers as the version just deployed; report" in text
    assert "| API | <https://app-staging.test/live> |" in text
    assert f"[Actions → rollback]({CLICK}) → Run workflow: environment `staging`, version `0.1.0`" in text
    assert "`release rollback staging --to 0.1.0`" in text


def test_each_image_has_its_digest_size_and_change_against_the_live_one(world: World, tmp_path: Path) -> None:
    before = world.registry.manifest("app/report", world.registry.named["app/report"]["0.1.0"]).size
    after = world.registry.manifest("app/report", world.registry.named["app/report"]["0.2.0"]).size
    assert before != after
    rows = {line.split(" | ")[0].strip("| "): line for line in summary(world, tmp_path).splitlines()}
    assert rows["export"].endswith("| same image |")
    sign = "+" if after > before else "-"
    assert f"| {sign}{abs(after - before) / 1e3:.1f} kB ({(after - before) / before:+.1%}) |" in rows["report"]


def test_it_lists_the_commits_that_go_in_and_obeys_no_markup_in_them(world: World, tmp_path: Path) -> None:
    text = summary(world, tmp_path)
    assert "**goes in**: 1 commit\n" in text
    assert f"- `{world.git.head[:7]}` feat(report): \\<b>bold\\</b>" in text
    assert "comes out" not in text


def test_the_scan_is_one_line_and_says_so_when_this_run_knows_of_none(world: World, tmp_path: Path) -> None:
    assert "| scan | export, report: not scanned in this run" in summary(world, tmp_path)


def test_time_to_ready_and_memory_stand_beside_those_of_what_is_live(tmp_path: Path) -> None:
    world = World(tmp_path / "measured")
    world.starts = {"export": {"ExportFunction": StartFigures(0.7, 56_400_000)}}
    world.release("0.1.0", "staging")
    world.change("report", "report = 2\n")
    report = {"ReportFunction": StartFigures(1.26, 0)}
    world.starts = {"export": {"ExportFunction": StartFigures(0.9, 57_600_000)}, "report": report}
    world.publish("0.2.0")
    text = summary(world, tmp_path)
    assert "| init | ExportFunction 0.9 s, +0.2; ReportFunction 1.3 s |" in text
    assert "| memory after init | ExportFunction 57.6 MB, +1.2 MB; ReportFunction - |" in text


def test_a_release_without_start_figures_has_no_row_for_them(world: World, tmp_path: Path) -> None:
    assert "| init |" not in summary(world, tmp_path)


def test_the_scan_of_the_very_digest_is_told(world: World, tmp_path: Path) -> None:
    scanned(world, tmp_path)
    line = next(line for line in summary(world, tmp_path).splitlines() if line.startswith("| scan |"))
    said = f"pass (0 of 0 findings block, advisories of {DATABASE.updated:%Y-%m-%d %H:%M} UTC)"
    assert line == f"| scan | export {said}; report {said} |"


def test_a_rollback_tells_what_comes_out_and_why(world: World, tmp_path: Path) -> None:
    world.deploy("staging", "0.2.0")
    plan = rollback.plan_rollback(world.target("staging"), None)
    target = world.target("staging")
    known = facts.gather(plan, target, world.git, ScanStore(tmp_path), reason="it | <hurts>", click=CLICK)
    outcome = deploy.apply(plan, world.target("staging"))
    text = deployreport.of_deployment(plan, known, outcome.smoke, outcome.recorded, outcome.api, "rolled back").summary
    assert "**comes out**: 1 commit\n" in text
    assert "goes in" not in text
    assert "| reason | it \\| \\<hurts> |" in text
    assert "version `0.2.0`" in text, "going back from the rollback is to the version before it"


def test_a_repair_of_drift_tells_why_and_how_to_go_back_further(world: World, tmp_path: Path) -> None:
    world.deploy("staging", "0.2.0")
    world.cloud.by_hand("app-staging", "ReportFunction", 2, {"1": 0.5})
    plan = world.plan("staging", "0.2.0")
    assert "if it fails its proof, goes back in: nothing: it was proven here last" in deployreport.of_plan(plan).text
    text = summary(world, tmp_path)
    assert "staging: v0.2.0 -\\> v0.2.0, again (ReportFunction: " in text.replace("->", "-\\>")
    assert "`release rollback staging --to 0.1.0`" in text


def test_a_failed_deployment_tells_what_it_was(world: World, tmp_path: Path) -> None:
    world.cloud.sick.add("0.2.0")
    known = gathered(world, tmp_path)
    plan = world.plan("staging", "0.2.0")
    with pytest.raises(DeployFailed):
        deploy.apply(plan, world.target("staging"))
    told = deployreport.of_failure(plan, known)
    assert "### ⛔ staging: v0.1.0 -> v0.2.0: failed" in told.summary
    assert "**goes in**: 1 commit" in told.summary
    assert told.data["recorded"] is None
    assert "to go back" not in told.summary, "it went back by itself, or the error says what to do"


def test_the_first_deployment_has_nothing_to_compare_with(tmp_path: Path) -> None:
    first = World(tmp_path / "first")
    first.publish("0.1.0")
    known, outcome = gathered(first, tmp_path, "0.1.0"), first.deploy("staging", "0.1.0")
    text = deployreport.of_deployment(outcome.plan, known, (), outcome.recorded, "", "deployed").summary
    assert "| environment | staging: nothing → v0.1.0 |" in text
    assert "| to go back | there is no deployment before this one |" in text
    assert text.count("| new |") == 2


def test_nothing_to_do_is_told_in_one_sentence(world: World, tmp_path: Path) -> None:
    known, outcome = gathered(world, tmp_path, "0.1.0"), world.deploy("staging", "0.1.0")
    told = deployreport.of_deployment(outcome.plan, known, (), "", "", "deployed")
    assert told.summary == "### staging\n\nstaging runs v0.1.0 already, proven and recorded\n"


def test_what_cannot_be_had_is_left_out_and_stops_nothing(world: World, tmp_path: Path) -> None:
    """The live release's record was pruned, its commit is not in this clone, a scan's record is garbage."""
    digests = scanned(world, tmp_path)
    (tmp_path / f"export-{digests['export'].removeprefix('sha256:')}.scan.json").write_text("{")
    plan, target = world.plan("staging", "0.2.0"), world.target("staging")
    live = world.registry.named["app/report"]["0.1.0"]
    world.store.delete("app/releases", world.store.named["app/releases"]["0.1.0"])
    del world.git.commits[plan.before.commit if plan.before else ""]
    known = facts.gather(plan, target, world.git, ScanStore(tmp_path), reason="", click="")
    assert live not in known.sizes
    assert digests["report"] in known.sizes
    assert (known.goes_in, known.comes_out) == ((), ())
    assert list(known.scans) == ["report"]


def test_outside_of_a_clone_the_commits_between_are_left_out(world: World, tmp_path: Path) -> None:
    plan = world.plan("staging", "0.2.0")
    known = facts.gather(plan, world.target("staging"), None, ScanStore(tmp_path), reason="", click="")
    assert (known.goes_in, known.comes_out) == ((), ())


def test_a_merge_is_not_listed_beside_the_commits_it_brought(world: World, tmp_path: Path) -> None:
    main = world.git.head
    topic = world.git.commit({"a": b"1"}, message="fix: on a branch", parent=main)
    world.git.commit({"b": b"1"}, message="Merge branch topic", parent=main, merged=topic)
    world.publish("0.3.0")
    subjects = [commit.subject for commit in gathered(world, tmp_path, "0.3.0").goes_in]
    assert "fix: on a branch" in subjects
    assert not any(subject.startswith("Merge") for subject in subjects)


def test_the_command_that_failed_leaves_the_table_of_what_it_was(world: World, tmp_path: Path) -> None:
    world.cloud.sick.add("0.2.0")
    target = world.target("staging")
    with pytest.raises(DeployFailed) as caught:
        carryout.carry_out(
            lambda: deploy.plan_deployment(target, "0.2.0"), target, ARGUMENTS, wired(world, tmp_path), "deployed"
        )
    assert "**goes in**: 1 commit" in caught.value.report.summary


def test_a_command_whose_number_another_run_claimed_decides_again(world: World, tmp_path: Path) -> None:
    """faults.md, 53."""
    target, tries = world.target("staging"), 0

    def late() -> DeployPlan:
        nonlocal tries
        plan, tries = deploy.plan_deployment(target, "0.2.0"), tries + 1
        if tries == 1:
            world.deploy("staging", "0.2.0")
        return plan

    told = carryout.carry_out(late, target, ARGUMENTS, wired(world, tmp_path), "deployed")
    assert told.text == "staging runs v0.2.0 already, proven and recorded"
    assert world.ledger("staging") == ["1 0.1.0 proven", "2 0.2.0 proven"]


def test_a_command_that_loses_every_time_ends_and_says_so(world: World, tmp_path: Path) -> None:
    """faults.md, 53."""
    target, old = world.target("staging"), world.target("staging")
    plan = deploy.plan_deployment(old, "0.2.0")
    world.deploy("staging", "0.2.0")
    with pytest.raises(ClaimLostError) as caught:
        carryout.carry_out(lambda: plan, target, ARGUMENTS, wired(world, tmp_path), "deployed")
    assert caught.value.next_step == "run the same command again"


def test_many_commits_are_counted_instead_of_listed(world: World, tmp_path: Path) -> None:
    for number in range(20):
        world.git.commit({"README.md": str(number).encode()}, message=f"docs: {number}")
    world.publish("0.2.1")
    known = gathered(world, tmp_path, "0.2.1")
    plan = world.plan("staging", "0.2.1")
    text = deployreport.of_failure(plan, known).summary
    assert "**goes in**: 21 commits" in text
    assert "- and 9 more" in text


@pytest.mark.parametrize(
    ("error", "heading"),
    [
        (GateError("x"), "### Refused"),
        (DeployFailed("x"), "### Failed, and put back"),
        (PutBackFailed("x"), "### Failed, and not put back: a person must act"),
    ],
)
def test_the_summary_begins_with_what_became_of_it(tmp_path: Path, error: ReleaseError, heading: str) -> None:
    file = tmp_path / "summary"
    actions.annotation(error, {"GITHUB_STEP_SUMMARY": str(file)})
    assert file.read_text() == f"{heading}\n\n- x\n\n"


def test_the_click_has_an_address_under_actions_only() -> None:
    env = {"GITHUB_SERVER_URL": "https://github.test", "GITHUB_REPOSITORY": "owner/app"}
    assert actions.workflow_url(env, "rollback.yml") == CLICK
    assert actions.workflow_url({}, "rollback.yml") == ""


def test_a_deployment_without_a_smoke_test_says_so_in_its_summary_and_in_the_ledger(tmp_path: Path) -> None:
    world = World(tmp_path / "world")
    world.git.commit({"release.toml": RELEASE_TOML.partition("[[smoke]]")[0].encode()})
    world.release("0.1.0", "staging")
    world.change("report", "report = 2")
    world.publish("0.2.0")
    text = summary(world, tmp_path)
    assert "deployed, served, not smoke-tested, recorded as staging-2-proven" in text
    assert "| smoke tests | none: it is served, whether it works nothing has shown" in text
    told = reports.of_history("staging", list(world.target("staging").ledger()))
    assert told.text.count("proven, not smoke-tested") == 2
