"""What release doctor says of GitHub's settings."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest
import yaml

from release.adoption.doctor import github, needs
from release.adoption.doctor.findings import OK, UNKNOWN, WRONG, Diagnosis
from release.adoption.doctor.repository import HostedRepository
from release.settings import config as config_file
from tests.fakes.forge import CUSTOM, FakeForge, environment, in_order, policies, role, variables
from tests.support.files import ROOT, texts
from tests.support.world import RELEASE_TOML

CONFIG = config_file.parse(RELEASE_TOML)
BASE = "repos/acme/orders"


def looked(answers: dict[str, Any], forbidden: str = "", **left: tuple[str, ...]) -> list[Diagnosis]:
    forge = FakeForge(answers)
    if forbidden:
        forge.forbidden.add(forbidden)
    found = list(github.findings(HostedRepository("acme/orders", forge, CONFIG, left)))
    assert all(each.remedy for each in found if each.state == WRONG)
    return found


def not_ok(found: list[Diagnosis]) -> list[tuple[str, str, str]]:
    return [(each.state, each.subject, each.text) for each in found if each.state != OK]


def changed(path: str, answer: Any) -> list[tuple[str, str, str]]:
    return not_ok(looked({**in_order(), f"{BASE}{path}": answer}))


def test_a_repository_as_the_setup_makes_it_is_ok_in_every_line() -> None:
    found = looked(in_order())
    assert not_ok(found) == []
    assert [each.text for each in found if each.subject == "reviewers of production"] == ["person0"]
    assert [each.text for each in found if each.subject == "rules of main"] == ["Ready to merge is required"]


def test_an_environment_that_is_missing_is_wrong_and_only_its_own() -> None:
    ((state, subject, text),) = changed(
        "/environments",
        {
            "total_count": 2,
            "environments": [
                environment("staging", policy=CUSTOM),
                environment("production", reviewers=1, policy=CUSTOM),
            ],
        },
    )
    assert (state, subject, text) == (WRONG, "environment promotion", "there is none")


@pytest.mark.parametrize(
    ("production", "subject", "says"),
    [
        (environment("production", policy=CUSTOM), "reviewers of production", "nobody is asked"),
        (environment("production", reviewers=1), "who deploys to production", "every branch"),
        (
            environment(
                "production", reviewers=1, policy={"protected_branches": True, "custom_branch_policies": False}
            ),
            "who deploys to production",
            "no tag",
        ),
    ],
)
def test_a_production_that_anybody_reaches_is_wrong(production: dict[str, Any], subject: str, says: str) -> None:
    every = [environment("staging", policy=CUSTOM), environment("promotion", policy=CUSTOM), production]
    ((state, what, text),) = changed("/environments", {"total_count": 3, "environments": every})
    assert (state, what, says in text) == (WRONG, subject, True)


@pytest.mark.parametrize(
    ("allowed", "says"),
    [
        (policies(("main", "branch")), "tag v* may not"),
        (policies(("v*", "tag")), "branch main may not"),
        (policies(("*", "branch"), ("v*", "tag")), "every branch may"),
    ],
)
def test_who_may_deploy_is_compared_with_what_the_workflows_do(allowed: dict[str, Any], says: str) -> None:
    ((state, subject, text),) = changed("/environments/production/deployment-branch-policies", allowed)
    assert (state, subject, text.startswith(says)) == (WRONG, "who deploys to production", True)


def test_a_variable_that_is_missing_is_wrong_with_the_command_that_sets_it() -> None:
    found = looked({**in_order(), f"{BASE}/environments/staging/variables": variables()})
    (wrong,) = [each for each in found if each.state == WRONG]
    assert (wrong.subject, wrong.text, wrong.environment) == (
        "variables of staging",
        "DEPLOY_ROLE is not set",
        "staging",
    )
    assert wrong.remedy.startswith('gh variable set DEPLOY_ROLE --env staging --body "$(aws cloudformation')
    assert "OutputKey=='StagingDeployRole'" in wrong.remedy


def test_a_variable_of_the_organization_or_on_a_later_page_counts() -> None:
    names = {f"FILLER_{n}": "x" for n in range(40)}
    answers = in_order()
    answers[f"{BASE}/actions/organization-variables"] = variables(AWS_REGION="eu-west-1")
    answers[f"{BASE}/actions/variables"] = variables(**names, PUBLISH_ROLE=role("p"), WATCH_ROLE=role("w"))
    assert not_ok(looked(answers)) == []


def test_one_role_for_two_environments_and_what_is_no_role_are_wrong() -> None:
    ((_, subject, text),) = changed(
        "/environments/production/variables", variables(DEPLOY_ROLE=role("app-deploy-staging"))
    )
    assert (subject, "is that of staging" in text) == ("variables of production", True)
    ((_, _, text),) = changed("/environments/production/variables", variables(DEPLOY_ROLE="production"))
    assert "no role's ARN" in text


def test_a_parameter_that_nothing_here_gives_is_looked_for_in_the_variable() -> None:
    found = looked(in_order(), production=("TableName",))
    (wrong,) = [each for each in found if each.state == WRONG]
    assert (wrong.text, wrong.environment) == ("RELEASE_PARAMETERS does not give TableName", "production")
    given = variables(DEPLOY_ROLE=role("app-deploy-production"), RELEASE_PARAMETERS="TableName=orders")
    assert (
        not_ok(looked({**in_order(), f"{BASE}/environments/production/variables": given}, production=("TableName",)))
        == []
    )


def test_a_branch_without_the_required_check_is_wrong_and_a_classic_protection_counts() -> None:
    ((state, _, text),) = changed("/rules/branches/main", [])
    assert (state, text) == (WRONG, "they require no check")
    other = [{"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "lint"}]}}]
    assert changed("/rules/branches/main", other)[0][2] == "they require lint, not Ready to merge"
    classic = {
        "strict": True,
        "contexts": ["Ready to merge"],
        "checks": [{"context": "Ready to merge", "app_id": None}],
    }
    answers = {**in_order(), f"{BASE}/rules/branches/main": []}
    answers[f"{BASE}/branches/main/protection/required_status_checks"] = classic
    assert not_ok(looked(answers)) == []


def test_tags_that_may_move_are_wrong() -> None:
    weak = {"id": 7, "conditions": {"ref_name": {"include": ["refs/tags/v*"]}}, "rules": [{"type": "deletion"}]}
    assert changed("/rulesets/7", weak)[0][1] == "rules of release tags"
    assert changed("/rulesets", [])[0][0] == WRONG
    sleeping = [{"id": 7, "name": "release tags", "target": "tag", "enforcement": "evaluate"}]
    assert changed("/rulesets", sleeping)[0][0] == WRONG


def test_what_may_not_be_read_is_not_known_and_the_rest_is_told() -> None:
    found = looked(in_order(), f"{BASE}/actions/permissions/workflow")
    assert [each.state for each in found if each.state != OK] == [UNKNOWN]
    nothing = {**in_order(), f"{BASE}/rules/branches/main": []}
    told = looked(nothing, f"{BASE}/branches/main/protection/required_status_checks")
    assert [(each.state, each.subject) for each in told if each.state != OK] == [(UNKNOWN, "rules of main")]
    assert [each.state for each in looked({})] == [UNKNOWN]
    assert [each.state for each in looked(in_order(), BASE)] == [UNKNOWN]


def test_a_token_that_writes_by_default_is_wrong() -> None:
    ((state, subject, _),) = changed("/actions/permissions/workflow", {"default_workflow_permissions": "write"})
    assert (state, subject) == (WRONG, "workflow token")


def test_the_variables_are_those_that_the_workflow_files_read() -> None:
    """By the environment of the job that reads them; what has a fallback, or may be empty, is optional."""
    read: dict[str, set[str]] = {}
    for path in sorted((ROOT / ".github/workflows").glob("*.yml")):
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values():
            where = job.get("environment", "") if isinstance(job.get("environment", ""), str) else ""
            kind = "environment" if where.startswith("${{") else where
            read.setdefault(kind, set()).update(re.findall(r"vars\.([A-Z_]+)", str(job)))
    assert read[""] - needs.OPTIONAL == set(needs.OF_THE_REPOSITORY)
    assert read[needs.PROMOTION] - needs.OPTIONAL == {*needs.OF_PROMOTION, "AWS_REGION"}
    assert read["environment"] - needs.OPTIONAL == {*needs.OF_AN_ENVIRONMENT, "AWS_REGION"}
    assert set.union(*read.values()) & needs.OPTIONAL == needs.OPTIONAL


def test_the_setup_sets_each_of_them_and_pipeline_yaml_has_their_outputs() -> None:
    setup, outputs = texts()["docs/setup.md"], texts()["pipeline.yaml"].partition("\nOutputs:")[2]
    for name, output in {**needs.OF_THE_REPOSITORY, **needs.OF_PROMOTION, **needs.OF_AN_ENVIRONMENT}.items():
        assert f"gh variable set {name} " in setup
        assert output.format(environment="Staging") in outputs


def test_the_required_check_is_the_last_job_of_the_check() -> None:
    jobs = yaml.safe_load(texts()[".github/workflows/check.yml"])["jobs"]
    assert jobs["required"]["name"] == needs.REQUIRED_CHECK


def sent(command: str) -> list[tuple[str, str, Any]]:
    """What a remedy sends with gh: method, place, body; the shell's own parts as a shell takes them."""
    found = []
    for part in command.split(" && "):
        before, _, call = part.rpartition(" | ")
        words = shlex.split(call)
        assert words[:3] == ["gh", "api", "-X"]
        if before:
            printed = shlex.split(before.replace('"$(gh api user --jq .id)"', "7"))
            body = json.loads(printed[1].replace("%s", printed[2]))
            assert words[5:] == ["--input", "-"]
        else:
            fields = words[6::2] if len(words) > 5 else []
            body = dict(field.split("=", 1) for field in fields)
        found.append((words[3], words[4], body))
    return found


