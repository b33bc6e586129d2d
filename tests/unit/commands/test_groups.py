"""--group: the images of a group, beside those that are named; a group that no image has is refused."""

from __future__ import annotations

from argparse import Namespace

import pytest

from release.commands.common.options import chosen
from release.errors import NotFoundError, UsageError
from release.settings.config import parse
from tests.support.world import RELEASE_TOML

CONFIG = parse(RELEASE_TOML.replace('target = "report"', 'target = "report"\ngroup = "ai"'))


def asked(*images: str, group: str = "") -> list[str]:
    return chosen(Namespace(images=list(images), group=group), CONFIG)


def test_a_group_is_its_images_and_a_named_image_comes_beside_them() -> None:
    assert asked(group="ai") == ["report"]
    assert asked("export", "report", group="ai") == ["export", "report"]
    assert asked() == []


@pytest.mark.parametrize("group", ["pipeline", "ai,pipeline", ","])
def test_a_group_that_no_image_has_is_refused_and_never_means_every_image(group: str) -> None:
    with pytest.raises(NotFoundError, match=r"\(groups: ai\)"):
        asked(group=group)


def test_a_group_has_a_plain_name() -> None:
    with pytest.raises(UsageError, match=r"images\.report\.group has a form"):
        parse(RELEASE_TOML.replace('target = "report"', 'target = "report"\ngroup = "A b"'))
