"""The inputs hash: equal inputs give an equal hash, every other input another one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from release.images.inputs import inputs_hash
from release.settings import config as config_file
from tests.support.world import RELEASE_TOML

IMAGE = config_file.parse(RELEASE_TOML).images["export"]
TREES = {"function/Dockerfile": "100644 aa", "function/shared": "040000 bb", "function/export": "040000 cc"}
BASE = "sha256:" + "0" * 64


def test_equal_inputs_give_an_equal_hash_in_any_order() -> None:
    first = inputs_hash(IMAGE, TREES, BASE, "linux/amd64")
    assert inputs_hash(IMAGE, dict(reversed(TREES.items())), BASE, "linux/amd64") == first
    assert len(first) == 16
    assert set(first) <= set("0123456789abcdef")


def test_what_does_not_reach_the_image_does_not_change_the_hash() -> None:
    first = inputs_hash(IMAGE, TREES, BASE, "linux/amd64")
    moved = replace(IMAGE, repository="other/place", parameter="Other", function="OtherName", max_size=1)
    assert inputs_hash(moved, TREES, BASE, "linux/amd64") == first


@pytest.mark.parametrize(
    "other",
    [
        inputs_hash(IMAGE, TREES | {"function/shared": "040000 dd"}, BASE, "linux/amd64"),
        inputs_hash(IMAGE, TREES | {"function/Dockerfile": "100755 aa"}, BASE, "linux/amd64"),
        inputs_hash(IMAGE, TREES | {"function/more": "040000 ee"}, BASE, "linux/amd64"),
        inputs_hash(IMAGE, TREES, "sha256:" + "1" * 64, "linux/amd64"),
        inputs_hash(IMAGE, TREES, BASE, "linux/arm64"),
        inputs_hash(replace(IMAGE, target="report"), TREES, BASE, "linux/amd64"),
        inputs_hash(replace(IMAGE, dockerfile="function/Other"), TREES, BASE, "linux/amd64"),
        inputs_hash(replace(IMAGE, rewrite=True), TREES, BASE, "linux/amd64"),
    ],
    ids=["content", "mode", "another path", "base", "platform", "target", "Dockerfile", "rewriting"],
)
def test_each_input_changes_the_hash(other: str) -> None:
    assert other != inputs_hash(IMAGE, TREES, BASE, "linux/amd64")
