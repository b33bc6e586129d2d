"""What release doctor says of the repository: each line's good case, and what it says when it is not good."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from release.adapters.samtranslation import SamTranslator
from release.adoption import pipeline, workflowfiles
from release.adoption.doctor import local, report, workflows
from release.adoption.doctor.findings import OK, UNKNOWN, WRONG, Diagnosis, of_environment, probe
from release.adoption.ports import TranslationJob, Translator
from release.adoption.workflowfiles import CALLED
from release.errors import ConflictError, MachineError, RemoteError, UsageError
from release.settings import config as config_file
from release.settings.config import Config
from tests.support.projectfiles import MemoryFiles

DIGEST = "@sha256:" + "a" * 64
SETTINGS = """\
[project]
name = "app"
[registry]
region = "eu-west-1"
[gate]
block = ["CRITICAL"]
[checks]
test = "make test"
[images.work]
repository = "app/work"
context = "."
dockerfile = "Dockerfile"
inputs = ["Dockerfile"]
parameter = "WorkUri"
[environments.staging]
stack = "app-staging"
region = "eu-west-1"
[environments.production]
stack = "app-production"
region = "eu-west-1"
proven-in = "staging"
[[smoke]]
name = "it answers"
[[smoke.steps]]
invoke = "Work"
"""
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Parameters: {WorkUri: {Type: String}}
Resources:
  Work: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, ImageUri: !Ref WorkUri}}
"""
DEPENDABOT = """\
version: 2
updates:
  - {package-ecosystem: github-actions, directory: /}
  - {package-ecosystem: docker, directories: ["/", "/services/*"]}
"""
CONFIG = config_file.parse(SETTINGS)
TRANSLATOR = SamTranslator(lambda: Path(sys.executable), dict(os.environ))
FILES = MemoryFiles(
    {
        "template.yaml": TEMPLATE,
        "Dockerfile": f"FROM public.test/python:3.13{DIGEST}\n",
        ".github/dependabot.yml": DEPENDABOT,
        ".github/CODEOWNERS": "# who\n/.github/ @team\n",
        **workflowfiles.callers("acme/pipeline", "c" * 40, "v1.2.0", ["staging", "production"]),
    }
)


class NoTranslator:
    """Of a machine without SAM: starting it takes a second each time."""

    def translate(self, jobs: Sequence[TranslationJob]) -> Sequence[Mapping[str, Any]]:
        raise MachineError(f"nobody expands {len(jobs)} templates", next_step="install it")


def looked(
    files: MemoryFiles = FILES, config: Config = CONFIG, translator: Translator | None = None, **here: str
) -> dict[str, Diagnosis]:
    project = local.Project(config, files, translator or NoTranslator(), lambda _: dict(here))
    every = [*local.findings(project), *workflows.findings(config, files, "1.2.0")]
    return {each.subject: each for each in every if each.state != OK} | {
        each.subject: each
        for each in every
        if each.state == OK and each.subject not in {e.subject for e in every if e.state != OK}
    }


def with_files(more: Mapping[str, str]) -> MemoryFiles:
    return FILES.with_files(more)


def test_a_project_in_order_is_ok_in_every_line() -> None:
    generated = pipeline.plan(CONFIG, FILES, TRANSLATOR).generated.text
    found = looked(with_files({"pipeline.yaml": generated}), translator=TRANSLATOR)
    assert {name: (each.state, each.text) for name, each in found.items() if each.state != OK} == {}
    assert "this command" in found["workflows"].text


def test_a_pipeline_yaml_that_is_old_or_missing_is_wrong_with_the_command_that_writes_it() -> None:
    for files in (FILES, with_files({"pipeline.yaml": "Resources: {}\n"})):
        found = looked(files, translator=TRANSLATOR)["pipeline.yaml"]
        assert found.state == WRONG
        assert found.remedy.startswith("release pipeline --write")


def test_without_sam_nobody_can_tell_what_pipeline_yaml_should_be() -> None:
    assert looked()["pipeline.yaml"].state == UNKNOWN


def test_a_type_that_nobody_knows_is_not_known_from_here() -> None:
    files = with_files({"template.yaml": TEMPLATE + "  Room: {Type: AWS::Chime::Room}\n"})
    generated = pipeline.plan(CONFIG, files, TRANSLATOR).generated.text
    found = looked(files.with_files({"pipeline.yaml": generated}), translator=TRANSLATOR)["pipeline.yaml"]
    assert (found.state, "AWS::Chime::Room (Room)" in found.text) == (UNKNOWN, True)


@pytest.mark.parametrize(
    ("change", "subject", "says"),
    [
        (
            {"template.yaml": TEMPLATE.replace("ImageUri: !Ref WorkUri", "ImageUri: x")},
            "functions of image work",
            "no function",
        ),
        ({"template.yaml": "Resources: ["}, "template.yaml", "template.yaml"),
        (
            {"Dockerfile": "FROM public.test/python:3.13\n"},
            "bases of image work",
            "public.test/python:3.13 without a digest",
        ),
        ({".github/dependabot.yml": "updates: []\n"}, ".github/dependabot.yml", "docker in /, github-actions in /"),
    ],
)
def test_what_does_not_agree_is_wrong_and_says_what_mends_it(change: dict[str, str], subject: str, says: str) -> None:
    found = looked(with_files(change))[subject]
    assert found.state == WRONG
    assert says in found.text
    assert found.remedy


