"""The copies that act reads: each word that act does not know in one that it does, and nothing else changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rehearsal.github import copies, startup
from rehearsal.github.sources import WorkflowSource, WorkflowSources
from rehearsal.github.startup import Environment
from tests.support.workflows import SHA, by_name, nobody_knows, parse, push, settings

TEAM = """
    name: release
    on: push
    permissions: {}
    jobs:
      team: {permissions: {id-token: write}, uses: acme/home/.github/workflows/release.yml@COMMIT}
""".replace("COMMIT", "b" * 40)
RELEASE = """
    name: release
    on: workflow_call
    jobs:
      plan:
        runs-on: x
        permissions: {}
        if: vars.REGION == 'eu'
        steps: [{uses: $/.github/actions/setup}, {run: "echo ${{ vars.REGION || 'none' }} vars.REGION"}]
      deploy:
        needs: plan
        permissions: {id-token: write}
        strategy: {matrix: {place: [staging, production]}}
        uses: ./.github/workflows/deploy.yml
        with: {environment: "${{ matrix.place }}"}
"""
DEPLOY = """
    name: deploy
    on: {workflow_call: {inputs: {environment: {type: string, required: true}}}}
    jobs:
      deploy:
        runs-on: x
        permissions: {id-token: write}
        environment: ${{ inputs.environment }}
        concurrency: {group: "deploy-${{ inputs.environment }}", queue: max}
        steps: [{run: "echo ${{ vars.ROLE }}", env: {A: "${{ vars.REGION }}"}}]
"""


def written(role: str = "arn:s") -> dict[str, Any]:
    home = WorkflowSource(
        "acme/home",
        "b" * 40,
        "b" * 40,
        Path("there"),
        by_name(parse(RELEASE, "release.yml"), parse(DEPLOY, "deploy.yml")),
    )
    flow = parse(TEAM, "team.yml")
    own = WorkflowSource("owner/name", SHA, "refs/heads/main", Path("here"), by_name(flow))
    sources = WorkflowSources(own, lambda _slug, _sha: home)
    repository = settings(staging=Environment({"ROLE": role}), production=Environment({"ROLE": "arn:p"}))
    repository = startup.Settings(repository.slug, repository.subject, repository.environments, {"REGION": "it's {eu}"})
    plan = startup.planned_run(flow, sources, push("refs/heads/main"), repository, nobody_knows)
    texts = copies.files(flow, sources, plan.jobs, "run-1")
    assert next(iter(texts)).endswith("team.yml"), "the one that starts comes first"
    return {name.rpartition("-")[2]: json.loads(text) for name, text in texts.items()} | {"names": [*texts]}


def test_calls_lead_to_the_copies_of_the_files_that_they_name_the_called_ones_too() -> None:
    found = written()
    first, second, third = found["names"]
    assert found["team.yml"]["jobs"]["team"]["uses"] == f"./.github/workflows/{second}"
    assert found["release.yml"]["jobs"]["deploy"]["uses"] == f"./.github/workflows/{third}"
    assert first.startswith(f"run-1-{SHA[:12]}-")
    assert found["release.yml"]["jobs"]["deploy"]["strategy"] == {"matrix": {"place": ["staging", "production"]}}


def test_action_of_the_files_own_repository_is_named_with_repository_and_commit() -> None:
    steps = written()["release.yml"]["jobs"]["plan"]["steps"]
    assert steps[0]["uses"] == f"acme/home/.github/actions/setup@{'b' * 40}"


def test_variables_are_values_in_expressions_and_conditions_and_words_elsewhere() -> None:
    plan = written()["release.yml"]["jobs"]["plan"]
    value = r"""fromJSON('"it''s \u007beu\u007d"')"""
    assert plan["if"] == f"{value} == 'eu'"
    assert plan["steps"][1]["run"] == f"echo ${{{{ {value} || 'none' }}}} vars.REGION"


def test_each_leg_has_a_name_of_its_own_and_its_own_environments_values() -> None:
    deploy = written("a}b")["deploy.yml"]["jobs"]["deploy"]
    assert deploy["name"] == "deploy ${{ inputs.environment }}"
    assert deploy["env"] == {"REHEARSAL_LEG": "${{ inputs.environment }}"}
    values = r"""fromJSON('{"staging": "a\u007db", "production": "arn:p"}')[inputs.environment]"""
    assert deploy["steps"][0]["run"] == f"echo ${{{{ {values} }}}}"
    assert deploy["concurrency"] == {"group": "deploy-${{ inputs.environment }}"}
