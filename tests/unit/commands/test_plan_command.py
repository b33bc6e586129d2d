"""release plan: what releasing a commit would change, with and without credentials; it never needs them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from release.adapters import credentials
from release.deployments.target import Target
from release.digest import sha256
from release.errors import NothingToRelease, RemoteError, UsageError
from tests.support.world import TEMPLATE, World, template_json
from tests.unit.commands.test_new_only import Machine
from tests.unit.deployments.test_differences import bill

QUEUE = {"Type": "AWS::SQS::Queue"}


def template(**resources: Any) -> bytes:
    """The template with more resources."""
    return template_json({**TEMPLATE, "Resources": {**TEMPLATE["Resources"], **resources}})


@pytest.fixture
def world(tmp_path: Path) -> World:
    """0.1.0 is live in production, and has its tag; report's code changed since then."""
    world = World(tmp_path / "world")
    world.sboms = {name: bill("pypi/idna@3.6") for name in ("export", "report")}
    world.release("0.1.0", "staging", "production")
    world.git.tag("v0.1.0")
    world.git.commit({"function/report/app.py": b"report = 2\n"}, "feat(report): a second edition")
    return world


@pytest.fixture
def machine(world: World, tmp_path: Path) -> Machine:
    """A clone on a machine that has no credentials, and nothing built."""
    folder = tmp_path / "clone"
    folder.mkdir()
    (folder / "release.toml").write_bytes(world.git.show(world.git.head, "release.toml"))
    machine = Machine(world, folder)
    machine.away = True
    world.workspace.kept.clear()
    return machine


def test_without_credentials_the_commit_is_compared_with_the_release_before_as_git_has_it(machine: Machine) -> None:
    """A pull request from a fork has none. What only the registry knows is said not to be known."""
    machine.world.git.commit({"template.yaml": template(Jobs=QUEUE)}, "feat: jobs wait in a queue")
    told = machine.run("plan")
    assert told.exit_code == 0
    assert "production: v0.1.0 -> v0.2.0" in told.text
    assert "compared with v0.1.0 as git has it" in told.text
    assert "there are no AWS credentials here" in told.text
    changes = told.data["changes"]
    assert {name: image["is"] for name, image in changes["images"].items()} == {"export": "same", "report": "changed"}
    assert [(each["name"], each["kind"]) for each in changes["template"]] == [("Jobs", "added")]
    assert len(changes["goes_in"]) == 2
    assert "the registry alone" in changes["images"]["report"]["not_compared"]
    json.dumps(told.data)


def test_a_resource_that_keeps_data_and_would_go_stands_out_in_the_summary(machine: Machine) -> None:
    machine.world.git.commit({"template.yaml": template(Jobs=QUEUE)}, "feat: a queue")
    machine.world.git.tag("v0.2.0")
    machine.world.git.commit({"template.yaml": template()}, "fix: no queue any more")
    told = machine.run("plan")
    assert told.data["changes"]["alarms"] == ["Jobs"]
    assert "> :warning: **KEEPS DATA**: `Jobs` would be deleted" in told.summary


def test_with_credentials_the_commit_is_compared_with_what_is_live(world: World, machine: Machine) -> None:
    """A tag that is not deployed yet is not what is live. Packages are those of what this machine built and scanned."""
    world.git.tag("v0.1.1")
    world.git.commit({"function/report/app.py": b"report = 3\n"}, "feat(report): a third edition")
    world.build()
    archive = next(each for (name, _), each in world.workspace.kept.items() if name == "report")
    found = bill("pypi/idna@3.7")
    (world.workspace.folder / f"report-{archive.digest.removeprefix('sha256:')}.cdx.json").write_bytes(found)
    old = bill("pypi/idna@3.6")
    world.store.named["app/report"], world.store.blobs["app/report"] = {}, {sha256(old): old}
    machine.away, machine.env = False, {"AWS_PROFILE": "reader"}
    changes = machine.run("plan").data["changes"]
    assert changes["live"] == "0.1.0"
    assert changes["notes"] == ["compared with what is live in production"]
    report = changes["images"]["report"]
    assert (report["old"]["digest"], report["new"]["digest"]) == (
        world.entries("production")[-1].claim.digests["report"],
        archive.digest,
    )
    assert [(each["kind"], each["detail"]) for each in report["packages"]] == [("raised", "3.6 -> 3.7")]


class Stranger(Machine):
    """A clone on a machine whose credentials open nothing."""

    @contextmanager
    def target(self, environment: str) -> Iterator[Target]:
        yield from ()
        raise RemoteError(f"this role may not look at {environment}")


