"""release.toml: a new one says what must be said; one that is there gets what it lacks and keeps every line."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from release.adoption.answers import Answers
from release.adoption.events import Route, TimedEvent
from release.adoption.parameters import OpenParameter, open_parameters
from release.adoption.settingsfile import completed
from release.adoption.settingsparts import SettingsWanted
from release.errors import UsageError
from release.gate.findings import Severity
from release.settings import cfn
from release.settings import config as config_file

ANSWERS = Answers("orders", "eu-west-1", ("staging", "production"), ("HIGH", "CRITICAL"), "acme/lambda-image-release")
WANTED = SettingsWanted("template.yaml", ANSWERS)
IMAGES = """
[images.work]
repository = "orders/work"
dockerfile = "Dockerfile"
inputs = ["Dockerfile"]
parameter = "ImageUri"
"""


def test_a_new_file_is_one_that_the_command_reads() -> None:
    text = completed(None, replace(WANTED, images=IMAGES.lstrip()))
    config = config_file.parse(text)
    assert (config.project, config.template, config.registry_region) == ("orders", "template.yaml", "eu-west-1")
    assert [(each.name, each.stack, each.proven_in) for each in config.environments.values()] == [
        ("staging", "orders-staging", ""),
        ("production", "orders-production", "staging"),
    ]
    assert config.gate is not None
    assert not config.gate.unfixed_blocks
    assert len(completed(None, WANTED).splitlines()) == 19


def test_an_ordinary_template_passes_the_gate_that_init_writes_and_a_vulnerability_does_not() -> None:
    """Scanners call what SAM makes of an API HIGH (AWS-0112, its TLS policy): nothing would ever be released."""
    gate = config_file.parse(completed(None, replace(WANTED, images=IMAGES.lstrip()))).gate
    assert gate is not None
    assert gate.block == {Severity.HIGH, Severity.CRITICAL}
    assert gate.misconfigurations == {Severity.CRITICAL}


def test_once_written_nothing_is_added() -> None:
    every = replace(
        WANTED,
        branch="trunk",
        test="make test",
        images=IMAGES.lstrip(),
        parameters=(
            OpenParameter("Size", False, None, {}),
            OpenParameter("Stage", False, "dev", {"staging": "staging"}),
        ),
        routes=((Route("/health", "Work", "Api"), ""), (Route("/ping", "Work", "Api"), "it asks for credentials")),
        schedules=(TimedEvent("WorkDaily", "Work", "rate(1 day)"),),
        silent={"Other": ""},
    )
    text = completed(None, every)
    assert completed(text, every) == text
    assert tomllib.loads(text)["versions"] == {"allowed-branches": ["trunk"]}


def test_a_sure_health_route_is_a_smoke_test_and_an_unsure_one_a_comment() -> None:
    text = completed(
        None, replace(WANTED, routes=((Route("/health", "Work", "A"), ""), (Route("/ping", "Work", "A"), "x")))
    )
    [test] = tomllib.loads(text)["smoke"]
    assert test == {"name": "GET /health of Work answers", "steps": [{"get": "/health"}]}
    assert "# GET /ping looks like a health check, but x.\n# [[smoke]]\n" in text


@pytest.mark.parametrize(
    "wanted",
    [
        replace(WANTED, schedules=(TimedEvent("WorkDaily", "Work", "rate(1 day)"),)),
        replace(WANTED, silent={"Work": ""}),
        replace(WANTED, silent={"Other": "", "Work": "/hello"}),
        replace(WANTED, routes=((Route("/ping", "Work", "A"), "it asks for credentials"),)),
    ],
    ids=["schedule", "silent", "a path", "unsure"],
)
def test_a_proposal_is_a_comment_that_works_without_its_signs(wanted: SettingsWanted) -> None:
    text = completed(None, replace(wanted, images=IMAGES.lstrip()))
    assert config_file.parse(text).smoke == ()
    head, _, proposal = text.partition("# [[smoke]]")
    lines = ("# [[smoke]]" + proposal).replace("\n# ", "\n").removeprefix("# ")
    assert len(config_file.parse(head + lines).smoke) == 1


def test_a_file_with_other_tables_gets_those_that_are_missing_behind_its_own_lines() -> None:
    own = "# ours\n[versions]\ntag-prefix = 'app-v'   # as before\n"
    text = completed(own, replace(WANTED, branch="trunk"))
    assert text.startswith(own)
    values = tomllib.loads(text)
    assert values["versions"] == {"tag-prefix": "app-v"}
    assert set(values) == {"versions", "project", "gate", "environments"}


def test_a_file_without_versions_gets_the_branch_that_people_merge_to_unless_it_is_the_usual_one() -> None:
    own = "[project]\nname = 'x'\n"
    assert tomllib.loads(completed(own, replace(WANTED, branch="trunk")))["versions"] == {"allowed-branches": ["trunk"]}
    assert "versions" not in tomllib.loads(completed(own, WANTED))


def test_windows_line_ends_stay_and_are_those_of_what_is_added() -> None:
    text = completed("# ours\r\n[project]\r\nname = 'x'\r\n", WANTED)
    assert text.count("\n") == text.count("\r\n") > 10
    assert tomllib.loads(text)["project"] == {"name": "x"}


@pytest.mark.parametrize(
    ("own", "begins"),
    [
        ("[project]  # ours\nalias = 'live'\n", '[project]  # ours\nname = "orders"\n'),
        ("project.alias = 'live'\n", 'project.name = "orders"\n'),
        ("[ project ]\r\nalias = 'live'\r\n", '[ project ]\r\nname = "orders"\r\n'),
    ],
)
def test_a_project_without_a_name_gets_it_where_its_keys_stand(own: str, begins: str) -> None:
    text = completed(own, replace(WANTED, template="infra/template.yaml"))
    assert text.startswith(begins)
    assert tomllib.loads(text)["project"] == {"name": "orders", "template": "infra/template.yaml", "alias": "live"}


def test_what_a_person_left_out_is_not_proposed_again() -> None:
    own = "[project]\nname = 'orders'\n"
    every = replace(WANTED, test="make test", routes=((Route("/health", "Work", "A"), ""),))
    assert "smoke" not in tomllib.loads(completed(own, every))


def test_a_file_that_is_no_toml_is_refused() -> None:
    with pytest.raises(UsageError, match="not valid TOML"):
        completed("[project", WANTED)


PARAMETERS = """\
Parameters:
  ImageUri: {Type: String}
  GitSha: {Type: String}
  Stage: {Type: String, Default: dev, AllowedValues: [dev, staging, production]}
  Bucket: {Type: String}
  Size: {Type: Number, Default: 3}
  Token: {Type: String, NoEcho: true, Default: change-me}
  Key: {Type: String, NoEcho: true}
  Zone: {Type: "AWS::SSM::Parameter::Value<String>", Default: /zone}
"""


def test_parameters_that_are_open_are_named_and_those_that_are_sure_are_given() -> None:
    found = open_parameters(cfn.load(PARAMETERS, "template.yaml"), ["ImageUri"], ["staging", "production"])
    assert [each.name for each in found] == ["Stage", "Bucket", "Token", "Key"]
    assert [each.is_placeholder for each in found] == [False, False, True, True]
    text = completed(None, replace(WANTED, parameters=found))
    environments = tomllib.loads(text)["environments"]
    assert environments["staging"]["parameters"] == {"Stage": "staging"}
    assert environments["production"]["parameters"] == {"Stage": "production"}
    assert '# Bucket = "…"' in text
    assert "# Token = \"secret:orders/staging/Token\"  # its default is 'change-me'" in text
