"""Other people's registries: signing in as they ask, bad answers, and never more than one question for a name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from release.adapters.baseregistry import BaseRegistry
from release.errors import NotFoundError, RemoteError
from release.oci import OCI_INDEX
from tests.support import ociimage
from tests.support.httpregistry import Fault, HttpRegistry

REPO = "team/python"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[HttpRegistry]:
    """A registry with an image under 3.13."""
    with HttpRegistry(REPO) as made:
        ociimage.write_image(tmp_path / "image.oci")
        made.put(REPO, "3.13", tmp_path / "image.oci")
        yield made


def digest(server: HttpRegistry) -> str:
    return server.repositories[REPO].tags["3.13"]


def found(server: HttpRegistry, tag: str = "3.13", **users: str) -> str:
    """The digest, asked for by one of ``users`` or by nobody."""
    known = next(iter(users.items()), None)
    return BaseRegistry(lambda _host: known, backoff=0).find(f"{server.host}/{REPO}:{tag}").digest


def test_only_the_head_of_the_manifest_is_asked_for_and_once_for_each_name(server: HttpRegistry) -> None:
    bases = BaseRegistry(backoff=0)
    for _ in range(3):
        assert bases.find(f"{server.host}/{REPO}:3.13").digest == digest(server)
    assert server.seen == [f"HEAD /v2/{REPO}/manifests/3.13"]


def test_an_index_of_several_platforms_is_named_by_its_own_digest(server: HttpRegistry) -> None:
    raw = b'{"schemaVersion": 2, "mediaType": "%s", "manifests": []}' % OCI_INDEX.encode()
    index = ociimage.digest_of(raw)
    server.repositories[REPO].manifests[index] = (OCI_INDEX, raw)
    server.repositories[REPO].tags["multi"] = index
    assert found(server, "multi") == index


def test_a_registry_that_does_not_say_the_digest_has_its_manifest_hashed(server: HttpRegistry) -> None:
    server.says_digest = False
    assert found(server) == digest(server)


def test_a_token_is_fetched_for_nobody_where_the_registry_gives_one_to_everybody(server: HttpRegistry) -> None:
    server.challenge = "bearer"
    assert found(server) == digest(server)
    assert [line.partition("?")[0] for line in server.seen] == [
        f"HEAD /v2/{REPO}/manifests/3.13",
        "GET /token",
        f"HEAD /v2/{REPO}/manifests/3.13",
    ]


@pytest.mark.parametrize("challenge", ["bearer", "basic"])
def test_who_is_signed_in_is_let_in_and_who_is_not_is_told_to_sign_in(server: HttpRegistry, challenge: str) -> None:
    server.challenge, server.users = challenge, {"me": "se:cret"}
    assert found(server, me="se:cret") == digest(server)
    for users in ({}, {"me": "wrong"}, {"other": "se:cret"}):
        with pytest.raises(NotFoundError, match="or it may not be read without signing in") as caught:
            found(server, **users)
        assert caught.value.next_step.startswith(f"docker login {server.host}")
        assert "se:cret" not in "\n".join(caught.value.lines())


def test_a_token_is_not_asked_for_over_plain_http_elsewhere(server: HttpRegistry) -> None:
    """A password must not travel where anybody can read it."""
    server.challenge = "bearer"
    bases = BaseRegistry(lambda _host: ("me", "secret"), backoff=0)
    server.host = "registry.test:80"  # what its challenge names
    with pytest.raises(NotFoundError, match="without signing in"):
        bases.find(f"127.0.0.1:{server.port}/{REPO}:3.13")
    assert len(server.seen) == 1


@pytest.mark.parametrize("kind", ["429", "500", "503", "drop"])
def test_a_passing_fault_is_tried_again_and_a_lasting_one_is_an_error(server: HttpRegistry, kind: str) -> None:
    server.faults = [Fault("HEAD", "manifests", kind, times=2)]
    assert found(server) == digest(server)
    server.faults = [Fault("HEAD", "manifests", kind, times=99)]
    with pytest.raises(RemoteError) as caught:
        found(server)
    assert "by digest" in caught.value.next_step


def test_an_answer_that_is_no_token_is_an_error(server: HttpRegistry) -> None:
    server.challenge = "bearer"
    server.faults = [Fault("GET", "/token", "wrong")]
    with pytest.raises(RemoteError, match="gave no token"):
        found(server)


def test_what_is_no_name_of_an_image_is_refused_without_a_question() -> None:
    with pytest.raises(NotFoundError, match="is no name of an image"):
        BaseRegistry(backoff=0).find("Python")


@pytest.mark.parametrize("host", ["localhost.example.org", "127.0.0.1.example.org"])
def test_only_this_machine_is_spoken_to_in_the_clear(host: str) -> None:
    from release.adapters.baseregistry import _is_local

    assert not _is_local(host)
    assert _is_local("localhost:5000")
