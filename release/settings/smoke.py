"""Smoke tests as release.toml declares them. Running them is a stage's work, judging an answer a rule's.

.. code-block:: toml

    [[smoke]]
    name = "health answers as the version just deployed"
    environments = ["staging", "production"]        # default: every environment
    [[smoke.steps]]
    get = "/health"                                 # or post, put, delete, download
    token = true                                    # send the smoke user's bearer token
    status = 200
    json = { version = "{version}", commit = "{commit}" }      # these keys must have these values
    headers = { x-amz-meta-record-count = "{members}" }        # likewise; names in lower case
    starts-with = "PAR1"                            # the body's first bytes
    save = { url = "url" }                          # for later steps: name = key of the JSON answer

    [[smoke]]
    name = "tonight's training would succeed"
    environments = ["staging"]
    [[smoke.steps]]
    schedule = "TrainingFunctionNightly"            # or invoke, invoke-async = "TrainingFunction"
    [[smoke.steps]]
    object = "s3://{output.Models}/latest.json"     # or item, queue-empty
    within = 300

``{name}`` is replaced by: ``version``, ``commit``, ``environment``, ``output.<stack output>``, and what was saved.
An unknown name, an answer that is no JSON, a missing key, an error of a function: each is a failure, never a pass.
"""

from __future__ import annotations

from dataclasses import dataclass

from release.settings import placeholders
from release.settings.smokestep import SmokeStep, parse_step
from release.toml import Table


@dataclass(frozen=True)
class SmokeTest:
    """One named smoke test: steps in order, the first failure ends it."""

    name: str
    environments: tuple[str, ...]
    steps: tuple[SmokeStep, ...]


def parse_smoke(top: Table, environments: tuple[str, ...]) -> tuple[SmokeTest, ...]:
    """Read ``[[smoke]]``. Raises UsageError with line and key.

    Of a file from history only the tests that are understood as a whole: half a test would prove something else.
    """
    tests: list[SmokeTest] = []
    steps = 0
    for table in top.array("smoke", doc="A smoke test: steps in order; the first that fails ends it."):
        noted = len(table.notes or ())
        test = _test(table, environments, steps)
        steps += len(test.steps)
        if table.notes is not None and len(table.notes) > noted:
            table.notes.append(f"so the smoke test {test.name!r} is not run")
        else:
            tests.append(test)
    return tuple(tests)


def _test(table: Table, environments: tuple[str, ...], before: int) -> SmokeTest:
    name = table.text_of("name", doc="What it shows, as a sentence; reports name it.")
    chosen = table.texts(
        "environments", environments, doc="Where it runs after a deployment.", unset="every environment"
    )
    for environment in chosen:
        if environment not in environments:
            table.refuse("environments", f"names {environment!r}, which is no environment")
    steps = table.array(
        "steps",
        before=before,
        doc="One request and what its answer must be; at least one. `{name}` in a value is replaced: `version`, "
        "`commit`, `environment`, `output.<stack output>`, and what an earlier step saved.",
    )
    if not steps:
        table.refuse("steps", "is missing: a test without steps proves nothing")
    table.done()
    test = SmokeTest(name, chosen, tuple(parse_step(step) for step in steps))
    number, what = placeholders.unknown(test.steps)
    if number:
        steps[number - 1].refuse(
            "", f"names {{{what}}}, which nothing gives (known: {', '.join(_known(test, number))})"
        )
    return test


def _known(test: SmokeTest, number: int) -> tuple[str, ...]:
    saved = (name for step in test.steps[: number - 1] for name in step.save)
    return (*placeholders.ALWAYS, f"{placeholders.OUTPUT}<stack output>", *saved)
