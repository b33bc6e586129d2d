"""The command that brings an application's data: what it is told, and what it may print."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from rehearsal.cloud.emulator import Emulator
from rehearsal.story import seeding
from rehearsal.story.seeding import Seeded, parsed, put_python_first, seed
from release.errors import MachineError, UsageError
from release.settings.environments import EnvironmentSpec

SPEC = EnvironmentSpec("acceptance", "shop-acceptance", "eu-north-1", "", {}, "shop/smoke")
ENV = {"PATH": "/usr/bin:/bin", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield boto3.Session(region_name="eu-west-1")


class AnyAws(Emulator):
    """The emulator's place is taken by moto, which answers at AWS's own addresses."""

    endpoint = None  # type: ignore[assignment]


def seeded(command: str, folder: Path, session: boto3.Session, said: list[str] | None = None) -> Seeded:
    return seed(
        command, SPEC, folder, ENV, AnyAws(4566, 1, Path("log")), session, (said if said is not None else []).append
    )


def test_the_command_is_told_which_environment_it_fills_and_how_functions_reach_the_emulation(
    tmp_path: Path, session: boto3.Session
) -> None:
    names = (
        "RELEASE_ENVIRONMENT RELEASE_STACK RELEASE_SMOKE_SECRET RELEASE_ENDPOINT_FUNCTIONS AWS_REGION AWS_ENDPOINT_URL"
    )
    pairs = ", ".join(f'\\"{name.replace("_", "")}\\": \\"${name}\\"' for name in names.split())
    found = seeded(f'echo "{{\\"parameters\\": {{{pairs}}}}}"', tmp_path, session)
    assert dict(found.parameters) == {
        "RELEASEENVIRONMENT": "acceptance",
        "RELEASESTACK": "shop-acceptance",
        "RELEASESMOKESECRET": "shop/smoke",
        "RELEASEENDPOINTFUNCTIONS": "http://host.docker.internal:4566",
        "AWSREGION": "eu-north-1",
        "AWSENDPOINTURL": "http://127.0.0.1:4566",
    }


def test_it_runs_in_the_clone_and_what_it_says_on_the_way_is_shown(tmp_path: Path, session: boto3.Session) -> None:
    (tmp_path / "answer.json").write_text(
        '{"parameters": {"Table": "t", "Retries": 3, "On": true}, "try": ["curl {api}"]}'
    )
    said: list[str] = []
    found = seeded("echo making a table >&2; cat answer.json", tmp_path, session, said)
    assert found == Seeded({"Table": "t", "Retries": "3", "On": "true"}, ("curl {api}",))
    assert said[1:] == ["making a table"]


def test_secrets_are_put_where_functions_and_smoke_tests_look_for_them(tmp_path: Path, session: boto3.Session) -> None:
    answer = {"secrets": {"shop/key": "k", "shop/smoke": {"username": "u", "password": "p"}}}
    (tmp_path / "answer.json").write_text(json.dumps(answer))
    seeded("cat answer.json", tmp_path, session)
    vault = session.client("secretsmanager", region_name="eu-north-1")
    assert vault.get_secret_value(SecretId="shop/key")["SecretString"] == "k"
    assert json.loads(vault.get_secret_value(SecretId="shop/smoke")["SecretString"])["password"] == "p"


def test_without_a_command_nothing_is_made(tmp_path: Path, session: boto3.Session) -> None:
    said: list[str] = []
    assert seeded("", tmp_path, session, said) == Seeded()
    assert said == []


def test_a_command_that_fails_is_shown_with_its_last_words(tmp_path: Path, session: boto3.Session) -> None:
    with pytest.raises(MachineError, match="failed for acceptance with exit code 3:\nno such table") as refusal:
        seeded("echo no such table >&2; exit 3", tmp_path, session)
    assert "nothing was deployed" in refusal.value.untouched


@pytest.mark.parametrize(
    ("printed", "says"),
    [
        ("", "is no JSON"),
        ("made 3 tables\n{}", "is no JSON"),
        ("[]", "is no JSON object"),
        ('{"parameter": {}}', "has the unknown key 'parameter'"),
        ('{"parameters": ["a"]}', "parameters must be names with texts or numbers"),
        ('{"parameters": {"a": null}}', "parameters must be names with texts or numbers"),
        ('{"secrets": {"a": 1}}', "secrets must be names with texts or objects"),
        ('{"try": "curl"}', "try must be a list of texts"),
    ],
)
def test_what_was_not_agreed_is_refused(printed: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as refusal:
        parsed(printed)
    assert '{"parameters": {"Name": "value"}}' in refusal.value.next_step


def test_python_in_the_command_is_the_one_that_has_boto3(tmp_path: Path) -> None:
    from release.adapters import process

    found = put_python_first(tmp_path / "bin with spaces")
    for name in ("python3", "python"):
        done = process.run([found / name, "-c", "import boto3, sys; print(sys.executable)"], env={"PATH": "/usr/bin"})
        assert Path(done.stdout.strip()) == Path(sys.executable)


def test_variables_are_those_that_the_documentation_names() -> None:
    page = (Path(__file__).parents[3] / "docs" / "rehearsal.md").read_text()
    for name in seeding.variables(SPEC, Emulator(1, 1, Path("log"))):
        assert f"`{name}`" in page