def test_smoke_tests_and_parameters_that_the_template_lacks_are_wrong_in_their_environment() -> None:
    text = SETTINGS.replace('invoke = "Work"', 'invoke = "Wrk"').replace(
        'stack = "app-staging"', 'stack = "app-staging"\nparameters = { Nobody = "1" }'
    )
    found = looked(config=config_file.parse(text))
    assert "Work is nearest" in found["smoke tests of production"].text
    assert "Nobody" in found["parameters of staging"].text
    assert found["parameters of production"].state == OK
    wrong = [each.subject for each in of_environment(found.values(), "production") if each.state == WRONG]
    assert "parameters of staging" not in wrong


def test_a_parameter_that_nobody_here_gives_must_come_from_github() -> None:
    files = with_files({"template.yaml": TEMPLATE.replace("{WorkUri:", "{TableName: {Type: String}, WorkUri:")})
    found = looked(files)["parameters of staging"]
    assert (found.state, "TableName" in found.text) == (UNKNOWN, True)
    assert "gh variable set RELEASE_PARAMETERS --env staging" in found.remedy
    assert looked(files, TableName="x")["parameters of staging"].state == OK


def test_without_a_gate_nothing_may_be_published_and_without_checks_none_are_run() -> None:
    bare = replace(CONFIG, gate=None, checks=type(CONFIG.checks)())
    found = looked(config=bare)
    assert (found["[gate]"].state, found["[checks]"].state) == (WRONG, UNKNOWN)


def test_callers_that_differ_from_each_other_or_name_nobody_are_wrong() -> None:
    one = workflowfiles.callers("acme/pipeline", "d" * 40, "v1.3.0", ["staging", "production"])
    mixed = looked(with_files({".github/workflows/watch.yml": one[".github/workflows/watch.yml"]}))
    assert "different commits" in mixed["workflows"].text
    nobody = workflowfiles.callers("OWNER/lambda-image-release", "d" * 40, "v1.3.0", ["staging", "production"])
    assert "nobody is called OWNER" in looked(with_files(nobody))["workflows"].text
    older = looked(with_files(one))["workflows"]
    assert (older.state, "v1.3.0; this command is 1.2.0" in older.text) == (UNKNOWN, True)
    moved = {
        name: text.replace("c" * 40, "main") for name, text in FILES.files.items() if name.startswith(".github/work")
    }
    assert "may be moved" in looked(with_files(moved))["workflows"].text


def test_a_caller_that_is_missing_or_changed_is_named() -> None:
    files = MemoryFiles({name: text for name, text in FILES.files.items() if "watch" not in name})
    assert looked(files)["workflows"].text == "watch.yml not in .github/workflows"
    other = with_files({".github/workflows/check.yml": FILES.files[".github/workflows/check.yml"] + "# mine\n"})
    assert "check.yml differ" in looked(other)["workflow texts"].text
    more = config_file.parse(
        SETTINGS.replace(
            "[environments.production]",
            "[environments.demo]\nstack = 'x'\nregion = 'eu-west-1'\n[environments.production]",
        )
    )
    assert looked(config=more)["workflow texts"].state == WRONG


def test_the_branch_and_the_hour_that_a_team_chose_are_theirs() -> None:
    own = workflowfiles.callers(
        "acme/pipeline", "c" * 40, "v1.2.0", ["staging", "production"], branch="trunk", schedule="5 5 * * *"
    )
    assert looked(with_files(own))["workflow texts"].state == OK


def test_workflows_that_call_nobody_are_whole() -> None:
    whole = {f".github/workflows/{name}": "on: {push: {branches: [main]}}\njobs: {}\n" for name in CALLED}
    found = looked(with_files(whole))
    assert found["workflows"].state == OK
    assert "workflow texts" not in found


def test_owners_are_a_hint_and_no_fault() -> None:
    none = MemoryFiles({name: text for name, text in FILES.files.items() if "CODEOWNERS" not in name})
    assert looked(none)["CODEOWNERS"].state == UNKNOWN
    assert looked(with_files({".github/CODEOWNERS": "/docs/ @team\n"}))["CODEOWNERS"].state == UNKNOWN


def refusing(error: Exception) -> str:
    raise error


@pytest.mark.parametrize(
    ("error", "state"),
    [(UsageError("x", next_step="y"), WRONG), (MachineError("x", next_step="y"), UNKNOWN), (RemoteError("x"), UNKNOWN)],
)
def test_what_the_machine_lacks_is_no_fault_of_the_project(error: Exception, state: str) -> None:
    found = probe("local", "s", lambda: refusing(error))
    assert (found.state, bool(found.remedy)) == (state, True)


def test_the_list_ends_well_without_a_fault_and_otherwise_with_the_first_remedy() -> None:
    good, odd = Diagnosis("local", "a", OK, "fine"), Diagnosis("GitHub", "b", UNKNOWN, "who knows", "look")
    told = report.of_findings([good, odd])
    assert told.exit_code == 0
    assert told.text == (
        "local:\n  ok         a: fine\nGitHub:\n  not known  b: who knows\n             -> look\n\n"
        "1 ok, 0 wrong, 1 not known from here"
    )
    with pytest.raises(ConflictError, match="1 thing is wrong; the first is c: bad") as refused:
        report.of_findings([good, odd, Diagnosis("local", "c", WRONG, "bad", "release pipeline --write")])
    assert refused.value.next_step == "release pipeline --write"
    assert refused.value.report.data["wrong"] == 1