CUSTOM_ONLY = {"protected_branches": False, "custom_branch_policies": True}


def test_an_environment_that_is_missing_is_made_whole_by_its_remedy() -> None:
    every = {"total_count": 2, "environments": [environment(n, policy=CUSTOM) for n in ("staging", "promotion")]}
    (wrong,) = [each for each in looked({**in_order(), f"{BASE}/environments": every}) if each.state == WRONG]
    place = f"{BASE}/environments/production"
    assert sent(wrong.remedy) == [
        ("PUT", place, {"reviewers": [{"type": "User", "id": 7}], "deployment_branch_policy": CUSTOM_ONLY}),
        ("POST", f"{place}/deployment-branch-policies", {"name": "main", "type": "branch"}),
        ("POST", f"{place}/deployment-branch-policies", {"name": "v*", "type": "tag"}),
    ]


def test_an_environment_that_everybody_reaches_is_limited_and_keeps_whom_it_asks() -> None:
    every = [environment("staging", policy=CUSTOM), environment("promotion", policy=CUSTOM)]
    every.append(environment("production", reviewers=2))
    answers = {**in_order(), f"{BASE}/environments": {"total_count": 3, "environments": every}}
    (wrong,) = [each for each in looked(answers) if each.state == WRONG]
    (_, _, body), *_ = sent(wrong.remedy)
    asked = [one["reviewer"]["id"] for one in every[2]["protection_rules"][0]["reviewers"]]
    assert [one["id"] for one in body["reviewers"]] == asked
    assert body["prevent_self_review"] is False
    assert body["deployment_branch_policy"] == CUSTOM_ONLY


