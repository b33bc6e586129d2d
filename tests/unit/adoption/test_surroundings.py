"""Where a repository is on GitHub, by its remotes; which branch people merge to."""

from __future__ import annotations

import pytest

from release.adoption.surroundings import RepositoryAround, github_repository


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/orders",
        "https://github.com/acme/orders.git",
        "https://github.com/acme/orders/",
        "https://token@github.com/acme/orders.git",
        "git@github.com:acme/orders.git",
        "github.com:acme/orders",
        "ssh://git@github.com/acme/orders.git",
        "ssh://git@ssh.github.com:443/acme/orders.git",
        "https://GitHub.com/acme/orders\n",
        "https://acme.ghe.com/acme/orders",
    ],
)
def test_each_form_of_a_github_remote_names_the_repository(url: str) -> None:
    assert github_repository(url) == "acme/orders"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/srv/git/orders.git",
        "../orders",
        "https://gitlab.com/acme/orders.git",
        "https://github.com.evil.example/acme/orders",
        "https://evil.example/github.com/acme/orders",
        "git@github.com:orders.git",
        "https://github.com/acme/orders/extra",
    ],
)
def test_what_is_not_github_s_names_none(url: str) -> None:
    assert github_repository(url) == ""


def test_origin_counts_before_other_remotes() -> None:
    remotes = {"mine": "git@github.com:me/orders.git", "origin": "git@github.com:acme/orders.git"}
    assert RepositoryAround("orders", remotes=remotes).github == "acme/orders"
    assert RepositoryAround("orders", remotes={"mine": remotes["mine"]}).github == "me/orders"
    assert RepositoryAround("orders").github == ""


def test_the_branch_people_merge_to_is_the_default_one_not_what_is_checked_out() -> None:
    assert RepositoryAround("orders", branch="add-release", default="trunk").main == "trunk"
    assert RepositoryAround("orders", branch="trunk").main == "trunk"
    assert RepositoryAround("orders").main == "main"
