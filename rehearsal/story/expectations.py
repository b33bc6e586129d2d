"""The rehearsal's assertions: each failure says what was looked at, what was expected, and what was found."""

from __future__ import annotations

from release.errors import ReleaseError

LAST_LINES = 25  # of a text that lacks what was expected


class NotAsExpected(ReleaseError):  # noqa: N818 - the outcome's name
    """What a rehearsal ends with when an assertion did not hold."""

    exit_code = 1


def failure(what: str, expected: str, found: str) -> NotAsExpected:
    """The error that says so."""
    return NotAsExpected(
        f"{what}: expected {expected}, found {found}",
        next_step="release rehearse --keep leaves everything there to look at",
    )


def equal(what: str, expected: object, found: object) -> None:
    """Raise NotAsExpected unless ``found`` is ``expected``."""
    if found != expected:
        raise failure(what, _shown(expected), _shown(found))


def differs(what: str, former: object, found: object) -> None:
    """Raise NotAsExpected when ``found`` is ``former`` still."""
    if found == former:
        raise failure(what, f"another than {_shown(former)}", "the same")


def contains(what: str, part: str, text: str) -> None:
    """Raise NotAsExpected unless ``part`` is in ``text``, whose end the message shows."""
    if part not in text:
        end = "\n".join(text.strip().splitlines()[-LAST_LINES:])
        raise failure(what, f"{part!r} in it", f"this at its end:\n{end}" if end else "nothing at all")


def _shown(value: object) -> str:
    return value if isinstance(value, str) and value else repr(value)