@pytest.mark.parametrize(("calls", "check"), [(True, "check / Ready to merge"), (False, "Ready to merge")])
def test_rules_that_are_missing_are_made_as_the_setup_page_makes_them(calls: bool, check: str) -> None:
    answers = {**in_order(), f"{BASE}/rules/branches/main": []}
    answers[f"{BASE}/branches/main/protection/required_status_checks"] = None
    answers[f"{BASE}/rulesets"] = []
    hosted = HostedRepository("acme/orders", FakeForge(answers), CONFIG, {}, calls)
    wrong = {each.subject: each for each in github.findings(hosted) if each.state == WRONG}
    page = texts()["docs/setup.md"]
    wanted = [
        json.loads(each.replace("$TAGS", "v*"))
        for each in re.findall(r"rulesets\" --input - <<'?JSON'?\n(.+?)\nJSON", page, re.DOTALL)
    ]
    main = sent(wrong["rules of main"].remedy)[0][2]
    assert main["rules"][-1]["parameters"]["required_status_checks"] == [{"context": check}]
    main["rules"][-1]["parameters"]["required_status_checks"] = [{"context": "Ready to merge"}]
    assert [main, sent(wrong["rules of release tags"].remedy)[0][2]] == wanted


def test_a_wildcard_over_every_branch_is_taken_away_by_its_number() -> None:
    policy = {"total_count": 2, "branch_policies": [{"id": 41, "name": "*", "type": "branch"},
              {"id": 42, "name": "v*", "type": "tag"}]}  # fmt: skip
    place = f"{BASE}/environments/production/deployment-branch-policies"
    (wrong,) = [each for each in looked({**in_order(), place: policy}) if each.state == WRONG]
    assert sent(wrong.remedy) == [("DELETE", f"{place}/41", {})]
