"""Who may call what: the groups, and a caller whose token was verified. Needs no library."""

from dataclasses import dataclass

from shared.errors import ForbiddenError

MAY_GENERATE = frozenset({"Members_CRUD_All", "System_CRUD_All"})
MAY_READ = MAY_GENERATE | {"Members_Read_All"}


@dataclass(frozen=True)
class Principal:
    """A verified caller. `subject` is the pool's opaque id of the user."""

    subject: str
    groups: frozenset[str]

    def role_among(self, allowed: frozenset[str]) -> str:
        """The caller's group that allows the action, for the audit log; raises ForbiddenError when none does."""
        matching = sorted(self.groups & allowed)
        if not matching:
            raise ForbiddenError(f"This needs membership of one of the groups {', '.join(sorted(allowed))}.")
        return matching[0]
