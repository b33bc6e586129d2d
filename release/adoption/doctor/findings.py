"""One line of the doctor's list, and how a refusal becomes one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from release.errors import ReleaseError

OK, WRONG, UNKNOWN = "ok", "wrong", "not known"
LOCAL, GITHUB, ACCOUNT = "local", "GitHub", "account"


@dataclass(frozen=True)
class Diagnosis:
    """One thing that was looked at.

    Attributes:
        group: LOCAL, GITHUB or ACCOUNT.
        subject: what was looked at.
        state: OK; WRONG, with the command that mends it as ``remedy``; UNKNOWN: nobody can tell from here, and why.
        environment: whose it is; "" for the whole project's.
    """

    group: str
    subject: str
    state: str
    text: str
    remedy: str = ""
    environment: str = ""


def probe(group: str, subject: str, look: Callable[[], str], environment: str = "") -> Diagnosis:
    """What ``look`` says, or its refusal: wrong where it says what is wrong, not known where nobody could look."""
    try:
        return Diagnosis(group, subject, OK, look(), environment=environment)
    except ReleaseError as error:
        # A machine that lacks something, or a service that does not answer, tells nothing of the project.
        state = UNKNOWN if error.exit_code in (7, 8) else WRONG
        return Diagnosis(group, subject, state, error.message, error.next_step or error.usual_step, environment)


def of_environment(found: Iterable[Diagnosis], environment: str) -> Iterator[Diagnosis]:
    """Those of the whole project, and of one environment; of all where none is named."""
    yield from (each for each in found if not environment or each.environment in ("", environment))


def unknown(group: str, subject: str, why: str, remedy: str = "", environment: str = "") -> Diagnosis:
    """A line about what cannot be told from here."""
    return Diagnosis(group, subject, UNKNOWN, why, remedy, environment)
