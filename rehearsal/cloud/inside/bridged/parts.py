"""Parts of the emulator that a bridge takes the place of."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any


def module(name: str) -> Any:
    """A module of the emulator, by its name below ``ministack``."""
    found: ModuleType = importlib.import_module(f"ministack.{name}")
    return found


def take(owner: Any, name: str, parameters: str, made: Callable[[Any], Any]) -> None:
    """Put ``made(what was there)`` in the place of a function of the emulator.

    Args:
        owner: a module, or a dictionary of functions.
        parameters: the names of the function's parameters, which say that it is still the one we mean.

    Raises RuntimeError when it is not.
    """
    present = owner.get(name) if isinstance(owner, dict) else getattr(owner, name, None)
    found = " ".join(inspect.signature(present).parameters) if callable(present) else "nothing"
    if found != parameters:
        raise RuntimeError(f"the emulator's {name} takes ({found}); its bridge was written for ({parameters})")
    if isinstance(owner, dict):
        owner[name] = made(present)
    else:
        setattr(owner, name, made(present))
