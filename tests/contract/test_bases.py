"""What everything that finds images does: the fake, other people's registries, and what stands before them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from release.adapters.baseregistry import BaseRegistry
from release.adapters.bases import RememberedBases, StandIns
from release.errors import NotFoundError, RemoteError
from release.images.ports import Bases
from tests.fakes.bases import FakeBases
from tests.support import ociimage
from tests.support.httpregistry import HttpRegistry

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64


@dataclass
class Bench:
    """A finder of images.

    Attributes:
        name: the name of an image.
        put: has another image under that name, and answers its digest.
        stop: after it the registry does not answer.
        asked: how many questions the registry got.
    """

    bases: Bases
    name: str
    put: Callable[[], str]
    stop: Callable[[], None]
    asked: Callable[[], int]


@pytest.fixture
def fake() -> Bench:
    """The fake that the stages are tested with."""
    bases, whole = FakeBases(), "registry.test/team/python:3.13"

    def put() -> str:
        bases.tags[whole] = TWO if bases.tags.get(whole) == ONE else ONE
        return bases.tags[whole]

    return Bench(bases, whole, put, lambda: setattr(bases, "answers", False), lambda: len(bases.asked))


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Bench]:
    """A registry on this machine."""
    with HttpRegistry("team/python") as server:
        made = iter(tmp_path / f"{number}.oci" for number in range(9))

        def put() -> str:
            layout = next(made)
            ociimage.write_image(layout, {"a": layout.name.encode()})
            return server.put("team/python", "3.13", layout)

        bases = BaseRegistry(backoff=0)
        name = f"{server.host}/team/python:3.13"
        yield Bench(bases, name, put, lambda: server.__exit__(None, None, None), lambda: len(server.seen))


@pytest.fixture
def whole(real: Bench, tmp_path: Path) -> Bench:
    """As the command puts them together: a memory and stand-ins before the registry."""
    real.bases = StandIns(
        {"other:1": f"oci-layout:///x@{ONE}"}, RememberedBases(tmp_path / "b", real.bases, fresh=True)
    )
    return real


@pytest.fixture(params=["fake", "real", "whole"])
def bench(request: pytest.FixtureRequest) -> Bench:
    """Each of them in turn."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Bench)
    return found


def test_a_tag_is_the_digest_that_it_names_now(bench: Bench) -> None:
    digest = bench.put()
    found = bench.bases.find(bench.name)
    assert (found.name, found.digest, found.context) == (bench.name, digest, "")
    assert found.pinned == f"{bench.name}@{digest}"


def test_a_name_with_a_digest_is_that_digest_and_nobody_is_asked(bench: Bench) -> None:
    bench.stop()
    name = f"{bench.name}@{TWO}"
    found = bench.bases.find(name)
    assert (found.digest, found.pinned) == (TWO, name)
    assert bench.asked() == 0


def test_a_tag_that_is_not_there_is_not_found_by_its_name(bench: Bench) -> None:
    with pytest.raises(NotFoundError, match=f"there is no image {bench.name}") as caught:
        bench.bases.find(bench.name)
    assert caught.value.next_step


def test_a_registry_that_does_not_answer_is_an_error_and_no_digest(bench: Bench) -> None:
    bench.put()
    bench.stop()
    with pytest.raises(RemoteError, match=f"the registry of {bench.name} did not answer") as caught:
        bench.bases.find(bench.name)
    assert caught.value.next_step
