"""What docker login left: in the file itself or with a helper; what cannot be read is nobody, and is said."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from release.adapters.dockerlogin import DockerLogin
from tests.support.tool import Tool

AUTH = base64.b64encode(b"me:se:cret").decode()


def login(folder: Path, config: object, **env: str) -> DockerLogin:
    """A machine with this config.json."""
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    return DockerLogin({"DOCKER_CONFIG": str(folder), **env})


def test_the_file_holds_name_and_password_and_hub_under_its_old_address(tmp_path: Path) -> None:
    auths = {"ghcr.io": {"auth": AUTH}, "https://index.docker.io/v1/": {"auth": AUTH}}
    known = login(tmp_path, {"auths": auths})
    assert known("ghcr.io") == ("me", "se:cret")
    assert known("docker.io") == ("me", "se:cret")
    assert known("quay.io") is None


def test_without_a_file_nobody_is_signed_in(tmp_path: Path) -> None:
    assert DockerLogin({"HOME": str(tmp_path)})("ghcr.io") is None
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(json.dumps({"auths": {"ghcr.io": {"auth": AUTH}}}))
    assert DockerLogin({"HOME": str(tmp_path)})("ghcr.io") == ("me", "se:cret")


@pytest.mark.parametrize(
    "config",
    ["{", "[]", {"auths": []}, {"auths": {"ghcr.io": "x"}}, {"auths": {"ghcr.io": {}}},
     {"auths": {"ghcr.io": {"auth": "§"}}}, {"auths": {"ghcr.io": {"auth": "bm9jb2xvbg=="}}}, {"credHelpers": 7}],
)  # fmt: skip
def test_what_cannot_be_read_is_nobody(tmp_path: Path, config: object) -> None:
    assert login(tmp_path, config)("ghcr.io") is None


def helper(folder: Path, answer: str) -> str:
    """A credential helper that answers so, and notes what it was asked."""
    tool = Tool(folder / "bin", "docker-credential-mine")
    tool.behave(f"cat > '{folder}/asked'; printf '%s' '{answer}'")
    return f"{folder / 'bin'}:/usr/bin:/bin"


@pytest.mark.parametrize("config", [{"credsStore": "mine"}, {"credHelpers": {"ghcr.io": "mine"}, "auths": {}}])
def test_a_helper_is_asked_for_the_host(tmp_path: Path, config: object) -> None:
    path = helper(tmp_path, '{"ServerURL":"ghcr.io","Username":"me","Secret":"s"}')
    assert login(tmp_path, config, PATH=path)("ghcr.io") == ("me", "s")
    assert (tmp_path / "asked").read_text() == "ghcr.io"


@pytest.mark.parametrize("answer", ["", "no", "[]", '{"Username":"<token>","Secret":"s"}', '{"Username":"me"}'])
def test_a_helper_that_knows_no_password_is_nobody(tmp_path: Path, answer: str) -> None:
    path = helper(tmp_path, answer)
    assert login(tmp_path, {"credsStore": "mine"}, PATH=path)("ghcr.io") is None


def test_a_helper_that_is_not_there_is_nobody_and_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert login(tmp_path, {"credsStore": "gone"}, PATH="/nowhere")("ghcr.io") is None
    assert "docker-credential-gone is not on this machine" in caplog.text