def test_credentials_that_open_nothing_are_a_note(world: World, machine: Machine) -> None:
    stranger = Stranger(world, machine.folder)
    stranger.env = {"AWS_PROFILE": "stranger"}
    told = stranger.run("plan")
    assert told.exit_code == 0
    (note,) = told.data["changes"]["notes"]
    assert note.startswith("compared with v0.1.0 as git has it")
    assert note.endswith("this role may not look at production")


def test_without_credentials_and_before_any_release_nobody_claims_that_nothing_is_live(tmp_path: Path) -> None:
    world = World(tmp_path / "world")
    world.git.commit({"README.md": b"more"}, "feat: all")
    machine = Machine(world, tmp_path)
    (tmp_path / "release.toml").write_bytes(world.git.show(world.git.head, "release.toml"))
    assert "production: (not known here) -> v0.1.0" in machine.run("plan").text


def test_where_nothing_would_be_released_nothing_is_compared(world: World, machine: Machine) -> None:
    world.git.tag("v0.2.0")
    told = machine.run("plan")
    assert (told.exit_code, told.data["changes"]) == (NothingToRelease.exit_code, None)


def test_a_release_before_that_cannot_be_read_is_a_note_and_stops_no_plan(world: World, machine: Machine) -> None:
    world.git.commit({"template.yaml": b"[no template"}, "feat: a template that nobody can read")
    world.git.tag("v0.2.0")
    world.git.commit({"template.yaml": template_json()}, "fix: the template")
    told = machine.run("plan")
    assert told.exit_code == 0
    assert told.data["changes"] is None
    assert "what it would change is not told" in told.text


@pytest.mark.parametrize(
    ("env", "there"),
    [
        ({}, False),
        ({"HOME": "{home}"}, False),
        ({"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": ""}, False),
        ({"AWS_ACCESS_KEY_ID": "AKIA"}, True),
        ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/token"}, True),
        ({"HOME": "{home}/signed-in"}, True),
        ({"HOME": "{home}/signed-in", "AWS_CONFIG_FILE": "/nowhere"}, False),
    ],
)
def test_credentials_are_looked_for_where_aws_looks_and_nobody_is_asked(
    env: dict[str, str], there: bool, tmp_path: Path
) -> None:
    (tmp_path / "signed-in" / ".aws").mkdir(parents=True)
    (tmp_path / "signed-in" / ".aws" / "config").touch()
    assert credentials.are_there({key: value.format(home=tmp_path) for key, value in env.items()}) is there


SMOKE = '[[smoke]]\nname = "it runs"\n[[smoke.steps]]\ninvoke = "ExprotFunction"\n'


@pytest.mark.parametrize("command", ["plan", "publish"])
@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('Environment = "production"', 'Enviroment = "production"', "gives production the parameter Enviroment"),
        ("[[smoke]]", f"{SMOKE}[[smoke]]", "no function ExprotFunction (it has: ExportFunction, ReportFunction; Exp"),
    ],
)
def test_what_release_toml_and_template_disagree_on_is_found_before_anything_is_built(
    machine: Machine, command: str, old: str, new: str, words: str
) -> None:
    written = machine.world.git.show(machine.world.git.head, "release.toml").decode()
    machine.world.git.commit({"release.toml": written.replace(old, new, 1).encode()}, "feat: more")
    done = len(machine.world.journal.changes)
    with pytest.raises(UsageError, match=re.escape(words)):
        machine.run(command)
    assert len(machine.world.journal.changes) == done


def test_what_nobody_can_have_meant_is_a_note_of_the_plan(machine: Machine) -> None:
    more = {"Key": {"Type": "String", "NoEcho": "true", "Default": ""}, "Mail": {"Default": "a@example.com"}}
    parameters = {**TEMPLATE["Parameters"], **more}
    machine.world.git.commit({"template.yaml": template_json({**TEMPLATE, "Parameters": parameters})}, "feat: mail")
    text = machine.run("plan").text
    assert "the secret parameter Key is not given for staging: its default is empty" in text
    assert "Mail is not given for production, and its default is a placeholder (a@example.com)" in text


def test_an_output_that_hangs_on_a_parameter_of_the_place_is_a_note_and_no_refusal(machine: Machine) -> None:
    """Whoever deploys may give another one (RELEASE_PARAMETERS), which a plan does not see."""
    outputs = {**TEMPLATE["Outputs"]}
    outputs["MembersTableName"] = {**outputs["MembersTableName"], "Condition": "Other"}
    parameters = {**TEMPLATE["Parameters"], "Table": {"Type": "String", "Default": ""}}
    conditions = {"Other": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Table"}, ""]}]}}
    written = {**TEMPLATE, "Parameters": parameters, "Outputs": outputs, "Conditions": conditions}
    machine.world.git.commit({"template.yaml": template_json(written)}, "feat: a table of somebody else")
    told = "only under the condition Other, which does not hold in staging, unless it is deployed with other parameters"
    assert told in machine.run("plan").text
