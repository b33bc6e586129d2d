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
from release.adoption import generated, pipeline, workflowfiles
from release.adoption.doctor import local, report, workflows
from release.adoption.doctor.findings import OK, UNKNOWN, WRONG, Diagnosis, of_environment, probe
from release.adoption.doctor.project import Project
from release.adoption.ports import TranslationJob, Translator
from release.adoption.surroundings import RepositoryAround
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
OTHERS = "version: 2\nupdates:\n  - {package-ecosystem: npm, directory: /}\n"
DEPENDABOT = """\
version: 2
updates:
  - {package-ecosystem: github-actions, directory: /}
  - {package-ecosystem: docker, directories: ["/", "/services/*"]}
"""
CONFIG = config_file.parse(SETTINGS)


def callers(
    home: str = "acme/pipeline", commit: str = "c" * 40, version: str = "v1.2.0", **more: str
) -> dict[str, str]:
    """The five, as init writes them."""
    texts = workflowfiles.callers(home, commit, version, ["staging", "production"], **more)
    return {path: generated.headed(text) for path, text in texts.items()}


TRANSLATOR = SamTranslator(lambda: Path(sys.executable), dict(os.environ))
FILES = MemoryFiles(
    {
        "template.yaml": TEMPLATE,
        "Dockerfile": f"FROM public.test/python:3.13{DIGEST}\n",
        ".github/dependabot.yml": DEPENDABOT,
        ".github/CODEOWNERS": "# who\n/.github/ @team\n",
        **callers(),
    }
)


class NoTranslator:
    """Of a machine without SAM: starting it takes a second each time."""

    def translate(self, jobs: Sequence[TranslationJob]) -> Sequence[Mapping[str, Any]]:
        raise MachineError(f"nobody expands {len(jobs)} templates", next_step="install it")


def looked(
    files: MemoryFiles = FILES,
    config: Config = CONFIG,
    translator: Translator | None = None,
    version: str = "1.2.0",
    **here: str,
) -> dict[str, Diagnosis]:
    project = Project(config, files, translator or NoTranslator(), lambda _: dict(here))
    around = RepositoryAround("orders", paths=tuple(sorted(files.files)))
    every = [*local.findings(project), *workflows.findings(workflows.Premise(config, around, files, version))]
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
    generated_now = pipeline.plan(CONFIG, FILES, TRANSLATOR).generated.text
    for files in (FILES, with_files({"pipeline.yaml": generated_now.replace("WatchRole", "LookRole")})):
        found = looked(files, translator=TRANSLATOR)["pipeline.yaml"]
        assert found.state == WRONG
        assert found.remedy.startswith("release pipeline --write")
    theirs = looked(with_files({"pipeline.yaml": "Resources: {}\n"}), translator=TRANSLATOR)["pipeline.yaml"]
    assert (theirs.state, theirs.remedy.startswith("git mv pipeline.yaml")) == (WRONG, True)


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
        ({".github/dependabot.yml": OTHERS}, ".github/dependabot.yml", "has no updates for the workflows"),
    ],
)
def test_what_does_not_agree_is_wrong_and_says_what_mends_it(change: dict[str, str], subject: str, says: str) -> None:
    found = looked(with_files(change))[subject]
    assert found.state == WRONG
    assert says in found.text
    assert found.remedy


def test_a_base_without_a_digest_is_not_known_from_here_and_wrong_where_release_toml_allows_none() -> None:
    files = with_files({"Dockerfile": "FROM public.test/python:3.13\n"})
    found = looked(files)["bases of image work"]
    assert (found.state, "every build looks up what that is on its day" in found.text) == (UNKNOWN, True)
    assert found.remedy.startswith("docker buildx imagetools inspect public.test/python:3.13")
    strict = config_file.parse(SETTINGS + "[build]\npinned = true\n")
    found = looked(files, strict)["bases of image work"]
    assert (found.state, "pinned allows digests only" in found.text) == (WRONG, True)
    assert looked(config=strict)["bases of image work"].state == OK


