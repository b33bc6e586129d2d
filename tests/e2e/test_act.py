"""The project's workflow files run by act, with a `release` that only notes how it was called: what the files do."""

from __future__ import annotations

import json
import shutil
import stat
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from rehearsal.github import trust
from rehearsal.github.driver import GitHub
from rehearsal.github.results import RunResult
from rehearsal.github.runner import Runner
from rehearsal.github.startup import Environment, Settings
from rehearsal.machine.tools import tools
from release.adapters import process
from release.adapters.toolbox import Cache
from release.adoption.generated import headed
from release.adoption.workflowfiles import callers
from workflowlint.workflow import Refused

pytestmark = pytest.mark.rehearsal

ROOT = Path(__file__).parents[2]
NOTER = Path(__file__).with_name("noting_release.py")
ACCOUNT = "arn:aws:iam::000000000000:role/member-reporting-"
SUBJECT = "owner@1/name@2"
DIGESTS = "export=sha256:" + "a" * 64


@pytest.fixture(scope="session")
def act() -> Path:
    import os

    toolbox = tools(Cache.of(os.environ), lambda _line: None)
    return toolbox.venv("act").tool("act")


class Repository:
    """A clone with the workflow files of the working tree, hosted by the driver."""

    def __init__(
        self,
        folder: Path,
        act: Path,
        fails: str = "",
        roles: Mapping[str, trust.Role] | None = None,
        files: Mapping[str, str] | None = None,
    ) -> None:
        self.notes = folder / "notes.jsonl"
        self.lines: list[str] = []
        origin = folder / "origin"
        origin.mkdir()
        for name in (*(() if files else (".github",)), "pipeline.yaml", "release.toml"):
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, origin / name)
            elif source.exists():
                shutil.copy(source, origin / name)
        for name, text in (files or {}).items():
            (origin / name).parent.mkdir(parents=True, exist_ok=True)
            (origin / name).write_text(text, encoding="utf-8")
        self.origin = origin
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("first")
        python = folder / "python"
        python.write_text(f'#!/bin/sh\nshift 2\nexec {sys.executable} {NOTER} "$@"\n')
        python.chmod(python.stat().st_mode | stat.S_IXUSR)
        known = trust.roles(trust.template(ROOT / "pipeline.yaml"), {"Subject": SUBJECT})
        self.github = GitHub(
            origin=origin,
            runner=Runner(
                act, folder / "runs", {"RELEASE_PYTHON": str(python), "NOTES": str(self.notes), "FAILS": fails}
            ),
            settings=Settings(
                "owner/name",
                SUBJECT,
                {
                    "staging": Environment({"DEPLOY_ROLE": f"{ACCOUNT}deploy-staging"}, refs=("refs/heads/main",)),
                    "production": Environment(
                        {"DEPLOY_ROLE": f"{ACCOUNT}deploy-production", "RELEASE_PARAMETERS": 'A=1 "B=x y"'},
                        refs=("refs/heads/main", "refs/tags/v*"),
                        reviewers=True,
                    ),
                    "promotion": Environment({"PROMOTE_ROLE": f"{ACCOUNT}promote"}, refs=("refs/tags/v*",)),
                },
                {"PUBLISH_ROLE": f"{ACCOUNT}publish", "WATCH_ROLE": f"{ACCOUNT}watch", "AWS_REGION": "eu-west-1"},
            ),
            roles=roles if roles is not None else {f"arn:aws:iam::000000000000:role/{n}": r for n, r in known.items()},
            credentials={"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"},
            say=self.lines.append,
        )

    def git(self, *arguments: str) -> None:
        author = ("-c", "user.name=test", "-c", "user.email=test@example.invalid")
        process.run(["git", "-C", self.origin, *author, *arguments])

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)

    def called(self) -> list[list[str]]:
        """How `release` was called, in order."""
        return [json.loads(line)["arguments"] for line in self.notes.read_text().splitlines()]

    def environment(self, command: str) -> dict[str, str]:
        """The environment of the first call of ``command``."""
        notes = [json.loads(line) for line in self.notes.read_text().splitlines()]
        found: dict[str, str] = next(note["environment"] for note in notes if note["arguments"][0] == command)
        return found


@pytest.fixture
def repository(tmp_path: Path, act: Path) -> Repository:
    return Repository(tmp_path, act)


def ran(run: RunResult) -> list[tuple[str, str]]:
    return [(step.step, step.how) for step in run.steps if step.how != "not run"]


