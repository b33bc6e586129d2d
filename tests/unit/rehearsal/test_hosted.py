"""The rehearsed repository as GitHub hosts it: branch, environments, roles, names."""

from __future__ import annotations

import pytest

from rehearsal.story.hosted import ACCOUNT, settings, slug_of
from release.adoption.limits import role_end
from release.errors import UsageError
from release.settings.config import Config, parse

LONG = "a-project-whose-name-is-longer"
FIRST = "an-environment-of-the-testers"


def config(first: str = "staging", *, project: str = "shop", branch: str = "") -> Config:
    return parse(
        f"""\
[project]
name = "{project}"
{f'[versions]{chr(10)}allowed-branches = ["{branch}"]' if branch else ""}
[images.shop]
repository = "shop/shop"
dockerfile = "Dockerfile"
inputs = ["Dockerfile"]
parameter = "ShopUri"
[environments.{first}]
stack = "shop-first"
region = "eu-west-1"
[environments.live]
stack = "shop-live"
region = "eu-west-1"
proven-in = "{first}"
"""
    )


def roles(*deploying: str, project: str = "shop") -> list[str]:
    return [f"{project}-{each}" for each in ("publish", "promote", "watch", *(f"deploy-{one}" for one in deploying))]


def test_only_the_branch_that_people_merge_to_deploys_and_only_a_release_tag_promotes() -> None:
    found = settings(config(branch="trunk"), roles("staging", "live"), "team/shop", "team@1/shop@2", {})
    assert found.branch == "trunk"
    assert {name: each.refs for name, each in found.environments.items()} == {
        "staging": ("refs/heads/trunk",),
        "live": ("refs/heads/trunk", "refs/tags/v*"),
        "promotion": ("refs/tags/v*",),
    }
    assert [name for name, each in found.environments.items() if each.reviewers] == ["live"]


def test_a_role_whose_name_iam_would_not_take_is_found_under_the_name_that_pipeline_yaml_gives_it() -> None:
    cut = role_end(LONG, FIRST)
    assert cut != FIRST
    known = roles(cut, "live", project=LONG)
    found = settings(config(FIRST, project=LONG), known, "team/shop", "team@1/shop@2", {})
    assert found.environments[FIRST].variables == {"DEPLOY_ROLE": f"{ACCOUNT}{LONG}-deploy-{cut}"}


def test_a_role_that_pipeline_yaml_does_not_make_is_named_before_anything_is_released() -> None:
    with pytest.raises(UsageError, match="no role shop-deploy-live") as refusal:
        settings(config(), roles("staging"), "team/shop", "team@1/shop@2", {})
    assert "release pipeline --write" in refusal.value.next_step


@pytest.mark.parametrize(
    ("remotes", "slug"),
    [
        ({"upstream": "https://github.com/other/app.git", "origin": "git@github.com:team/app.git"}, "team/app"),
        ({"origin": "/srv/git/app.git", "hub": "https://github.com/team/app"}, "team/app"),
        ({"origin": "https://acme.ghe.com/team/app.git"}, "team/app"),
        ({"origin": "https://example.org/team/app.git"}, "owner/shop"),
        ({}, "owner/shop"),
    ],
)
def test_the_repository_is_called_as_its_remote_on_github(remotes: dict[str, str], slug: str) -> None:
    assert slug_of(remotes, "shop") == slug
