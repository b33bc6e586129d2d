"""What the last build found is what scan and publish go by; a stand-in takes an image's place by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from release.adapters.bases import RememberedBases, StandIns, stand_ins
from release.errors import ConflictError, UsageError
from tests.fakes.bases import FakeBases

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
PYTHON = "docker.io/library/python:3.13"


@pytest.fixture
def registry() -> FakeBases:
    """python:3.13 and node:22."""
    made = FakeBases()
    made.tags = {PYTHON: ONE, "docker.io/library/node:22": ONE}
    return made


def test_a_tag_that_moves_after_the_build_is_still_what_was_built(registry: FakeBases, tmp_path: Path) -> None:
    """release publish, on another machine and an hour later, must name the inputs that release build has built."""
    path = tmp_path / "dist" / "bases.json"
    assert RememberedBases(path, registry, fresh=True).find("python:3.13").digest == ONE
    registry.tags[PYTHON] = TWO
    registry.asked.clear()
    later = RememberedBases(path, registry, fresh=False)
    assert later.find("docker.io/library/python:3.13").digest == ONE, "however it is written"
    assert registry.asked == []
    assert RememberedBases(path, registry, fresh=True).find("python:3.13").digest == TWO, "a build looks anew"
    assert later.find("python:3.13").name == "python:3.13"


def test_a_build_of_some_images_keeps_what_is_known_of_the_others(registry: FakeBases, tmp_path: Path) -> None:
    path = tmp_path / "bases.json"
    build = RememberedBases(path, registry, fresh=True)
    build.find("python:3.13")
    build.find("node:22")
    RememberedBases(path, registry, fresh=True).find("node:22")
    registry.answers = False
    assert RememberedBases(path, registry, fresh=False).find("python:3.13").digest == ONE


def test_what_was_not_found_by_the_build_is_asked_for(registry: FakeBases, tmp_path: Path) -> None:
    assert RememberedBases(tmp_path / "bases.json", registry, fresh=False).find("node:22").digest == ONE


def test_digests_are_not_kept(registry: FakeBases, tmp_path: Path) -> None:
    path = tmp_path / "bases.json"
    assert RememberedBases(path, registry, fresh=True).find(f"python@{TWO}").digest == TWO
    assert not path.exists()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"schema":2,"bases":{}}', '{"schema":1}', '{"schema":1,"bases":{"a":"latest"}}']
)
def test_a_memory_that_is_damaged_is_refused_and_never_guessed(
    registry: FakeBases, tmp_path: Path, content: str
) -> None:
    (tmp_path / "bases.json").write_text(content)
    with pytest.raises(ConflictError, match=r"bases\.json cannot be read") as caught:
        RememberedBases(tmp_path / "bases.json", registry, fresh=False)
    assert caught.value.next_step.startswith("release build")
    assert RememberedBases(tmp_path / "bases.json", registry, fresh=True).find("node:22").digest == ONE


def test_a_stand_in_takes_the_place_of_its_image_alone(registry: FakeBases) -> None:
    bases = StandIns({"python:3.13": f"oci-layout:///base@{TWO}"}, registry)
    found = bases.find("docker.io/library/python:3.13")
    assert (found.digest, found.context) == (TWO, f"oci-layout:///base@{TWO}")
    assert bases.find("node:22").digest == ONE


def test_the_words_of_release_base() -> None:
    layout, base = f"oci-layout:///base@{TWO}", {f"a@{ONE}": None, f"b@{ONE}": None}
    assert stand_ins("", base) == {}
    assert stand_ins(layout, base) == {f"a@{ONE}": layout, f"b@{ONE}": layout}
    assert stand_ins(f"python:3.13={layout} {layout}", {"a": None}) == {"python:3.13": layout, "a": layout}


def test_the_engines_own_frontend_takes_the_place_of_dockers_alone(registry: FakeBases) -> None:
    words = stand_ins("docker/dockerfile:1=engine docker.io/docker/dockerfile:1.7@sha256:" + "1" * 64 + "=engine", {})
    found = StandIns(words, registry).find("docker.io/docker/dockerfile:1")
    assert (found.context, found.digest.partition(":")[0]) == ("engine", "sha256")
    assert len(words) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("python:3.13=engine", "is neither"),
        ("oci-layout:///base", "is neither"),
        ("oci-layout:///base@sha256:0", "is neither"),
        ("python:3.13", "is neither"),
        ("python:3.13=docker-image://x", "is neither"),
        (f"Py thon=oci-layout:///base@{TWO}", "is neither"),
        (f"Python=oci-layout:///base@{TWO}", "is no name of an image"),
        (f"oci-layout:///base@{TWO}", "release.toml, which has none"),
    ],
)
def test_any_other_word_is_refused(text: str, words: str) -> None:
    with pytest.raises(UsageError, match="RELEASE_BASE") as caught:
        stand_ins(text, {})
    assert words in caught.value.message
