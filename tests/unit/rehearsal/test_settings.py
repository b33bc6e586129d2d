"""What the release command and the workflow steps of a rehearsal have in their environment."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from rehearsal.cloud.emulator import Emulator
from rehearsal.machine.base_image import RehearsalBase
from rehearsal.machine.engine_handle import EngineHandle
from rehearsal.story.hosted import step_environment
from rehearsal.story.settings import parameters, reaching, settings
from release.adapters.credentials import are_there

CACHE = Path("/elsewhere/cache")


@pytest.fixture
def found() -> dict[str, str]:
    """The settings of a rehearsal with an engine of its own, for a person who has settings already."""
    persons = {
        "PATH": "/usr/bin",
        "HOME": "/home/somebody",
        "AWS_PROFILE": "the-real-thing",
        "RELEASE_REGISTRY": "public.example.org",
        "RELEASE_CACHE": "~/cache",
        "GITHUB_TOKEN": "a secret",
    }
    return settings(
        persons,
        aws=Emulator(4566, 1, Path("log")),
        engine=EngineHandle(
            {"DOCKER_HOST": "unix:///x"}, Path("/engine/bin/docker"), True, "26", "default", "172.31.97.1"
        ),
        bases=[
            RehearsalBase("base:1@sha256:a", Path("/layout"), "sha256:b", "said"),
            RehearsalBase("pulled:1", None, "", ""),
            RehearsalBase("python:3.13-slim", Path("/slim"), "sha256:c", "said"),
            RehearsalBase("docker/dockerfile:1", None, "", "said"),
        ],
        sam=Path("/venv/bin/sam"),
        cache=CACHE,
        database="localhost:4566/trivy-db:2",
    )


def test_a_persons_own_settings_stay_out_of_it(found: dict[str, str]) -> None:
    assert "AWS_PROFILE" not in found
    assert "GITHUB_TOKEN" not in found
    assert found["RELEASE_REGISTRY"] == "localhost:4566"
    assert found["AWS_ACCESS_KEY_ID"] == "test"


def test_the_cache_folder_reaches_the_command_the_steps_and_whoever_looks_afterwards(found: dict[str, str]) -> None:
    assert found["RELEASE_CACHE"] == str(CACHE)
    assert step_environment(found)["RELEASE_CACHE"] == str(CACHE)
    assert reaching(found)["RELEASE_CACHE"] == str(CACHE)


def test_steps_get_their_credentials_registry_and_parameters_from_the_workflow_alone(found: dict[str, str]) -> None:
    steps = step_environment({**found, **parameters({"staging": {"Table": "orders"}})})
    assert steps["DOCKER_HOST"] == "unix:///x"
    assert not steps.keys() & {"AWS_ACCESS_KEY_ID", "AWS_REGION", "RELEASE_REGISTRY", "RELEASE_PARAMETERS"}


def test_a_step_without_a_role_finds_no_aws_neither_the_persons_nor_the_emulated_one(found: dict[str, str]) -> None:
    """A team's own tests run in such a job; with an endpoint they would fill the emulated AWS instead of their mock."""
    steps = step_environment({**found, "HOME": "/home/person"})
    assert "AWS_ENDPOINT_URL" not in steps
    assert (steps["AWS_CONFIG_FILE"], steps["AWS_SHARED_CREDENTIALS_FILE"]) == ("/dev/null", "/dev/null")
    assert not are_there(steps)


def test_the_template_is_told_what_each_environment_has_already() -> None:
    said = parameters({"staging": {"Table": "orders", "Title": "a shop, at night"}, "production": {"Table": "o2"}})
    assert shlex.split(said["RELEASE_PARAMETERS"]) == [
        "staging:Table=orders",
        "staging:Title=a shop, at night",
        "production:Table=o2",
    ]


def test_the_stand_in_of_each_base_and_the_engines_client_come_first(found: dict[str, str]) -> None:
    words = ["base:1@sha256:a=oci-layout:///layout@sha256:b", "python:3.13-slim=oci-layout:///slim@sha256:c"]
    words.append("docker/dockerfile:1=engine")
    assert found["RELEASE_BASE"].split() == words
    assert found["PATH"] == "/engine/bin:/usr/bin"
