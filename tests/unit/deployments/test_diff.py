"""release diff: a release against what is live, observed through the fakes."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from release.deployments import diff, diffreport
from release.deployments.differences import CodeDifference, Difference, Differences
from release.deployments.model import Stack
from release.digest import sha256
from release.errors import DeployFailed, NotFoundError, RemoteError
from tests.support.world import RELEASE_TOML, TEMPLATE, World, template_json
from tests.unit.deployments.test_differences import bill


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "world")


def seen(world: World, name: str = "", *, in_clone: bool = True) -> Differences:
    """release diff staging; it changes nothing."""
    before = len(world.journal.changes)
    found = diff.compare(world.target("staging"), name, world.git if in_clone else None)
    assert len(world.journal.changes) == before
    return found


def template(**parameters: Mapping[str, str]) -> dict[str, Any]:
    """The template with more parameters."""
    made = copy.deepcopy(TEMPLATE)
    made["Parameters"] |= {name: {"Type": "String", **rule} for name, rule in parameters.items()}
    return made


def settings(**parameters: str) -> bytes:
    """release.toml with more parameters of staging."""
    lines = "".join(f'{name} = "{value}"\n' for name, value in parameters.items())
    return RELEASE_TOML.replace('Environment = "staging"\n', f'Environment = "staging"\n{lines}').encode()


def test_where_nothing_is_live_everything_is_added(world: World) -> None:
    world.publish("0.1.0")
    found = seen(world)
    assert (found.live, found.version) == ("", "0.1.0")
    assert [(each.name, each.kind) for each in found.images] == [("export", "added"), ("report", "added")]
    assert found.parameters == (
        Difference("PermissionsBoundaryArn", "added", "''"),
        Difference("Environment", "added", "'staging'"),
    )
    assert [each.name for each in found.functions] == ["ExportFunction", "ReportFunction"]
    assert {each.kind for each in (*found.template, *found.smoke)} == {"added"}
    assert "nothing is live -> v0.1.0" in diffreport.of_differences(found).text


def test_what_is_live_compared_with_itself_differs_in_nothing(world: World) -> None:
    world.release("0.1.0", "staging")
    found = seen(world, "v0.1.0")
    assert {each.kind for each in found.images} == {"same"}
    assert (found.parameters, found.template, found.files, found.functions, found.smoke) == ((), (), (), (), ())
    assert found.notes == ()


def test_the_newest_release_is_compared_with_what_is_live(world: World) -> None:
    world.release("0.1.0", "staging")
    world.change("export", "export = 2")
    changed = template()
    changed["Resources"]["Members"] = {"Type": "AWS::DynamoDB::Table"}
    changed["Resources"]["Tool"] = {
        "Type": "AWS::Serverless::Function",
        "Properties": {"CodeUri": "tool/", "Handler": "app.run", "Runtime": "python3.13"},
    }
    more = '\n[[smoke]]\nname = "more"\n[[smoke.steps]]\nget = "/more"\n'
    files = {
        "template.yaml": template_json(changed),
        "tool/app.py": b"",
        "release.toml": (RELEASE_TOML + more).encode(),
    }
    commit = world.git.commit(files)
    world.publish("0.2.0")
    found = seen(world)
    assert (found.live, found.version) == ("0.1.0", "0.2.0")
    assert [(each.name, each.kind) for each in found.images] == [("export", "changed"), ("report", "same")]
    assert "was never published" in found.images[0].not_compared
    assert [(each.name, each.kind) for each in found.template] == [("Members", "added"), ("Tool", "added")]
    assert found.files == (Difference("tool/app.py", "added"),)
    assert found.functions == (Difference("Tool", "added", "a ZIP, no alias"),)
    assert found.smoke == (Difference("more", "added"),)
    assert found.goes_in is not None
    assert found.goes_in[0].id == commit
    assert (len(found.goes_in), found.comes_out) == (2, ())
    told = diffreport.of_differences(found)
    assert "packages of export: not compared: the bill of materials of app/export@" in told.text
    assert told.data["images"]["export"]["packages"] is None
    json.dumps(told.data)


def test_the_packages_of_an_image_that_changed_are_compared_by_its_bills_of_materials(world: World) -> None:
    world.sboms = {"export": bill("pypi/boto3@1.9.0")}
    known = [world.sboms["export"]]
    world.release("0.1.0", "staging")
    world.sboms = {"export": bill("pypi/boto3@1.10.0")}
    known.append(world.sboms["export"])
    world.change("export", "export = 2")
    world.publish("0.2.0")
    assert "registry has no repository app/export" in seen(world).images[0].not_compared
    world.store.named["app/export"] = {}
    world.store.blobs["app/export"] = {sha256(each): each for each in known}
    export = seen(world).images[0]
    assert (export.packages, export.not_compared) == ((Difference("pypi/boto3", "raised", "1.9.0 -> 1.10.0"),), "")


def with_zip(world: World, code: str) -> None:
    """Commit a template with one more function, whose code is ``code``."""
    zipped = {
        "Type": "AWS::Serverless::Function",
        "Properties": {"CodeUri": "cleanup", "Runtime": "python3.13", "AutoPublishAlias": "live"},
    }
    made = {**TEMPLATE, "Resources": {**TEMPLATE["Resources"], "Cleanup": zipped}}
    world.git.commit({"template.yaml": template_json(made), "cleanup/app.py": code.encode()})


def test_the_packages_of_zip_code_are_compared_by_the_bills_of_materials_in_the_records(world: World) -> None:
    with_zip(world, "1")
    world.sboms = {"Cleanup": bill("pypi/idna@3.6")}
    world.release("0.1.0", "staging")
    with_zip(world, "2")
    world.sboms = {"Cleanup": bill("pypi/idna@3.7")}
    world.publish("0.2.0")
    found = seen(world)
    assert found.code == (CodeDifference("Cleanup", "changed", (Difference("pypi/idna", "raised", "3.6 -> 3.7"),)),)
    told = diffreport.of_differences(found)
    assert "packages of Cleanup (ZIP, changed):" in told.text
    assert told.data["code"]["Cleanup"]["packages"][0]["detail"] == "3.6 -> 3.7"
    world.git.commit({"template.yaml": template_json()})
    world.sboms = {}
    world.publish("0.3.0")
    assert seen(world).code == (CodeDifference("Cleanup", "removed", (Difference("pypi/idna", "removed", "3.6"),)),)


def test_zip_code_of_which_no_bill_of_materials_was_published_is_not_compared_and_never_called_new(
    world: World,
) -> None:
    with_zip(world, "1")
    world.release("0.1.0", "staging")
    with_zip(world, "2")
    world.sboms = {"Cleanup": bill("pypi/idna@3.7")}
    world.publish("0.2.0")
    (code,) = seen(world).code
    assert (code.kind, code.packages) == ("changed", ())
    assert code.not_compared == "the bill of materials of Cleanup of v0.1.0 was never published"


def test_a_parameter_shows_its_values_when_both_releases_bring_them_along(world: World) -> None:
    made = template_json(template(Level={"Default": "INFO"}))
    world.git.commit({"template.yaml": made})
    world.release("0.1.0", "staging")
    world.git.commit({"release.toml": settings(Level="DEBUG")})
    world.publish("0.2.0")
    assert seen(world).parameters == (Difference("Level", "changed", "'INFO' -> 'DEBUG'"),)


def test_a_value_that_was_an_override_is_neither_shown_nor_called_a_change_on_a_machine_without_it(
    world: World,
) -> None:
    world.git.commit({"template.yaml": template_json(template(Token={"Default": ""}))})
    world.overrides = {"Token": "s3cret"}
    world.release("0.1.0", "staging")
    assert seen(world).parameters == (), "the same override is no change"
    world.overrides = {}
    (found,) = seen(world).parameters
    assert (found.name, found.kind) == ("Token", "not compared")
    assert "RELEASE_PARAMETERS" in found.detail
    assert "s3cret" not in found.detail
    world.git.commit({"release.toml": settings(Token="plain")})
    world.publish("0.2.0")
    assert seen(world).parameters == (Difference("Token", "changed", "(hidden)"),), "the release's own is another"
    world.overrides = {"Token": "0ther"}
    assert seen(world).parameters == (Difference("Token", "changed", "(hidden)"),)


def test_a_parameter_that_is_not_echoed_is_not_compared(world: World) -> None:
    """CloudFormation answers asterisks for it (DescribeStacks, ``NoEcho``)."""
    world.git.commit({"template.yaml": template_json(template(Token={"Default": "a", "NoEcho": "true"}))})
    world.release("0.1.0", "staging")
    assert seen(world).parameters == (Difference("Token", "not compared", "its value is not known here"),)


def test_outside_of_a_clone_the_commits_are_said_not_to_be_known(world: World) -> None:
    world.release("0.1.0", "staging")
    world.change("export", "export = 2")
    world.publish("0.2.0")
    found = seen(world, in_clone=False)
    assert (found.goes_in, found.comes_out) == (None, None)
    assert "note: no commits between the two are known here" in diffreport.of_differences(found).text


def test_a_stack_that_has_something_else_than_the_ledger_says_is_noted(world: World) -> None:
    world.release("0.1.0", "staging")
    world.cloud.accounts["app-staging"].parameters = {"ReleaseVersion": "0.2.0", "GitSha": "f" * 40}
    assert seen(world).notes == (
        "the ledger says that v0.1.0 is live, but the stack has 0.2.0; release status staging",
    )


def test_a_release_that_does_not_exist_is_refused(world: World) -> None:
    world.publish("0.1.0")
    with pytest.raises(NotFoundError, match=r"v9\.9\.9 is not in app/releases"):
        seen(world, "9.9.9")


def test_where_the_stack_may_not_be_read_the_releases_are_compared_and_a_note_says_so(world: World) -> None:
    world.release("0.1.0", "staging")
    world.git.commit({"release.toml": settings(Environment="other").replace(b'Environment = "staging"\n', b"")})
    world.publish("0.2.0")
    target = replace(world.target("staging"), cloud=_NoStacks(world.target("staging").cloud))
    found = diff.compare(target, "", world.git)
    assert found.parameters == (Difference("Environment", "changed", "'staging' -> 'other'"),)
    assert [each.kind for each in found.images] == ["same", "same"]
    assert found.notes == (
        "parameters are compared as the releases bring them along: this role may not look at app-staging",
    )


class _NoStacks:
    """A cloud whose stacks nobody here may read."""

    def __init__(self, cloud: Any) -> None:
        self.cloud = cloud

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cloud, name)

    def stack(self, name: str) -> Stack | None:
        raise RemoteError(f"this role may not look at {name}")


def test_what_the_ledgers_know_against_a_release_is_said_first(world: World) -> None:
    """At night nobody should have to remember that this very release failed before."""
    world.release("0.1.0", "staging", "production")
    world.change("export", "export = 2")
    world.publish("0.2.0")
    assert diff.compare(world.target("production"), "", None).notes == (
        "staging has not proven this release, so production does not take it",
    )
    world.cloud.update_fails.add("0.2.0")
    with pytest.raises(DeployFailed):
        world.deploy("staging", "0.2.0")
    found = seen(world)
    (note,) = found.notes
    assert note.startswith("staging ended staging-2 of this very release as put-back on 2026-")
    assert diffreport.of_differences(found).text.splitlines()[1].startswith("note: staging ended staging-2")


def test_parts_that_do_not_differ_are_named_in_one_line(world: World) -> None:
    world.release("0.1.0", "staging")
    world.change("export", "export = 2")
    world.publish("0.2.0")
    text = diffreport.of_differences(seen(world)).text
    assert "the same: parameters, template, files that the template names, functions, smoke tests" in text
