"""release deploy is killed (SIGKILL, with all that it started) at named points against the emulated AWS.

The product knows nothing of it: a proxy in front of AWS kills it when the named request passes. Each point twice: while
the first deployment creates the stack, and while a second one changes it. It runs in an empty folder, without git.
faults.md, 17 and 54.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from rehearsal.cloud.emulator import Emulator
from release.adapters.ecr import Ecr
from release.adapters.ecr_store import EcrStore
from release.adapters.toolbox import LOCKS, Cache, Toolbox
from release.deployments.ledger import Ledger
from release.images.model import Archive
from release.releases import drafting
from release.releases.bundle import Limits
from release.releases.drafting import Draft
from release.releases.record import RecordedVerdict
from release.settings import config as config_file
from tests.fakes.git import FakeGit
from tests.support.killingproxy import KillingProxy, KillPoint, killing_proxy
from tests.support.world import FILES, RELEASE_TOML, TEMPLATE, template_json

REGION = "eu-west-1"
_ARTIFACT = r"PUT /v2/\S+/releases/staging/manifests/sha256"
#: Where the command is killed, and whether it leaves a claim that the next run must end.
POINTS = {
    "before the claim is uploaded": (KillPoint("before", _ARTIFACT), False),
    "before the claim has its name": (KillPoint("before", r"PutImage staging-\d+$"), False),
    "after the claim has its name": (KillPoint("after", r"PutImage staging-\d+$"), True),
    "before the change set is made": (KillPoint("before", "CreateChangeSet kill-"), True),
    "after the change set is made": (KillPoint("after", "CreateChangeSet kill-"), True),
    "before the change set is carried out": (KillPoint("before", "ExecuteChangeSet kill-"), True),
    "after the change set is carried out": (KillPoint("after", "ExecuteChangeSet kill-"), True),
    "while the functions are looked at": (KillPoint("before", r"GET /2015-03-31/functions/\S+/aliases/live", 3), True),
    "before the outcome has its name": (KillPoint("before", r"PutImage staging-\d+-proven"), True),
    "after the outcome has its name": (KillPoint("after", r"PutImage staging-\d+-proven"), False),
}


@dataclass
class Project:
    """A project in the emulated AWS, and its command behind the proxy."""

    name: str
    folder: Path
    proxy: KillingProxy
    env: dict[str, str]
    store: EcrStore
    session: boto3.Session
    digests: dict[str, str]

    def deploy(self, version: str, point: KillPoint | None = None) -> subprocess.CompletedProcess[str]:
        """release deploy, killed at ``point``."""
        return self.killed_at(point, "deploy", "staging", "--version", version, "--json")

    def killed_at(self, point: KillPoint | None, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command, killed at ``point``."""
        self.proxy.aim(point)
        command = [sys.executable, "-m", "release", *arguments]
        command += ["--project", self.name, "--region", REGION]
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as running:
            self.proxy.group = running.pid
            out, err = running.communicate(timeout=300)
        return subprocess.CompletedProcess(command, running.returncode, out, err)

    def ledger(self) -> list[str]:
        """``1 0.1.0 proven``, oldest first."""
        entries = list(Ledger("staging", self.store, f"{self.name}/releases/staging"))[::-1]
        return [f"{e.number} {e.claim.version} {e.result.value if e.result else 'open'}" for e in entries]

    def serves(self) -> set[str]:
        """The digests that the functions' aliases serve, as Lambda says."""
        stack, lambda_ = self.session.client("cloudformation"), self.session.client("lambda")
        resources = stack.list_stack_resources(StackName=f"{self.name}-staging")["StackResourceSummaries"]
        functions = [r["PhysicalResourceId"] for r in resources if r["ResourceType"] == "AWS::Lambda::Function"]
        assert len(functions) == 2
        served = [lambda_.get_function(FunctionName=name, Qualifier="live") for name in functions]
        return {each["Code"]["ImageUri"].partition("@")[2] for each in served}


