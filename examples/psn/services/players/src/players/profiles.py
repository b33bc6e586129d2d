"""Profiles: everybody who is signed in reads them, a player alone changes their own."""

from typing import Any, Protocol

from pydantic import BaseModel, Field

from common.errors import ForbiddenError, NotFoundError


class Profile(BaseModel):
    display_name: str = Field(min_length=1, max_length=40)
    country: str = Field(pattern=r"^[A-Z]{2}$")
    trophies: int = Field(default=0, ge=0)


class Profiles(Protocol):
    def get(self, player: str) -> dict[str, Any] | None: ...

    def put(self, player: str, profile: dict[str, Any]) -> None: ...


def level(trophies: int) -> int:
    """The first level takes 10 trophies, each one after it 10 more than the one before: 10, 30, 60, 100, …"""
    reached = 0
    while trophies >= 5 * (reached + 1) * (reached + 2):
        reached += 1
    return reached


def shown(profiles: Profiles, player: str) -> dict[str, Any]:
    """Raises NotFoundError: who has no profile is not shown."""
    found = profiles.get(player)
    if found is None:
        raise NotFoundError(f"{player} shows no profile")
    profile = Profile(**found)
    return {"player": player, **profile.model_dump(), "level": level(profile.trophies)}


def change(profiles: Profiles, player: str, caller: str, profile: Profile) -> None:
    """Raises ForbiddenError: it is another player's."""
    if caller != player:
        raise ForbiddenError(f"{caller} cannot change the profile of {player}")
    profiles.put(player, profile.model_dump())
