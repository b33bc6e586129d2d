"""The Account port of the adoption: what an account has, as values; what is not there is None."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from release.adoption.ports import RoleFacts, ShelfFacts
from release.errors import RemoteError


@dataclass
class FakeLookedAt:
    """Set what should be there; ``denied`` names the methods that AWS refuses."""

    arn: str = "arn:aws:iam::123456789012:user/somebody"
    templates: dict[str, str] = field(default_factory=dict)
    shelves: dict[str, ShelfFacts] = field(default_factory=dict)
    roles: dict[str, RoleFacts] = field(default_factory=dict)
    policies: set[str] = field(default_factory=set)
    ringing: dict[str, str] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)

    def _asked(self, method: str) -> None:
        if method in self.denied:
            raise RemoteError(f"{method}: AccessDenied", next_step="ask for the right to")

    def identity(self) -> str:
        self._asked("identity")
        return self.arn

    def template(self, stack: str) -> str | None:
        self._asked("template")
        return self.templates.get(stack)

    def repository(self, name: str) -> ShelfFacts | None:
        self._asked("repository")
        return self.shelves.get(name)

    def role(self, name: str) -> RoleFacts | None:
        self._asked("role")
        return self.roles.get(name)

    def policy(self, name: str) -> bool:
        self._asked("policy")
        return name in self.policies

    def alarms(self, names: Sequence[str]) -> Mapping[str, str]:
        self._asked("alarms")
        return {name: state for name, state in self.ringing.items() if name in names}
