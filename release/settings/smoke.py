"""Smoke tests as release.toml declares them: parsing, filling in, judging. Running them is a stage's work.

.. code-block:: toml

    [[smoke]]
    name = "health answers as the version just deployed"
    environments = ["staging", "production"]        # default: every environment
    [[smoke.steps]]
    get = "/health"                                 # or post, or download = "{url}", or count-items = "{output.Table}"
    token = true                                    # send the smoke user's bearer token
    status = 200
    json = { version = "{version}", commit = "{commit}" }      # these keys must have these values
    headers = { x-amz-meta-record-count = "{members}" }        # likewise; names in lower case
    starts-with = "PAR1"                            # the body's first bytes
    save = { url = "url" }                          # for later steps: name = key of the JSON answer

``{name}`` is replaced by: ``version``, ``commit``, ``environment``, ``output.<stack output>``, and what was saved.
An unknown name, an answer that is no JSON, a missing key: each is a failure, never a pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from release.toml import Table

#: what a step does -> what it is done to; exactly one a step
_ACTIONS = {
    "get": "GET of this path of the API (output `ApiUrl`).",
    "post": "POST to this path of the API, without a body.",
    "download": "GET of this whole URL, without a token.",
    "count-items": "Count the items of this DynamoDB table; goes with `save` and nothing else.",
}


@dataclass(frozen=True)
class SmokeStep:
    """One request and what its answer must be."""

    action: str
    target: str
    token: bool = False
    status: int = 200
    json: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    starts_with: str = ""
    save: Mapping[str, str] = field(default_factory=dict)


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
    return SmokeTest(name, chosen, tuple(_step(step) for step in steps))


def _step(table: Table) -> SmokeStep:
    action = table.exactly_one(*_ACTIONS)
    step = SmokeStep(
        action=action,
        target=table.text_of(action, doc=_ACTIONS[action]) if action else "",
        token=table.value("token", bool, False, doc="Send the smoke user's bearer token."),
        status=table.value("status", int, 200, doc="The status that the answer must have."),
        json=table.mapping("json", doc="Keys of the JSON answer and the values that they must have."),
        headers=table.mapping(
            "headers", holds=(str,), doc="Headers, in lower case, and the values that they must have."
        ),
        starts_with=table.text_of("starts-with", "", doc="The body's first characters.", unset="any"),
        save=table.mapping(
            "save", holds=(str,), doc="For later steps: a name, and the key of the JSON answer (or `count`) that it is."
        ),
    )
    if step.action == "count-items" and set(table.values) != {"count-items", "save"}:
        table.refuse("count-items", "goes with save, and with nothing else")
    table.done()
    return step
