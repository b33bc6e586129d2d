"""docs/records.md and a JSON schema of each document that the registry keeps, from the dataclasses that write them."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from release import documents
from release.deployments import claims
from release.deployments.claims import CLAIM_TYPE, OUTCOME_TYPE, Claim, Outcome
from release.images.startfigures import StartFigures
from release.releases import record
from release.releases.record import BUNDLE_TYPE, CHANGES_TYPE, RECORD_TYPE, RecordedImage, ReleaseRecord
from tools.pages.markdown import NOTICE, code, table

_DIGEST = "^sha256:[0-9a-f]{64}$"
#: What the readers ask of a value beyond its type; a test holds the schemas against the readers.
ASKED: Mapping[tuple[type, str], dict[str, Any]] = {
    (ReleaseRecord, "commit"): {"pattern": "^[0-9a-f]{40}$"},
    (ReleaseRecord, "sboms"): {"additionalProperties": {"type": "string", "pattern": _DIGEST}},
    (RecordedImage, "digest"): {"pattern": _DIGEST},
    (StartFigures, "seconds"): {"minimum": 0, "exclusiveMaximum": 1_000_000},
    (StartFigures, "memory"): {"minimum": 0},
    (Claim, "environment"): {"pattern": "^[a-z][a-z0-9-]{0,30}$"},
    (Claim, "number"): {"minimum": 1, "maximum": 999_999_999},
    (Claim, "action"): {"enum": list(claims.ACTIONS)},
    (Claim, "release"): {"pattern": _DIGEST},
    (Claim, "began"): {"pattern": f"^{documents.TIME}$"},
    (Outcome, "claim"): {"pattern": _DIGEST},
    (Outcome, "ended"): {"pattern": f"^{documents.TIME}$"},
}
#: What documents of before lack, and the reader does without.
OPTIONAL = frozenset({(RecordedImage, "starts")})
_SIMPLE = {str: ("string", "text"), int: ("integer", "whole number"), float: ("number", "number")}

_INTRO = """\
# Records

What `release publish`, `release deploy` and `release rollback` leave in the registry. Each is an OCI artifact (image
specification 1.1): its `artifactType` says what it is, its configuration is a JSON document. A document of up to 16 KiB
also stands in the manifest itself (`config.data`). Names are immutable.

A document has the key `schema`, a whole number. A command reads its own schema only, and refuses a key that it does not
know, one that is missing (but those that the schema does not require), and a value of another type: what it does not
understand might be what matters. Whoever writes another schema raises the number, and the media type's `v1` with it.
Times are ISO 8601 with their offset,
digests `sha256:` and 64 hex digits.
"""


@dataclass(frozen=True)
class Document:
    """One kind of document: where it is, and the file that its schema is in."""

    kind: type
    title: str
    media_type: str
    schema: int
    where: str
    file: str


DOCUMENTS = (
    Document(
        *(ReleaseRecord, "A release", RECORD_TYPE, record.SCHEMA),
        "In `<project>/releases` (`registry.records` of release.toml), named `1.4.0-rc.7` and `sha-<commit>`, later\n"
        f"`1.4.0`. Its layers are the bundle ({code(BUNDLE_TYPE)}:\n"
        "the template and every local file that it names) and the section of the changelog\n"
        f"({code(CHANGES_TYPE)}), if there is one. **The artifact's digest is the release.**",
        "release.schema.json",
    ),
    Document(
        *(Claim, "A claim", CLAIM_TYPE, claims.SCHEMA),
        "A deployment that began. In `<project>/releases/<environment>`, named `production-12`. No layer.",
        "claim.schema.json",
    ),
    Document(
        *(Outcome, "An outcome", OUTCOME_TYPE, claims.SCHEMA),
        "How a deployment ended. Beside its claim, named "
        + ", ".join(code(f"production-12-{each.value}") for each in claims.Result)
        + ". No layer.",
        "outcome.schema.json",
    ),
)


def page() -> str:
    """The page."""
    return "\n".join([NOTICE, "", _INTRO, *(_section(each) for each in DOCUMENTS)])


def schemas() -> Mapping[str, str]:
    """Path in the repository -> the schema's text."""
    return {f"docs/{each.file}": json.dumps(schema(each), indent=2) + "\n" for each in DOCUMENTS}