def test_pull_request_of_a_fork_is_checked_without_any_credential(repository: Repository) -> None:
    repository.git("branch", "feature/x")
    (run,) = repository.github.pull_request("feature/x", fork=True)
    assert (run.workflow, run.result) == ("check.yml", "success")
    assert run.jobs["Ready to merge"] == "success"
    assert ["plan"] in repository.called()
    assert ["build", "--offline"] in repository.called()
    assert "AWS_ACCESS_KEY_ID" not in repository.environment("build")
    assert not (repository.github.runner.scratch / "caches").exists()


def test_merge_releases_to_staging_step_by_step(repository: Repository) -> None:
    (run,) = repository.github.push("refs/heads/main")
    assert run.result == "success", run.errors
    assert ["check"] in repository.called(), "beside the plan"
    assert [each for each in repository.called() if each != ["check"]] == [
        ["plan"],
        ["environments", "--on", "merge"],
        ["build", "--offline"],
        ["start"],
        ["scan", "--offline"],
        ["publish", "--version", "1.4.0-rc.7", "--expect", DIGESTS],
        ["deploy", "staging", "--version", "1.4.0-rc.7", "--if-newer"],
    ]
    assert "AWS_ACCESS_KEY_ID" not in repository.environment("build")
    assert repository.environment("publish")["AWS_ACCESS_KEY_ID"] == "test"
    assert repository.environment("publish")["ARCHIVE"] == "the image"
    assert {how for step, how in ran(run) if step in ("Build", "Scan", "Plan")} == {"for real"}
    assert {how for step, how in ran(run) if step.startswith(("Get the code", "Become"))} == {"stand-in"}
    assert "released 1.4.0-rc.7" in run.summary


def test_second_build_starts_from_the_cache_that_main_saved(repository: Repository) -> None:
    repository.github.push("refs/heads/main")
    repository.git("branch", "feature/x")
    (pull_request,) = repository.github.pull_request("feature/x")
    repository.commit("second")
    (second,) = repository.github.push("refs/heads/main")
    assert second.step("Save the build cache").how == "not run"
    assert pull_request.step("Read the build cache of main").how == "stand-in"
    scopes = [path.name for path in (repository.github.runner.scratch / "caches").iterdir()]
    assert scopes == ["refs_heads_main"]
    assert any("stand-in] cache release-buildkit-" in line for line in repository.lines)
    builds = [json.loads(line)["environment"] for line in repository.notes.read_text().splitlines()]
    assert [build["EARLIER"] for build in builds if "EARLIER" in build] == ["", "export.oci", "export.oci"]
    assert pull_request.step("Read the archives of main's last build").how == "stand-in"


def test_nothing_to_release_ends_green_and_builds_nothing(tmp_path: Path, act: Path) -> None:
    repository = Repository(tmp_path, act, fails="plan:3")
    (run,) = repository.github.push("refs/heads/main")
    assert run.result == "success"
    assert sorted(repository.called()) == [["check"], ["environments", "--on", "merge"], ["plan"]]


def test_tag_promotes_and_deploys_to_production_and_writes_the_release(repository: Repository) -> None:
    repository.git("tag", "v1.4.0")
    (run,) = repository.github.push("refs/tags/v1.4.0")
    assert run.result == "success", run.errors
    assert repository.called() == [
        ["check-tag", "--", "v1.4.0"],
        ["environments", "--on", "tag"],
        ["promote", "--", "v1.4.0"],
        ["diff", "production", "v1.4.0"],
        ["deploy", "production", "--version", "1.4.0", "--if-newer"],
        ["changelog", "--tag", "v1.4.0", "--images", DIGESTS],
    ]
    assert repository.environment("deploy")["RELEASE_PARAMETERS"] == 'A=1 "B=x y"'
    state = json.loads((repository.github.runner.scratch / "github.json").read_text())
    assert state["releases"]["v1.4.0"]["assets"] == ["export.cdx.json"]
    assert state["releases"]["v1.4.0"]["notes"] == f"the notes of {DIGESTS}\n"


def test_refused_tag_and_rejected_approval_change_nothing(tmp_path: Path, act: Path) -> None:
    (tmp_path / "tag").mkdir()
    refused = Repository(tmp_path / "tag", act, fails="check-tag:6")
    refused.git("tag", "v9.9.9")
    assert refused.github.push("refs/tags/v9.9.9")[0].result == "failure"
    assert refused.called() == [["check-tag", "--", "v9.9.9"]]
    (tmp_path / "approval").mkdir()
    rejected = Repository(tmp_path / "approval", act)
    rejected.github.approve = lambda _job: False
    rejected.git("tag", "v1.4.0")
    (run,) = rejected.github.push("refs/tags/v1.4.0")
    assert run.result == "failure"
    assert ["deploy", "production", "--version", "1.4.0", "--if-newer"] not in rejected.called()
    assert any("rejected by the reviewers of production" in error for error in run.errors)


