r"""Template parameters as ``sam deploy --parameter-overrides file://….toml`` reads them.

On the command line a value passes a regular expression first, in which a ``\`` and what follows it are one: a value
that ends in ``\`` has no form there. In a file it passes only ``_unquote_wrapped_quotes``, twice (aws-sam-cli,
``samcli/cli/types.py``, since 1.152): one pair of quotes around the value goes, then the ``\`` of each ``\ ``, ``\"``
and ``\'``. What that changes is written so that it comes out as it was. ``tests/contract/test_sam_parameters.py`` has
sam's own code read it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: sam is known to read a file of parameters as said above, from the first version to the last that was tried.
KNOWN = ((1, 152), (1, 170))

_LOSES_ITS_BACKSLASH = re.compile(r"""\\(?=[ "'])""")


def document(parameters: Mapping[str, str]) -> str:
    """The file, in ASCII, because sam reads it in the encoding of the machine."""
    return "".join(f"{name} = {_toml(_unquotable(value))}\n" for name, value in parameters.items())


def delicate(value: str) -> bool:
    """Whether ``value`` arrives unchanged only by a sam that unquotes as said above; any other value always does."""
    return _unquoted(value) != value


def _unquotable(value: str) -> str:
    """What sam unquotes to ``value``."""
    return _quoted(_quoted(value)) if delicate(value) else value


def _unquoted(value: str) -> str:
    if value and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return _LOSES_ITS_BACKSLASH.sub("", value)


def _quoted(value: str) -> str:
    return '"' + _LOSES_ITS_BACKSLASH.sub(r"\\\\", value) + '"'


def _toml(text: str) -> str:
    """A basic string of TOML 1.0."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    code = ord(letter)
    if 0x20 <= code < 0x7F:
        return letter
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
