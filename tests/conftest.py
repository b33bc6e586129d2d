"""Fixtures and settings for every test of the release package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.rehearsed import Rehearsed, rehearsed
from tests.support.world import World

# The same examples on every run, and no verdict by the clock: a red test must be red again on the next machine.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A fresh world of fakes."""
    return World(tmp_path / "dist")


@pytest.fixture(scope="session")
def rehearsal() -> Iterator[Rehearsed]:
    """One kept rehearsal, shared by every test that needs real parts."""
    with rehearsed() as running:
        yield running
