"""How the emulated AWS starts an image: with the runtime interface emulator from outside where it brings none."""

from __future__ import annotations

import pytest

from rehearsal.cloud.inside.bridged.parts import take
from rehearsal.cloud.inside.bridged.runtimeclient import TARGET, entry

AWS = {"Entrypoint": ["/lambda-entrypoint.sh"], "Cmd": ["app.handler"]}
SLIM = {"Entrypoint": ["python", "-m", "awslambdaric"], "Cmd": ["app.handler"]}


def test_awss_own_base_brings_its_emulator() -> None:
    assert entry(AWS, None, None) == {"entrypoint": ["/lambda-entrypoint.sh"], "command": ["app.handler"]}


def test_a_runtime_client_gets_one_in_front_of_it_and_keeps_its_handler() -> None:
    assert entry(SLIM, None, None) == {
        "entrypoint": [TARGET, "python", "-m", "awslambdaric"],
        "command": ["app.handler"],
    }


def test_an_image_without_an_entry_point_is_started_by_its_command() -> None:
    found = entry({"Entrypoint": None, "Cmd": ["python", "app.py"]}, None, None)
    assert found == {"entrypoint": [TARGET], "command": ["python", "app.py"]}


def test_the_functions_image_configuration_replaces_each_by_itself() -> None:
    assert entry(AWS, None, ["other.handler"])["command"] == ["other.handler"]
    found = entry(AWS, ["python", "-m", "awslambdaric"], None)
    assert found == {"entrypoint": [TARGET, "python", "-m", "awslambdaric"], "command": ["app.handler"]}


def test_an_emulator_that_is_not_the_one_it_was_written_for_is_not_bridged() -> None:
    def changed(other: str) -> None:
        """Takes something else than was expected."""

    with pytest.raises(RuntimeError, match=r"part takes \(other\); its bridge was written for \(name\)"):
        take({"part": changed}, "part", "name", lambda present: present)
    with pytest.raises(RuntimeError, match="nothing"):
        take({}, "part", "name", lambda present: present)
