"""Resource types that the emulator does not make: a placeholder stands there, so that the rest of the stack is made.

The rehearsal tells of each of them that nothing of it works (rehearsal/story/limits.py).
"""

from __future__ import annotations

from typing import Any

from .parts import module

#: What the emulator has ways of its own for, whatever the name is.
_OWN = ("Custom::", "AWS::CloudFormation::")


def install() -> None:
    """Have every other type of AWS's made as a placeholder."""
    provisioners = module("services.cloudformation.provisioners")
    present = provisioners._RESOURCE_HANDLERS
    if not isinstance(present, dict) or "create" not in present.get("AWS::SQS::Queue", {}):
        raise RuntimeError(
            "the emulator's resource types are kept otherwise now; this bridge was written for _RESOURCE_HANDLERS"
        )
    provisioners._RESOURCE_HANDLERS = Handlers(present)


class Handlers(dict[str, dict[str, Any]]):
    """Resource type -> what makes, changes and deletes it; the emulator looks here whether a type is known, too."""

    def __contains__(self, kind: object) -> bool:
        return super().__contains__(kind) or _is_placed(str(kind))

    def get(self, kind: str, default: Any = None) -> Any:
        found = super().get(kind)
        return found if found is not None else _PLACEHOLDER if _is_placed(kind) else default


def _is_placed(kind: str) -> bool:
    return kind.startswith("AWS::") and not kind.startswith(_OWN)


class Attributes(dict[str, str]):
    """Whatever is asked of a placeholder is a text that says whose it is."""

    def __init__(self, name: str) -> None:
        super().__init__(Arn=f"arn:aws:placeholder:::{name}", Name=name, Id=name)
        self.name = name

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> str:
        return f"{self.name}.{key}"

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ARG002 - a dictionary's
        return self[key]


def _create(logical_id: str, _props: dict[str, Any], stack_name: str) -> tuple[str, Attributes]:
    name = f"{stack_name}-{logical_id}-placeholder"
    return name, Attributes(name)


def _update(
    physical_id: str, _old: dict[str, Any], _new: dict[str, Any], _stack_name: str, _logical_id: str | None = None
) -> tuple[str, Attributes]:
    return physical_id, Attributes(physical_id)


def _delete(_physical_id: str, _props: dict[str, Any]) -> None:
    """Nothing was made."""


_PLACEHOLDER = {"create": _create, "update": _update, "delete": _delete}
