"""What every Registry does, the fake and the real ones alike."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from release.digest import sha256
from release.errors import ConflictError, NotFoundError
from release.images.model import Archive, TagOutcome
from tests.contract.conftest import Bench

Make = Callable[..., Archive]


def test_a_new_repository_has_no_tags(bench: Bench) -> None:
    assert bench.registry.tags(bench.repository) == {}


def test_a_repository_that_does_not_exist_is_not_found(bench: Bench) -> None:
    with pytest.raises(NotFoundError) as caught:
        bench.registry.tags("app/nowhere")
    assert caught.value.next_step


@pytest.mark.parametrize("docker", [False, True], ids=["oci", "docker"])
def test_an_image_that_was_pushed_is_read_back_under_its_digest_and_has_no_tag(
    bench: Bench, archive: Make, docker: bool
) -> None:
    image = archive(docker=docker)
    bench.registry.push(bench.repository, image)
    assert bench.registry.manifest(bench.repository, image.digest) == image.manifest
    assert bench.registry.tags(bench.repository) == {}


def test_pushing_twice_changes_nothing(bench: Bench, archive: Make) -> None:
    image = archive()
    bench.registry.push(bench.repository, image)
    bench.registry.push(bench.repository, image)
    assert bench.registry.manifest(bench.repository, image.digest) == image.manifest


def test_a_digest_may_have_many_names(bench: Bench, archive: Make) -> None:
    image = archive()
    bench.registry.push(bench.repository, image)
    names = ["1.0.0-rc.1", "1.0.0", f"sha-{'a' * 40}", "staging-1-v1.0.0"]
    assert [bench.registry.tag(bench.repository, image.digest, name) for name in names] == [TagOutcome.WRITTEN] * 4
    assert bench.registry.tags(bench.repository) == dict.fromkeys(names, image.digest)


def test_the_same_name_for_the_same_digest_is_a_success_that_changes_nothing(bench: Bench, archive: Make) -> None:
    """faults.md, 13."""
    image = archive()
    bench.registry.push(bench.repository, image)
    bench.registry.tag(bench.repository, image.digest, "1.0.0")
    assert bench.registry.tag(bench.repository, image.digest, "1.0.0") is TagOutcome.ALREADY_THERE
    assert bench.registry.tags(bench.repository) == {"1.0.0": image.digest}


def test_a_name_never_moves_to_another_digest(bench: Bench, archive: Make) -> None:
    """faults.md, 14."""
    first, second = archive("first"), archive("second")
    for image in (first, second):
        bench.registry.push(bench.repository, image)
    bench.registry.tag(bench.repository, first.digest, "1.0.0")
    bench.registry.tag(bench.repository, second.digest, "1.1.0")
    with pytest.raises(ConflictError) as caught:
        bench.registry.tag(bench.repository, second.digest, "1.0.0")
    assert caught.value.next_step
    assert bench.registry.tags(bench.repository) == {"1.0.0": first.digest, "1.1.0": second.digest}


def test_what_is_not_there_cannot_be_named_or_read(bench: Bench) -> None:
    missing = "sha256:" + "0" * 64
    with pytest.raises(NotFoundError):
        bench.registry.manifest(bench.repository, missing)
    with pytest.raises(NotFoundError):
        bench.registry.tag(bench.repository, missing, "1.0.0")
    assert bench.registry.tags(bench.repository) == {}


def test_the_address_for_lambda_names_repository_and_digest(bench: Bench, archive: Make) -> None:
    image = archive()
    host, _, rest = bench.registry.uri(bench.repository, image.digest).partition("/")
    assert host
    assert rest == f"{bench.repository}@{image.digest}"


@pytest.fixture(params=["fake_registry", "moto_registry"])
def near(request: pytest.FixtureRequest) -> Bench:
    """The registries that need no rehearsal; in the emulated one each rehearsal reads the bills that it attached."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Bench)
    return found


def test_a_bill_of_materials_beside_an_image_is_read_back_by_its_own_digest(near: Bench, archive: Make) -> None:
    image, sbom = archive(), b'{"bomFormat": "CycloneDX"}'
    near.registry.push(near.repository, image)
    with pytest.raises(NotFoundError):
        near.registry.bill(near.repository, sha256(sbom))
    near.registry.attach(near.repository, image.digest, sbom)
    assert near.registry.bill(near.repository, sha256(sbom)) == sbom


def test_attaching_the_same_bill_of_materials_again_changes_nothing(near: Bench, archive: Make) -> None:
    image, sbom = archive(), b'{"bomFormat": "CycloneDX"}'
    near.registry.push(near.repository, image)
    near.registry.attach(near.repository, image.digest, sbom)
    named = near.registry.tags(near.repository)
    near.registry.attach(near.repository, image.digest, sbom)
    assert near.registry.tags(near.repository) == named
    assert [name.partition("-")[0] for name in named] == ["sbom"]


def test_no_bill_of_materials_can_lie_beside_an_image_that_is_not_there(near: Bench) -> None:
    with pytest.raises(NotFoundError):
        near.registry.attach(near.repository, "sha256:" + "0" * 64, b"{}")
    assert near.registry.tags(near.repository) == {}
