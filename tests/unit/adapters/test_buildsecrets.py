"""Build secrets: found where release.toml says, offered where every build may want them, and missed by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from release.adapters.buildsecrets import offered, required
from release.errors import MachineError
from release.settings.images import ImageSpec

IMAGE = ImageSpec("api", "app/api", "Dockerfile", ".", "", (".",), "P", "F")


def test_a_secret_is_passed_on_by_name_or_path_and_its_value_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/pip.conf").write_text("x")
    (tmp_path / "here").write_text("x")
    image = replace(IMAGE, secrets={"npmrc": "env:NPM_TOKEN", "pip": "file:~/pip.conf", "here": "file:here"})
    assert required(image, {"NPM_TOKEN": "s3cr3t", "HOME": str(tmp_path / "home")}, tmp_path) == {
        "npmrc": "env:NPM_TOKEN",
        "pip": f"file:{tmp_path}/home/pip.conf",
        "here": f"file:{tmp_path}/here",
    }


@pytest.mark.parametrize(
    ("source", "words", "remedy"),
    [
        ("env:NPM_TOKEN", "the environment variable NPM_TOKEN is not set", "set NPM_TOKEN"),
        ("env:EMPTY", "the environment variable EMPTY is not set", "set EMPTY"),
        ("file:nowhere", "there is no file", "put it there"),
        ("file:.", "there is no file", "put it there"),
    ],
)
def test_a_secret_that_is_not_here_is_named_with_the_image_before_anything_is_built(
    tmp_path: Path, source: str, words: str, remedy: str
) -> None:
    with pytest.raises(MachineError, match="image api needs the build secret s, and") as caught:
        required(replace(IMAGE, secrets={"s": source}), {"EMPTY": ""}, tmp_path)
    assert words in caught.value.message
    assert caught.value.next_step.startswith(remedy)


def test_certificates_and_pip_s_configuration_are_offered_where_they_are(tmp_path: Path) -> None:
    bundle, pip = tmp_path / "ca.pem", tmp_path / "pip.conf"
    bundle.write_text("x")
    pip.write_text("x")
    assert offered({}) == {}
    assert offered({"SSL_CERT_FILE": str(bundle), "PIP_CONFIG_FILE": str(pip)}) == {
        "ca": f"file:{bundle}",
        "pip": f"file:{pip}",
    }
    assert offered({"RELEASE_CA_BUNDLE": str(tmp_path / "none"), "PIP_CERT": str(bundle)}) == {"ca": f"file:{bundle}"}