def test_a_dockerfile_that_is_missing_is_wrong() -> None:
    files = MemoryFiles({name: text for name, text in FILES.files.items() if name != "Dockerfile"})
    found = looked(files)["bases of image work"]
    assert (found.state, bool(found.remedy)) == (WRONG, True)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("{Type: String, Default: changeme}", "its default is a placeholder (changeme)"),
        ("{Type: String, NoEcho: true, Default: ''}", "the secret parameter Key is not given for staging"),
    ],
)
def test_a_default_that_nobody_can_have_meant_is_not_known_and_says_how_to_give_it(rule: str, said: str) -> None:
    files = with_files({"template.yaml": TEMPLATE.replace("{WorkUri:", f"{{Key: {rule}, WorkUri:")})
    found = looked(files)["parameters of staging"]
    assert (found.state, said in found.text) == (UNKNOWN, True)
    assert "[environments.staging.parameters]" in found.remedy


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
    one = callers(commit="d" * 40, version="v1.3.0")
    mixed = looked(with_files({".github/workflows/watch.yml": one[".github/workflows/watch.yml"]}))["workflows"]
    assert "different commits" in mixed.text
    assert (mixed.state, mixed.remedy) == (WRONG, "release upgrade")
    nobody = looked(with_files(callers("OWNER/lambda-image-release")))["workflows"]
    assert (nobody.state, "nobody is called OWNER" in nobody.text) == (WRONG, True)
    assert nobody.remedy.startswith("release upgrade --workflows OWNER/REPO")


@pytest.mark.parametrize(
    ("version", "state", "remedy"),
    [
        ("1.2.0", OK, ""),
        ("1.3.0", WRONG, "release upgrade"),
        ("1.1.0", UNKNOWN, "pip install 'lambda-image-release==1.2.0'"),
        ("1.3.0+0123456789ab", UNKNOWN, "pip install 'lambda-image-release==1.2.0'"),
    ],
)
def test_the_pin_is_compared_with_this_command(version: str, state: str, remedy: str) -> None:
    found = looked(version=version)["workflows"]
    assert (found.state, found.remedy) == (state, remedy)


def test_a_caller_that_is_missing_or_not_what_release_toml_asks_for_is_brought_up_to_date() -> None:
    files = MemoryFiles({name: text for name, text in FILES.files.items() if "watch" not in name})
    missing = looked(files)["workflow texts"]
    assert (missing.state, missing.remedy) == (WRONG, "release upgrade")
    assert missing.text == ".github/workflows/watch.yml: not what release.toml asks for"
    demo = "[environments.demo]\nstack = 'x'\nregion = 'eu-west-1'\n[environments.production]"
    more = looked(config=config_file.parse(SETTINGS.replace("[environments.production]", demo)))["workflow texts"]
    assert (more.state, "rollback.yml" in more.text) == (WRONG, True)


def test_a_hand_in_a_generated_file_is_named_and_a_block_of_ones_own_is_not() -> None:
    path = ".github/workflows/check.yml"
    by_hand = looked(with_files({path: FILES.files[path].replace("pull_request:", "pull_request_target:")}))
    assert "check.yml: changed by hand" in by_hand["workflow texts"].text
    assert "--overwrite" in by_hand["workflow texts"].remedy
    own = f"{FILES.files[path]}# release: keep\n# mine\n# release: end\n"
    assert looked(with_files({path: own}))["workflow texts"].state == OK


def test_without_any_workflow_nothing_releases_the_repository() -> None:
    none = MemoryFiles({name: text for name, text in FILES.files.items() if "workflows" not in name})
    found = looked(none)["workflows"]
    assert (found.state, found.remedy) == (WRONG, "release init")


def test_workflows_that_lie_here_with_their_command_are_whole() -> None:
    assert "with the command beside them" in looked(with_files({".github/release/x.whl": ""}))["workflows"].text


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
