"""Which parameter an ImageUri is the value of; one that is only a part of it (a tag, an account) is no image's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

#: What the URI of an image is made of (the reference's grammar, github.com/distribution/reference).
_URI = r"A-Za-z0-9./:@_\-"
_OF_URI = re.compile(f"[{_URI}]")
#: A placeholder of Fn::Sub with nothing of the same URI before or behind it.
_ALONE = re.compile(rf"(?<![{_URI}}}])\$\{{([A-Za-z0-9:]+)\}}(?![{_URI}$])")


def refers_to(uri: Any) -> frozenset[str]:
    """The parameters whose whole value ``uri``, an ImageUri, may be.

    ``!Ref P`` and ``!If [C, !Ref P, !Ref Q]`` name them; so does an expression that takes one out of a list
    (``!Select [0, !Split ["|", !Sub "${P}|${Version}"]]``). ``!Sub "…/work:${Tag}"`` names none.
    """
    return frozenset(_whole(uri))


def _whole(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _whole(each)
    for key, each in value.items() if isinstance(value, dict) else ():
        if key == "Ref":
            yield str(each)
        elif key == "Fn::Sub":
            yield from _of_text(each)
        elif key != "Fn::Join" or not _glues(each):
            yield from _whole(each)


def _of_text(value: Any) -> Iterator[str]:
    text, variables = value if isinstance(value, list) and len(value) == 2 else (value, {})
    for name in _ALONE.findall(text) if isinstance(text, str) else ():
        own = variables.get(name) if isinstance(variables, dict) else None
        yield from [name] if own is None else _whole(own)


def _glues(value: Any) -> bool:
    """Whether the parts that ``Fn::Join`` puts together become one URI."""
    if not isinstance(value, list) or len(value) != 2 or not isinstance(value[1], list):
        return False
    return len(value[1]) > 1 and (not value[0] or bool(_OF_URI.match(str(value[0]))))
