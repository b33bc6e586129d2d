"""The inputs hash: equal inputs give an equal hash, every other input another one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from release.images.inputs import inputs_hash
from release.settings import config as config_file
from tests.support.world import RELEASE_TOML

IMAGE = config_file.parse(RELEASE_TOML).images["export"]
TREES = {"function/Dockerfile": "100644 aa", "function/shared": "040000 bb", "function/export": "040000 cc"}
ARGS = {"A": "1"}
BASES = {"python:3.13": "sha256:" + "0" * 64}
FIRST = inputs_hash(IMAGE, TREES, ARGS, BASES)


def test_equal_inputs_give_an_equal_hash_in_any_order() -> None:
    assert inputs_hash(IMAGE, dict(reversed(TREES.items())), dict(ARGS), dict(BASES)) == FIRST
    assert len(FIRST) == 16
    assert set(FIRST) <= set("0123456789abcdef")


def test_what_does_not_reach_the_image_does_not_change_the_hash() -> None:
    moved = replace(IMAGE, repository="other/place", parameter="Other", secrets={"a": "env:A"}, max_size=1)
    assert inputs_hash(moved, TREES, ARGS, BASES) == FIRST


@pytest.mark.parametrize(
    "other",
    [
        inputs_hash(IMAGE, TREES | {"function/shared": "040000 dd"}, ARGS, BASES),
        inputs_hash(IMAGE, TREES | {"function/Dockerfile": "100755 aa"}, ARGS, BASES),
        inputs_hash(IMAGE, TREES | {"function/more": "040000 ee"}, ARGS, BASES),
        inputs_hash(IMAGE, TREES, {"A": "2"}, BASES),
        inputs_hash(IMAGE, TREES, {}, BASES),
        inputs_hash(IMAGE, TREES, ARGS, {"python:3.13": "sha256:" + "1" * 64}),
        inputs_hash(IMAGE, TREES, ARGS, BASES | {"node:22": "sha256:" + "0" * 64}),
        inputs_hash(replace(IMAGE, platform="linux/arm64"), TREES, ARGS, BASES),
        inputs_hash(replace(IMAGE, target="report"), TREES, ARGS, BASES),
        inputs_hash(replace(IMAGE, dockerfile="function/Other"), TREES, ARGS, BASES),
        inputs_hash(replace(IMAGE, context="."), TREES, ARGS, BASES),
        inputs_hash(replace(IMAGE, rewrite=True), TREES, ARGS, BASES),
    ],
    ids=[
        *("content", "mode", "another path", "argument", "no argument", "base", "another base"),
        *("platform", "target", "Dockerfile", "context", "rewriting"),
    ],
)
def test_each_input_changes_the_hash(other: str) -> None:
    assert other != FIRST
