"""Resource types that the emulator does not know: a name stands there, so that the rest of the stack can be rehearsed.

The rehearsal tells before it starts which resources those are (``story/limits.py``).
"""

from __future__ import annotations

import logging
from typing import Any

from .parts import module

log = logging.getLogger("bridged")


class WithPlaceholders(dict[str, Any]):
    """The emulator's handlers by type, and one for every other type of AWS.

    ``AWS::CloudFormation::…`` and ``Custom::…`` are the emulator's own affair.
    """

    def __contains__(self, key: object) -> bool:
        """Whether there is a handler, or a placeholder's."""
        return super().__contains__(key) or _is_aws(key)

    def get(self, key: str, default: Any = None) -> Any:
        """The handler of a type."""
        return super().get(key, HANDLER if _is_aws(key) else default)


def install() -> None:
    """Have the emulator make a placeholder where it would refuse a type."""
    provisioners = module("services.cloudformation.provisioners")
    provisioners._RESOURCE_HANDLERS = WithPlaceholders(provisioners._RESOURCE_HANDLERS)


def _is_aws(kind: object) -> bool:
    return isinstance(kind, str) and kind.startswith("AWS::") and not kind.startswith("AWS::CloudFormation::")


def _create(logical_id: str, _props: Any, stack_name: str) -> tuple[str, Attributes]:
    log.warning("%s of stack %s is a placeholder", logical_id, stack_name)
    return named(f"{stack_name}-{logical_id}-placeholder")


def _update(physical_id: str, _old: Any, _new: Any, _stack_name: str) -> tuple[str, Attributes]:
    return named(physical_id)


def _delete(_physical_id: str, _props: Any) -> None:
    """Nothing is there."""


class Attributes(dict[str, str]):
    """What ``Fn::GetAtt`` answers of a placeholder: its name for every attribute, with the attribute's name behind it.

    The emulator refuses a stack whose template asks for an attribute that is not in here.
    """

    def __contains__(self, _attribute: object) -> bool:
        """Every attribute is there."""
        return True

    def __missing__(self, attribute: str) -> str:
        """An attribute that only its own type has."""
        return f"{self['Name']}.{attribute}"


def named(name: str) -> tuple[str, Attributes]:
    """What ``Ref`` answers, and the attributes: those that most types have in the form of their kind."""
    return name, Attributes({"Arn": f"arn:aws:placeholder:::{name}", "Id": name, "Name": name})


HANDLER = {"create": _create, "update": _update, "delete": _delete}
