"""A whole world of fakes: two images, staging and production, a repository with its first commit."""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from release.deployments import deploy, prune, removal, rollback
from release.deployments.deploy import DeployResult
from release.deployments.deployplan import DeployPlan
from release.deployments.ledger import Ledger
from release.deployments.ledgerentries import Entry
from release.deployments.prunemodel import PrunePlan
from release.deployments.removal import Removing
from release.deployments.removalmodel import RemovalPlan, RemovalResult
from release.deployments.target import Target
from release.images import build
from release.images.build import Built, ImagePlan
from release.images.startfigures import StartFigures
from release.releases import drafting, promote, publish, recording, takenover
from release.releases.bundle import Limits
from release.releases.drafting import Draft
from release.releases.record import BUNDLE_TYPE, RECORD_TYPE, RecordedVerdict, to_json
from release.releases.stored import Content
from release.releases.tags import checked_version
from release.settings import config as config_file
from release.settings.config import Config
from release.settings.prune import Keep
from tests.fakes.bases import FakeBases
from tests.fakes.clock import FakeClock
from tests.fakes.cloud import FakeCloud
from tests.fakes.demolition import FakeDemolition
from tests.fakes.engine import FakeEngine
from tests.fakes.git import FakeGit
from tests.fakes.journal import Journal
from tests.fakes.registry import FakeRegistry
from tests.fakes.runs import FakeRuns
from tests.fakes.shelves import FakeShelves
from tests.fakes.store import FakeStore
from tests.fakes.workspace import FakeWorkspace

RELEASE_TOML = """\
[project]
name = "app"

[build]
base = "public.test/python:3.13@sha256:0000000000000000000000000000000000000000000000000000000000000000"

[registry]
region = "eu-west-1"

[images.export]
repository = "app/export"
context = "function"
dockerfile = "function/Dockerfile"
target = "export"
inputs = ["function/Dockerfile", "function/shared", "function/export"]
parameter = "ImageUri"

[images.report]
repository = "app/report"
context = "function"
dockerfile = "function/Dockerfile"
target = "report"
inputs = ["function/Dockerfile", "function/shared", "function/report"]
parameter = "ReportImageUri"

[environments.staging]
stack = "app-staging"
region = "eu-west-1"
smoke-secret = "app/staging/smoke-user"

[environments.staging.parameters]
Environment = "staging"

[environments.production]
stack = "app-production"
region = "eu-west-1"
proven-in = "staging"

[environments.production.parameters]
Environment = "production"

[[smoke]]
name = "export answers as the version just deployed"
[[smoke.steps]]
get = "/health"
json = { status = "ok", version = "{version}", commit = "{commit}" }

[[smoke]]
name = "report answers as the version just deployed"
[[smoke.steps]]
get = "/report/health"
json = { status = "ok", version = "{version}", commit = "{commit}" }

[[smoke]]
name = "the export has every member"
environments = ["staging"]
[[smoke.steps]]
count-items = "{output.MembersTableName}"
save = { members = "count" }
[[smoke.steps]]
post = "/members/parquet"
token = true
json = { record_count = "{members}" }
"""


def _function(parameter: str) -> dict[str, Any]:
    """A function of the template, which gets a new version with every release, whether its image changed or not.

    Three properties say so, each to somebody else: ImageUri to SAM's hash, Description to Lambda, which publishes no
    version of a function that did not change, VersionDescription to the emulated AWS, which hashes no parameters.
    """
    release = {"Fn::Sub": "${ReleaseVersion}|${GitSha}|${Environment}"}
    image = {"Fn::Select": [0, {"Fn::Split": ["|", {"Fn::Join": ["|", [{"Ref": parameter}, release]]}]}]}
    properties = {"PackageType": "Image", "ImageUri": image, "AutoPublishAlias": "live"}
    properties |= {"Description": release, "VersionDescription": release}
    return {"Type": "AWS::Serverless::Function", "Properties": properties}


#: Small, and real: sam and CloudFormation take it as it is (tests/contract/test_cloud.py).
TEMPLATE: dict[str, dict[str, Any]] = {
    "Parameters": {
        name: {"Type": "String"} for name in ("ImageUri", "ReportImageUri", "ReleaseVersion", "GitSha", "Environment")
    },
    "Resources": {"ExportFunction": _function("ImageUri"), "ReportFunction": _function("ReportImageUri")},
    "Outputs": {
        "ApiUrl": {"Value": {"Fn::Sub": "https://${AWS::StackName}.test/live"}},
        "UserPoolClientId": {"Value": {"Fn::Sub": "${AWS::StackName}-client"}},
        "MembersTableName": {"Value": {"Fn::Sub": "${AWS::StackName}-members"}},
    },
}