@pytest.mark.parametrize(("version", "to"), [("previous", []), ("1.3.0; id $(id)", ["--to=1.3.0; id $(id)"])])
def test_rollback_hands_the_form_on_as_data(repository: Repository, version: str, to: list[str]) -> None:
    """faults.md, 8."""
    form = {"environment": "production", "version": version, "reason": '--force "$(reboot)"\n::error::x'}
    (run,) = repository.github.dispatch("rollback.yml", form)
    assert run.result == "success", run.errors
    assert repository.called() == [["rollback", "production", *to, f"--reason={form['reason']}"]]


def test_rollback_to_an_environment_that_is_not_offered_starts_nothing(repository: Repository) -> None:
    with pytest.raises(Refused, match="not one of staging, production"):
        repository.github.dispatch("rollback.yml", {"environment": "moon", "reason": "why"})
    assert not repository.notes.exists()


def test_failed_deployment_fails_the_run_with_its_reason(tmp_path: Path, act: Path) -> None:
    repository = Repository(tmp_path, act, fails="deploy:9")
    (run,) = repository.github.push("refs/heads/main")
    assert run.result == "failure"
    assert any("deploy refused" in error for error in run.errors)
    assert "deploy refused" in run.summary


def test_missing_role_stops_before_the_command(tmp_path: Path, act: Path) -> None:
    repository = Repository(tmp_path, act, roles={})
    (run,) = repository.github.push("refs/heads/main")
    assert run.result == "failure"
    assert any("there is no role" in error for error in run.errors)
    called = [each[0] for each in repository.called() if each != ["check"]]
    assert called == ["plan", "environments", "build", "start", "scan"]