@pytest.fixture
def project(
    request: pytest.FixtureRequest,
    emulated_aws: Emulator,
    archive: Callable[..., Archive],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Project]:
    """Two releases, 0.1.0 and 0.2.0, published; a parameter of the fixture is more resources of their template."""
    resources = {**TEMPLATE["Resources"], **getattr(request, "param", {})}
    files = {**FILES, "template.yaml": template_json({**TEMPLATE, "Resources": resources})}
    for name, value in emulated_aws.env.items():
        monkeypatch.setenv(name, value)
    name = f"kill-{uuid.uuid4().hex[:12]}"
    session = boto3.Session(region_name=REGION)
    settings = RELEASE_TOML.partition("[[smoke]]")[0].replace('"app"', f'"{name}"')
    settings = settings.replace('"app/', f'"{name}/').replace('"app-', f'"{name}-')
    with killing_proxy(emulated_aws.port) as proxy:
        ecr = Ecr(session.client("ecr"), emulated_aws.registry)
        store, git, digests = EcrStore(ecr), FakeGit(), dict[str, str]()
        for repository in ("export", "report", "releases", "releases/staging", "releases/production"):
            session.client("ecr").create_repository(
                repositoryName=f"{name}/{repository}", imageTagMutability="IMMUTABLE"
            )
        for number in (1, 2):
            commit = git.commit({**files, "release.toml": settings.encode(), "README.md": str(number).encode()})
            image = archive(f"print({number})")
            digests[f"0.{number}.0"] = image.digest
            for each in ("export", "report"):
                ecr.push(f"{name}/{each}", image)
            draft = Draft(
                version=f"0.{number}.0",
                commit=commit,
                images=dict.fromkeys(("export", "report"), (f"{number}" * 16, image.digest)),
                sboms={},
                verdicts={each: RecordedVerdict("pass", "0" * 16) for each in ("export", "report")},
                changes="",
                branch="main",
            )
            folder = tmp_path / f"draft-{number}"
            folder.mkdir()
            drafting.publish(draft, config_file.parse(settings), git, ecr, store, folder, Limits())
        empty = tmp_path / "empty"
        empty.mkdir()
        sam = Toolbox(Cache.of(os.environ), (LOCKS,), print).venv("sam").tool("sam")
        env = {**os.environ, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{proxy.port}"}
        env |= {"RELEASE_REGISTRY": f"localhost:{proxy.port}", "RELEASE_SAM": str(sam)}
        env |= {"PYTHONPATH": str(Path(__file__).parents[2])}
        yield Project(name, empty, proxy, env, store, session, digests)


@pytest.mark.emulator
@pytest.mark.parametrize("live", [False, True], ids=["the first deployment", "the second deployment"])
@pytest.mark.parametrize(("point", "leaves"), POINTS.values(), ids=POINTS.keys())
def test_killed_for_real_at_a_named_point_the_same_command_again_comes_to_its_end(
    point: KillPoint, leaves: bool, live: bool, project: Project
) -> None:
    wanted = []
    if live:
        first = project.deploy("0.1.0")
        assert first.returncode == 0, first.stderr
        wanted.append("0.1.0 proven")
    version = "0.2.0" if live else "0.1.0"
    killed = project.deploy(version, point)
    assert killed.returncode == -signal.SIGKILL, f"it was not killed: {killed.stderr}\n{project.proxy.names}"
    again = project.deploy(version)
    assert again.returncode == 0, again.stderr
    wanted += [*([f"{version} abandoned"] if leaves else []), f"{version} proven"]
    assert project.ledger() == [f"{number} {entry}" for number, entry in enumerate(wanted, 1)]
    assert project.serves() == {project.digests[version]}
    third = project.deploy(version)
    assert third.returncode == 0, third.stderr
    assert json.loads(third.stdout)["action"] == "nothing"
    assert len(project.ledger()) == len(wanted)
