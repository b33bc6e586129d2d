"""The story's stations: one, two, three environments, with any names."""

from __future__ import annotations

import pytest

from rehearsal.story import course
from rehearsal.story.course import Course
from release.settings.environments import EnvironmentSpec


def environments(**proven_in: str) -> dict[str, EnvironmentSpec]:
    return {name: EnvironmentSpec(name, name, "eu-west-1", before, {}, "") for name, before in proven_in.items()}


@pytest.mark.parametrize(
    ("given", "expected", "last"),
    [
        ({"prod": ""}, Course((), ("prod",)), "prod"),
        ({"test": "", "live": "test"}, Course(("test",), ("live",)), "live"),
        ({"test": "", "live": ""}, Course(("test",), ("live",)), "live"),
        ({"dev": "", "acc": "dev", "prod": "acc"}, Course(("dev",), ("acc", "prod")), "prod"),
    ],
)
def test_merges_and_tags_deploy_where_release_toml_says(given: dict[str, str], expected: Course, last: str) -> None:
    found = course.of(environments(**given))
    assert (found, found.last) == (expected, last)
