"""Which environments merges and tags deploy to, and in which order."""

from __future__ import annotations

import pytest

from release.errors import UsageError
from release.settings import config
from release.settings.environments import EnvironmentSpec
from release.settings.order import deployed_on
from tests.support.world import RELEASE_TOML


def environments(**specs: tuple[str, str]) -> dict[str, EnvironmentSpec]:
    """By name: what it must be proven in, and ``on``."""
    return {
        name: EnvironmentSpec(name, name, "eu-west-1", proven_in, {}, "", on) for name, (proven_in, on) in specs.items()
    }


@pytest.mark.parametrize(
    ("specs", "merge", "tag"),
    [
        ({"staging": ("", ""), "production": ("staging", "")}, ["staging"], ["production"]),
        ({"production": ("staging", ""), "staging": ("", "")}, [], ["staging", "production"]),
        ({"staging": ("", ""), "production": ("", "")}, ["staging"], ["production"]),
        ({"production": ("", "")}, [], ["production"]),
        ({"production": ("", "merge")}, ["production"], []),
        ({"dev": ("", ""), "staging": ("dev", ""), "production": ("staging", "")}, ["dev"], ["staging", "production"]),
        (
            {"dev": ("", ""), "staging": ("dev", "merge"), "production": ("staging", "")},
            ["dev", "staging"],
            ["production"],
        ),
        (
            {"staging": ("", ""), "us": ("eu", ""), "eu": ("staging", "")},
            ["staging"],
            ["eu", "us"],
        ),
        ({}, [], []),
    ],
)
def test_merges_and_tags_deploy_to_what_release_toml_says(
    specs: dict[str, tuple[str, str]], merge: list[str], tag: list[str]
) -> None:
    found = environments(**specs)
    assert list(deployed_on(found, "merge")) == merge
    assert list(deployed_on(found, "tag")) == tag
    assert sorted(deployed_on(found)) == sorted(specs)


def test_a_circle_of_proofs_ends() -> None:
    assert sorted(deployed_on(environments(a=("b", ""), b=("a", "")))) == ["a", "b"]


def test_a_proof_that_comes_only_with_a_tag_is_refused_where_every_merge_deploys() -> None:
    text = RELEASE_TOML.replace("[environments.production]", '[environments.production]\non = "merge"').replace(
        "[environments.staging]", '[environments.staging]\non = "tag"'
    )
    assert text != RELEASE_TOML
    with pytest.raises(UsageError, match=r"proven-in is 'staging', where only tags deploy, while every merge"):
        config.parse(text)


def test_what_deploys_is_a_merge_or_a_tag_and_nothing_else() -> None:
    text = RELEASE_TOML.replace("[environments.staging]", '[environments.staging]\non = "push"')
    with pytest.raises(UsageError, match="must be one of merge, tag"):
        config.parse(text)