def template_json(template: Mapping[str, Any] = TEMPLATE) -> bytes:
    """A template as it is committed."""
    return json.dumps({"Transform": "AWS::Serverless-2016-10-31", **template}).encode()


DOCKERFILE = """\
ARG BASE_IMAGE
FROM ${BASE_IMAGE} AS export
COPY . .
FROM ${BASE_IMAGE} AS report
COPY . .
"""

FILES: dict[str, bytes | None] = {
    "release.toml": RELEASE_TOML.encode(),
    "template.yaml": template_json(),
    "function/Dockerfile": DOCKERFILE.encode(),
    "function/shared/http.py": b"shared = 1\n",
    "function/export/app.py": b"export = 1\n",
    "function/report/app.py": b"report = 1\n",
    "README.md": b"# app\n",
}


_parsed = functools.cache(config_file.parse)


RELEASES = "app/releases"
LEDGERS = {name: f"{RELEASES}/{name}" for name in ("staging", "production")}


class World:
    """Runs the verbs one after another, as the command would, each from what it finds."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.journal = Journal()
        self.clock = FakeClock()
        self.git = FakeGit()
        self.registry = FakeRegistry(self.journal, "app/export", "app/report")
        self.store = FakeStore(self.journal, RELEASES, *LEDGERS.values())
        self.registry.now = self.store.now = self.clock.now
        self.shelves = FakeShelves(self.journal, self.registry, self.store)
        self.cloud = FakeCloud(self.journal, self.clock, self.registry)
        self.demolition = FakeDemolition(self.journal, self.cloud)
        self.runs = FakeRuns()
        self.engine = FakeEngine(self.journal)
        self.workspace = FakeWorkspace(folder)
        self.bases = FakeBases()
        self.secrets: dict[str, dict[str, str]] = {}
        self.overrides: dict[str, str] = {}
        self.sboms: dict[str, bytes] = {}
        self.starts: dict[str, dict[str, StartFigures]] = {}
        self.git.commit(FILES)

    @property
    def config(self) -> Config:
        """release.toml of the working tree, here always HEAD's."""
        return _parsed(self.git.show(self.git.head, "release.toml").decode())

    def target(self, environment: str) -> Target:
        """Where deployments to ``environment`` go, for a command that begins now."""
        return self.target_of(self.config, environment)

    def target_of(self, config: Config, environment: str) -> Target:
        """As ``target``, of another release.toml."""
        return Target(
            environment=config.environment(environment),
            records=config.records,
            registry=self.registry,
            store=self.store,
            cloud=self.cloud,
            clock=self.clock,
            runs=self.runs.another(),
            folder=Path(tempfile.mkdtemp(dir=self.folder)),
            limits=Limits(),
            overrides=self.overrides,
        )

    def change(self, image: str, content: str) -> str:
        """Commit a change of one image's code; the commit."""
        return self.git.commit({f"function/{image}/app.py": content.encode()})

    def build(self, commit: str = "HEAD", *images: str, anew: bool = False) -> tuple[Built, ...]:
        """release build."""
        commit = self.git.resolve(commit)
        plans = self.plan_builds(commit, *images, anew=anew)
        return build.apply(
            *(plans, self.config, commit, self.git, lambda: self.engine, self.workspace, self.registry),
            lambda image: self.secrets.get(image.name, {}),
            no_cache=anew,
        )

    def plan_builds(self, commit: str = "HEAD", *images: str, anew: bool = False) -> tuple[ImagePlan, ...]:
        """release build --dry-run."""
        commit = self.git.resolve(commit)
        return build.plan_builds(
            *(self.config, commit, self.git, self.workspace, self.registry, self.bases), images=images, anew=anew
        )

    def publish(self, version: str, commit: str = "HEAD") -> str:
        """release build and release publish; the release's digest."""
        self.build(commit)
        commit = self.git.resolve(commit)
        checked_version(version)
        recording.known(version, commit, self.store, RELEASES)
        images = build.plan_builds(self.config, commit, self.git, self.workspace, self.registry, self.bases)
        plans = publish.plan_publication(self.config, version, commit, images, self.tags())
        there = takenover.bills(
            {plan.image: plan.digest for plan in plans}, takenover.before(self.store, RELEASES), self.registry
        )
        due = {name: sbom for name, sbom in self.sboms.items() if name in self.config.images and name not in there}
        publish.apply(plans, self.config, self.registry, self.workspace, due)
        draft = Draft(
            version=version,
            commit=commit,
            images={plan.image: (plan.inputs, plan.digest) for plan in plans},
            sboms={**self.sboms, **there},
            starts=self.starts,
            verdicts={plan.image: RecordedVerdict("pass", "0" * 16) for plan in plans},
            changes="",
            branch=self.git.checkout(commit).branch,
        )
        with self.workspace.scratch() as folder:
            return drafting.publish(draft, self.config, self.git, self.registry, self.store, folder, Limits())

    def promote(self, version: str, commit: str = "HEAD") -> None:
        """release promote, of a tag that was checked."""

        def proven(environment: str, digest: str) -> bool:
            return Ledger(environment, self.store, LEDGERS[environment]).has_proven(digest)

        found = promote.plan_promotion(
            self.config, version, self.git.resolve(commit), self.store, self.registry, proven
        )
        promote.apply(found, self.config, self.store, self.registry)

    def rewrite_settings(self, version: str, settings: str) -> None:
        """Have the release.toml in a record that an earlier command wrote."""
        named = self.store.named[RELEASES]
        old = named[version]
        stored = recording.stored(old, self.store, RELEASES)
        record = replace(recording.by_digest(old, self.store, RELEASES), settings=settings)
        bundle = self.folder / "rewritten"
        self.store.fetch(RELEASES, stored.layers[0], bundle)
        digest = self.store.put(RELEASES, Content(RECORD_TYPE, to_json(record)), [(BUNDLE_TYPE, bundle)])
        self.store.named[RELEASES] = {tag: digest if name == old else name for tag, name in named.items()}

    def tags(self) -> dict[str, Mapping[str, str]]:
        """Image -> tag -> digest."""
        return {name: self.registry.tags(image.repository) for name, image in self.config.images.items()}

    def plan(self, environment: str, version: str, *, if_newer: bool = False) -> DeployPlan:
        """release deploy --dry-run."""
        return deploy.plan_deployment(self.target(environment), version, if_newer=if_newer)

    def deploy(self, environment: str, version: str, *, if_newer: bool = False) -> DeployResult:
        """release deploy."""
        target = self.target(environment)
        return deploy.apply(deploy.plan_deployment(target, version, if_newer=if_newer), target)

    def rollback(self, environment: str, to: str | None = None) -> DeployResult:
        """release rollback."""
        target = self.target(environment)
        return deploy.apply(rollback.plan_rollback(target, to), target)

    def plan_prune(self, *environments: str, **settings: int) -> PrunePlan:
        """release prune, of everything where no environment is named; ``settings`` are those of ``[prune]``."""
        config = replace(self.config, keep=Keep(**settings))
        targets, asked = [self.target(name) for name in config.environments], environments or tuple(config.environments)
        now, everything = self.clock.now(), not environments
        return prune.plan_prune(targets, asked, config, self.shelves, now, everything=everything)

    def prune(self, *environments: str, **settings: int) -> PrunePlan:
        """release prune --yes."""
        plan = self.plan_prune(*environments, **settings)
        prune.apply(plan, self.shelves, self.store)
        return plan

    def removing(self, environment: str) -> Removing:
        """Where release remove works, for a command that begins now."""
        targets = {name: self.target(name) for name in self.config.environments}
        return Removing(environment, targets, self.config, self.shelves, self.demolition)

    def plan_removal(self, environment: str, *with_data: str, keep_images: bool = False) -> RemovalPlan:
        """release remove --dry-run."""
        return removal.plan_removal(self.removing(environment), keep_images=keep_images, with_data=with_data)

    def remove(self, environment: str, *with_data: str, keep_images: bool = False) -> RemovalResult:
        """release remove --yes-remove."""
        place = self.removing(environment)
        plan = removal.plan_removal(place, keep_images=keep_images, with_data=with_data, reason="not needed")
        return removal.apply(plan, place)

    def release(self, version: str, *environments: str) -> None:
        """Build, publish and deploy HEAD as ``version``."""
        self.publish(version)
        for environment in environments:
            self.deploy(environment, version)

    def entries(self, environment: str) -> list[Entry]:
        """The ledger, oldest first."""
        return list(Ledger(environment, self.store, LEDGERS[environment]))[::-1]

    def ledger(self, environment: str) -> list[str]:
        """The ledger as ``1 0.1.0 proven``, oldest first."""
        return [
            f"{entry.number} {entry.claim.version} {entry.result.value if entry.result else 'open'}"
            for entry in self.entries(environment)
        ]

    def proven(self, environment: str) -> list[str]:
        """The versions that were proven, oldest first."""
        return [entry.claim.version for entry in self.entries(environment) if entry.is_proven]

    def serves(self, environment: str) -> str:
        """The version that every function of the environment serves; "" when there is none."""
        stack = f"app-{environment}"
        served = self.cloud.served(stack).values() if stack in self.cloud.accounts else ()
        versions = {published.version for published in served} or {""}
        assert len(versions) == 1, f"a mixture is live: {versions}"
        return versions.pop()