def schema(document: Document) -> dict[str, Any]:
    """The JSON schema of one kind of document."""
    found = _object(document.kind)
    found["properties"] = {"schema": {"const": document.schema}} | found["properties"]
    found["required"] = ["schema", *found["required"]]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": document.media_type}
    return head | {"description": "Made by `make docs` from the code; docs/records.md is the same for people."} | found


def meanings(kind: type) -> Mapping[str, str]:
    """Field -> what its class says about it. Raises ValueError: not each field, or something else, is described."""
    text = inspect.getdoc(kind) or ""
    listed = text.partition("Attributes:\n")[2]
    said: dict[str, str] = {}
    for names, meaning in re.findall(r"^    ([\w, ]+): (.*(?:\n {8}.*)*)", listed, re.MULTILINE):
        said |= dict.fromkeys(names.split(", "), " ".join(meaning.split()))
    names = {field.name for field in dataclasses.fields(kind)}
    if names != set(said):
        raise ValueError(f"{kind.__name__} has {sorted(names)} and describes {sorted(said)}")
    return said


def _object(kind: type) -> dict[str, Any]:
    hints, said = typing.get_type_hints(kind), meanings(kind)
    properties = {
        field.name: {"description": said[field.name]} | _type(hints[field.name]) | ASKED.get((kind, field.name), {})
        for field in dataclasses.fields(kind)
    }
    required = [name for name in properties if (kind, name) not in OPTIONAL]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _type(hint: Any) -> dict[str, Any]:
    if typing.get_origin(hint) is tuple:
        return {"type": "array", "items": _type(typing.get_args(hint)[0])}
    if typing.get_origin(hint) is not None:
        return {"type": "object", "additionalProperties": _type(typing.get_args(hint)[1])}
    if dataclasses.is_dataclass(hint):
        return _object(typing.cast(type, hint))
    if issubclass(hint, Enum):
        return {"enum": [each.value for each in hint]}
    return {"type": _SIMPLE[hint][0]}


def _section(document: Document) -> str:
    head = f"## {document.title}\n\n{document.where}\n\n"
    head += f"Type {code(document.media_type)}, schema {document.schema}, as a [JSON schema]({document.file}).\n"
    return "\n".join([head, _rows(document.kind), "", *_inner(document.kind)])


def _inner(kind: type) -> list[str]:
    """The objects inside one, each with its fields."""
    found = []
    for name, hint in typing.get_type_hints(kind).items():
        part = _part(hint)
        if part is not None and name in {field.name for field in dataclasses.fields(kind)}:
            each = "one of " if typing.get_origin(hint) else ""
            found += [f"### {each}{code(name)}\n\n{_rows(part)}\n", *_inner(part)]
    return found


def _part(hint: Any) -> type | None:
    inner = typing.get_args(hint)[-1] if typing.get_origin(hint) else hint
    return typing.cast(type, inner) if dataclasses.is_dataclass(inner) else None


def _rows(kind: type) -> str:
    hints, said = typing.get_type_hints(kind), meanings(kind)
    rows = [
        (
            code(field.name),
            _words(hints[field.name]),
            said[field.name].replace("``", "`"),
        )
        for field in dataclasses.fields(kind)
    ]
    return table(("key", "type", "meaning"), rows)


def _words(hint: Any) -> str:
    if typing.get_origin(hint) is tuple:
        return f"list of {_words(typing.get_args(hint)[0])}s"
    if typing.get_origin(hint) is not None:
        return f"object, name = {_words(typing.get_args(hint)[1])}"
    if dataclasses.is_dataclass(hint):
        return "object"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return "one of " + ", ".join(code(each.value) for each in hint)
    return _SIMPLE[hint][1]
