from __future__ import annotations

import json
from typing import Any

from rehearsal.github.results import Reader, RunResult
from tests.support.workflows import by_name, parse, planned_jobs, push, settings

FILE = parse(
    """
    name: release
    on: push
    jobs:
      build:
        name: Build ${{ matrix.image }}
        runs-on: x
        strategy: {matrix: {image: [export, report]}}
        steps:
          - {name: Get the code, uses: "actions/checkout@v7"}
          - {id: make, run: make it}
          - {name: Only on failure, if: failure(), run: say so}
      after:
        runs-on: x
        needs: build
        steps: [{run: "echo after"}]
    """
)


def read(*events: dict[str, Any]) -> RunResult:
    jobs = planned_jobs(FILE, by_name(FILE), push("refs/heads/main"), settings())
    run = RunResult("some.yml", "push")
    reader = Reader(run, jobs)
    for event in events:
        reader.line(json.dumps({"stage": "Main", "msg": "", **event}))
    reader.close()
    return run


def of(image: str, step: str, **more: Any) -> dict[str, Any]:
    return {"jobID": "build", "matrix": {"image": image}, "stepID": [step], **more}


def test_every_step_of_every_job_is_named_even_when_nothing_ran() -> None:
    assert [(step.job, step.step, step.how) for step in read().steps] == [
        ("Build ", "Get the code", "not run"),
        ("Build ", "make it", "not run"),
        ("Build ", "Only on failure", "not run"),
        ("after", "echo after", "not run"),
    ]


def test_step_is_a_stand_in_when_it_says_so_and_for_real_otherwise() -> None:
    run = read(
        of("export", "0", raw_output=True, msg="[stand-in] checkout\n"),
        of("export", "0", stepResult="success", executionTime=2_500_000_000),
        of("export", "make", stepResult="success"),
    )
    assert [(step.how, step.result) for step in run.steps[:3]] == [
        ("stand-in", "success"),
        ("for real", "success"),
        ("not run", "skipped"),
    ]
    assert run.steps[0].seconds == 2.5


def test_inner_steps_of_a_composite_action_do_not_end_the_step() -> None:
    run = read({**of("export", "0", stepResult="failure"), "stepID": ["0", "inner"]})
    assert run.steps[0].result == "skipped"


def test_legs_of_a_matrix_are_apart_and_a_leg_that_passed_is_no_failure() -> None:
    run = read(
        of("report", "make", stepResult="failure"),
        of("export", "make", stepResult="success"),
        {"jobID": "build", "matrix": {"image": "report"}, "jobResult": "failure"},
        {"jobID": "build", "matrix": {"image": "export"}, "jobResult": "failure"},
    )
    assert run.jobs == {"Build report": "failure", "Build export": "success"}
    assert {(step.job, step.result) for step in run.steps if step.step == "make it"} == {
        ("Build export", "success"),
        ("Build report", "failure"),
    }


def test_summaries_outputs_and_annotations_are_kept() -> None:
    run = read(
        of("export", "make", command="summary", content="## Released\n"),
        of("export", "make", command="set-output", name="digests", arg="export=sha256:1"),
        of("export", "make", command="error", raw="::error::smoke failed%0Anext: look\n"),
        of("export", "make", command="error::no", raw="::error title=x::no role arn:aws:iam::1:role/r\n"),
        of("export", "make", command="warning", raw="::warning::careful\n"),
    )
    assert run.summary == "## Released\n"
    assert run.outputs[("build", "make")] == {"digests": "export=sha256:1"}
    assert run.errors == [
        "Build export: smoke failed\nnext: look",
        "Build export: no role arn:aws:iam::1:role/r",
    ]


def test_line_that_is_no_json_is_an_error_and_foreign_events_are_ignored() -> None:
    run = RunResult("some.yml", "push")
    reader = Reader(run, [])
    assert reader.line("Error: Job 'x' failed") is None
    assert reader.line('{"level": "warning", "msg": "no docker"}') is None
    assert run.errors == ["Job 'x' failed"]