def test_two_pushes_at_once_both_come_to_their_end_one_deployment_at_a_time(repository: Repository) -> None:
    """faults.md, 21."""
    results: list[RunResult] = []
    threads = [
        threading.Thread(target=lambda: results.extend(repository.github.push("refs/heads/main"))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [run.result for run in results] == ["success", "success"]
    assert repository.github.lanes.cancelled == []
    assert [group for group, _ in repository.github.lanes.order] == ["deploy-staging", "deploy-staging"]
    deployments = [json.loads(line) for line in repository.notes.read_text().splitlines()]
    spans = sorted((note["began"], note["ended"]) for note in deployments if note["arguments"][0] == "deploy")
    assert spans[0][1] <= spans[1][0]


def test_watch_opens_one_issue_brings_it_up_to_date_and_closes_it(tmp_path: Path, act: Path) -> None:
    repository = Repository(tmp_path, act, fails="scan:4")
    state = repository.github.runner.scratch / "github.json"
    for _ in range(2):
        (run,) = repository.github.schedule("watch.yml")
        assert run.result == "failure"
        (issue,) = json.loads(state.read_text())["issues"]
        assert issue["state"] == "open"
        assert "scan refused" in issue["body"]
    runner = repository.github.runner
    repository.github.runner = replace(runner, environment={**runner.environment, "FAILS": ""})
    (run,) = repository.github.schedule("watch.yml")
    assert run.result == "success", run.errors
    assert json.loads(state.read_text())["issues"][0]["state"] == "closed"


class Team(Repository):
    """Another team's repository, with nothing of this project in it but the five callers; and with a CI of its own."""

    def __init__(self, folder: Path, act: Path, fails: str = "", **changed: str) -> None:
        texts = callers("acme/lambda-image-release", "b" * 40, "v1.2.0", ["staging", "production"])
        files = {path: headed(text) for path, text in texts.items()}
        files |= {f".github/workflows/{name.replace('_', '.')}": text for name, text in changed.items()}
        files[".github/workflows/ci.yml"] = (
            "on: push\njobs: {lint: {runs-on: ubuntu-latest, steps: [{uses: somebody/lint@v1}]}}\n"
        )
        files[".github/workflows/draft.yml"] = "on: [\n"  # nobody's business but its author's
        files[".github/workflows/shared.yml"] = "on: push\njobs: {a: {uses: acme/ci/.github/workflows/check.yml@v3}}\n"
        files[".actrc"] = "--an-option-of-the-teams-own\n"
        files["release/__init__.py"] = files["release/cli.py"] = "raise SystemExit('the team has such a folder, too')\n"
        super().__init__(folder, act, fails, files=files)


def test_a_team_that_only_calls_checks_its_pull_requests_and_its_merge_queue(tmp_path: Path, act: Path) -> None:
    team = Team(tmp_path, act)
    team.git("branch", "feature/x")
    for runs in (team.github.pull_request("feature/x", fork=True), team.github.merge_group("feature/x")):
        (run,) = runs
        assert (run.workflow, run.result) == ("check.yml", "success"), run.errors
        assert run.jobs["check / Ready to merge"] == "success"
        assert {step.workflow for step in run.steps} == {"check.yml"}
    pull_request, queue = [call for call in team.called() if call[0] == "pipeline"]
    assert pull_request == queue
    assert len(queue[-1]) == 40
    assert ["check", "images"] in team.called()


def test_a_team_that_only_calls_releases_by_merge_and_by_tag(tmp_path: Path, act: Path) -> None:
    team = Team(tmp_path, act)
    (merge,) = team.github.push("refs/heads/main")
    assert merge.result == "success", merge.errors
    assert team.called()[-1] == ["deploy", "staging", "--version", "1.4.0-rc.7", "--if-newer"]
    assert team.environment("deploy")["GITHUB_REPOSITORY"] == "owner/name"
    assert "release / To staging / deploy in staging" in merge.jobs
    assert any("ci.yml would start as well" in line for line in team.lines)
    team.git("tag", "v1.4.0")
    (tag,) = team.github.push("refs/tags/v1.4.0")
    assert tag.result == "success", tag.errors
    assert team.called()[-2:] == [
        ["deploy", "production", "--version", "1.4.0", "--if-newer"],
        ["changelog", "--tag", "v1.4.0", "--images", DIGESTS],
    ]
    assert [group for group, _ in team.github.lanes.order] == ["deploy-staging", "deploy-production"]


def test_a_team_that_only_calls_rolls_back_and_watches(tmp_path: Path, act: Path) -> None:
    team = Team(tmp_path, act)
    form = {"environment": "production", "version": "1.3.0; id", "reason": "$(reboot)"}
    (back,) = team.github.dispatch("rollback.yml", form)
    assert back.result == "success", back.errors
    assert team.called() == [["rollback", "production", "--to=1.3.0; id", "--reason=$(reboot)"]]
    (watch,) = team.github.schedule("watch.yml")
    assert watch.result == "success", watch.errors
    assert ["scan", "--live", "production"] in team.called()


def test_what_a_team_grants_too_little_starts_nothing(tmp_path: Path, act: Path) -> None:
    text = callers("acme/lambda-image-release", "b" * 40, "v1.2.0", ["staging"])[".github/workflows/watch.yml"]
    team = Team(tmp_path, act, watch_yml=text.replace("issues: write", "issues: read"))
    with pytest.raises(Refused, match="asks for issues: write, but its caller grants read"):
        team.github.schedule("watch.yml")
    assert not team.notes.exists()


def test_three_environments_in_the_order_of_their_proofs_each_with_its_own_role(tmp_path: Path, act: Path) -> None:
    team = Team(tmp_path, act)
    settings = (team.origin / "release.toml").read_text(encoding="utf-8")
    settings = settings.replace("[environments.staging]", '[environments.staging]\nproven-in = "dev"\non = "merge"')
    (team.origin / "release.toml").write_text(
        settings + '\n[environments.dev]\nstack = "dev"\nregion = "eu-west-1"\non = "merge"\n', encoding="utf-8"
    )
    team.commit("three")
    roles = {name: f"{ACCOUNT}deploy-{name}" for name in ("dev", "staging")}
    team.github.settings = replace(
        team.github.settings,
        environments={
            **team.github.settings.environments,
            **{name: Environment({"DEPLOY_ROLE": role}) for name, role in roles.items()},
        },
    )
    staging = next(role for arn, role in team.github.roles.items() if arn == roles["staging"])
    dev = trust.Role("dev", ({**staging.statements[0], "sub": frozenset({f"repo:{SUBJECT}:environment:dev"})},))
    team.github.roles = {**team.github.roles, roles["dev"]: dev}
    team.github.runner = replace(
        team.github.runner, environment={**team.github.runner.environment, "MERGE": "dev staging"}
    )
    (run,) = team.github.push("refs/heads/main")
    assert run.result == "success", run.errors
    assert [call[1] for call in team.called() if call[0] == "deploy"] == ["dev", "staging"]
    assert [job for job in run.jobs if "deploy in" in job] == [
        "release / To dev / deploy in dev",
        "release / To staging / deploy in staging",
    ]
    assert [line.split("became ")[1] for line in team.lines if "became " in line][1:] == [*roles.values()]
