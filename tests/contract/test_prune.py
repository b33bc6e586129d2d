"""release prune for real: the command, Amazon ECR's adapter and the emulated AWS. faults.md, 32."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from release.adapters.ecr_shelves import EcrShelves
from release.bootstrap import Wiring
from release.deployments import prune, prunereport
from release.deployments.prunemodel import PrunePlan
from release.images.model import Archive
from release.releases import recording
from release.releases.record import RECORD_TYPE, to_json
from release.releases.stored import Content
from release.settings.prune import Keep
from tests.contract.test_kills import REGION, Project, project  # noqa: F401 - a fixture
from tests.fakes.standingclock import StandingClock

#: Two hundred days from now: nothing in the emulated AWS can be old.
LATER = datetime.now(UTC) + timedelta(days=200)


def run(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:  # noqa: F811
    """The command in an empty folder, without git."""
    command = [sys.executable, "-m", "release", *arguments, "--json", "--project", project.name, "--region", REGION]
    return subprocess.run(command, cwd=project.folder, env=project.env, capture_output=True, text=True, timeout=300)


def pruned(project: Project, *, apply: bool) -> PrunePlan:  # noqa: F811
    """As ``release prune --all`` would in 200 days, with one proven release kept."""
    wiring = Wiring(project.folder, project.env, project.name, REGION)
    config = replace(wiring.config, keep=Keep(proven=1))
    with wiring.target("staging") as staging, wiring.target("production") as production:
        targets = [replace(each, clock=StandingClock(LATER)) for each in (staging, production)]
        plan = prune.plan_prune(targets, ["staging", "production"], config, wiring.shelves, LATER, everything=True)
        if apply:
            prune.apply(plan, wiring.shelves, wiring.store)
    return plan


@pytest.mark.emulator
def test_what_nobody_needs_is_deleted_for_real_and_everything_works_afterwards(
    project: Project,  # noqa: F811
    archive: Callable[..., Archive],
) -> None:
    for version in ("0.1.0", "0.2.0"):
        assert project.deploy(version).returncode == 0
    records, shelves = f"{project.name}/releases", EcrShelves(project.store.ecr)
    image = archive("print('never deployed')")
    project.store.ecr.push(f"{project.name}/export", image)
    record = recording.recorded("0.2.0", project.store, records)[1]
    images = {"export": replace(record.images["export"], digest=image.digest)}
    never = replace(record, version="0.0.9", commit="9" * 40, images=images, functions={})
    digest = project.store.put(records, Content(RECORD_TYPE, to_json(never)))
    for tag in (f"sha-{never.commit}", never.version):
        project.store.tag(records, digest, tag)

    looked = run(project, "prune", "--all")
    assert looked.returncode == 0, looked.stderr
    told = json.loads(looked.stdout)
    assert not told["deleted"]
    assert not [each for each in told["verdicts"] if each["goes"]], "all of it is of today"

    plan = pruned(project, apply=False)
    print(prunereport.of_plan(plan, Keep(proven=1)).text)
    assert {each.digests[0] for each in plan.going} == {digest, image.digest}
    assert digest in project.store.tags(records).values(), "it only looked"
    pruned(project, apply=True)
    assert set(project.store.tags(records)) >= {"0.1.0", "0.2.0"}
    assert digest not in project.store.tags(records).values()
    left = {each.digest for each in shelves.contents(f"{project.name}/export")}
    assert left == set(project.digests.values())
    assert not pruned(project, apply=False).going

    history = run(project, "history", "staging")
    assert len(json.loads(history.stdout)["deployments"]) == 2, history.stderr
    back = run(project, "rollback", "staging")
    assert back.returncode == 0, back.stderr
    assert project.serves() == {project.digests["0.1.0"]}
