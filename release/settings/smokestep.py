"""One step of a smoke test, as release.toml declares it: what it does, and which keys go with that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from release.toml import Table

#: The stack output that is the root of the routes in ``get`` and the like, and the one that names the app client.
API_OUTPUT, CLIENT_OUTPUT = "ApiUrl", "UserPoolClientId"
_HTTP = ("token", "secret-headers", "status", "json", "headers", "starts-with", "save")
_WITH_BODY = ("body", *_HTTP)

#: what a step does -> (what it is done to, the keys that go with it); exactly one a step
_ACTIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "get": ("GET of this path of the API (output `ApiUrl`).", _HTTP),
    "post": ("POST to this path of the API.", _WITH_BODY),
    "put": ("PUT to this path of the API.", _WITH_BODY),
    "delete": ("DELETE of this path of the API.", _WITH_BODY),
    "download": ("GET of this whole URL, without a token.", ("status", "json", "headers", "starts-with", "save")),
    "invoke": (
        "Invoke this function (its logical id in the template) and wait for its answer; an error of the function is a "
        "failure. `json` and `save` are about the answer.",
        ("payload", "json", "starts-with", "save"),
    ),
    "invoke-async": (
        "Hand this function (its logical id in the template) an event, as a topic does, and go on: what must be there "
        "then is a later step's.",
        ("payload",),
    ),
    "schedule": (
        "Do now what this schedule does at its time: hand its function its input. The logical id of the rule or "
        "schedule; for an event of a SAM function that is the function's name and the event's, `TrainNightly`.",
        (),
    ),
    "object": (
        "An S3 object, `s3://bucket/key`, or with a `/` at the end any object below: it must be there, and must have "
        "been written since the test began, if its name was known then.",
        ("within",),
    ),
    "item": (
        "A DynamoDB table: the item `key` must be there. `json` and `save` are about the item.",
        ("key", "json", "save", "within"),
    ),
    "queue-empty": ("The URL of an SQS queue: no message is in it, in flight or delayed.", ("within",)),
    "count-items": ("Count the items of this DynamoDB table.", ("save",)),
}
#: Without this key the step would say nothing.
_NEEDS = {"count-items": "save", "item": "key"}
#: Seconds that a step waits at most: as long as a Lambda function may run (Lambda quotas, "Function timeout").
_LONGEST = 900


@dataclass(frozen=True)
class SmokeStep:
    """One thing that is done, and what must come of it.

    Attributes:
        payload: the event of ``invoke`` and ``invoke-async``.
        key: of an item: attribute -> text or number.
        within: seconds in which what is looked for must be there.
    """

    action: str
    target: str
    token: bool = False
    status: int = 200
    json: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    starts_with: str = ""
    save: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    secret_headers: Mapping[str, str] = field(default_factory=dict)
    payload: Mapping[str, Any] = field(default_factory=dict)
    key: Mapping[str, str | int] = field(default_factory=dict)
    within: int = 60


def parse_step(table: Table) -> SmokeStep:
    """Read one ``[[smoke.steps]]``. Raises UsageError with line and key."""
    action = table.exactly_one(*_ACTIONS)
    what, goes_with = _ACTIONS.get(action, ("", ()))
    step = SmokeStep(
        action=action,
        target=table.text_of(action, doc=what) if action else "",
        token=table.value("token", bool, False, doc="Send the smoke user's bearer token."),
        secret_headers=table.mapping(
            "secret-headers",
            holds=(str,),
            doc="Headers to send, and the secret in Secrets Manager that each one's value is: "
            '`{ x-api-key = "orders/{environment}/smoke-key" }`.',
        ),
        body=table.mapping("body", doc="The JSON document to send."),
        status=table.value("status", int, 200, doc="The status that the answer must have."),
        json=table.mapping("json", doc="Keys of the JSON answer and the values that they must have."),
        headers=table.mapping(
            "headers", holds=(str,), doc="Headers, in lower case, and the values that they must have."
        ),
        starts_with=table.text_of("starts-with", "", doc="The body's first characters.", unset="any"),
        save=table.mapping(
            "save", holds=(str,), doc="For later steps: a name, and the key of the JSON answer (or `count`) that it is."
        ),
        payload=table.mapping("payload", doc="The event that the function gets, a JSON document."),
        key=table.mapping("key", holds=(str, int), doc="The item's primary key: attributes and their values."),
        within=table.value(
            "within", int, 60, low=0, high=_LONGEST, doc="Seconds to wait for it at most; looked at every second."
        ),
    )
    for key in table.values:
        if action and key in table.read and key not in (action, *goes_with):
            table.refuse(key, f"does not go with {action}; {_known(goes_with)}")
    if action in _NEEDS and _NEEDS[action] not in table.values:
        table.refuse(action, f"needs {_NEEDS[action]}, which is missing")
    table.done()
    return step


def _known(keys: tuple[str, ...]) -> str:
    return f"what does: {', '.join(keys)}" if keys else "nothing else does"
