"""The ECR adapter where an emulation cannot show it: AWS's two error names, pages, credentials, lost answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber
from mypy_boto3_ecr import ECRClient

from release.adapters.ecr import Ecr
from release.adapters.layout import read_layout
from release.errors import ConflictError, MachineError, NotFoundError, RemoteError
from release.images.model import Archive, TagOutcome
from tests.support import ociimage
from tests.support.httpregistry import HttpRegistry

REPO = "app/export"
OTHER = "sha256:" + "f" * 64
TOKEN = {"authorizationData": [{"authorizationToken": "QVdTOnNlY3JldA=="}]}


@pytest.fixture
def client() -> ECRClient:
    """A client with credentials that reaches nothing."""
    return boto3.client("ecr", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def api(client: ECRClient) -> Iterator[Stubber]:
    """ECR's API: answers in the order they are given, and nothing else; all of them must be used."""
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def server() -> Iterator[HttpRegistry]:
    """The registry protocol's side."""
    with HttpRegistry(REPO) as server:
        server.authorization = "Basic QVdTOnNlY3JldA=="
        yield server


@pytest.fixture
def pushed(api: Stubber, client: ECRClient, server: HttpRegistry, tmp_path: Path) -> tuple[Ecr, str]:
    """An adapter and an image that is in the registry."""
    path = tmp_path / "image.oci"
    digest = ociimage.write_image(path)
    ecr = Ecr(client, server.host)
    api.add_response("get_authorization_token", TOKEN)
    ecr.push(REPO, Archive("export", "0" * 16, path, read_layout(path)))
    return ecr, digest


def described(**tags: str) -> dict[str, object]:
    """DescribeImages' answer."""
    return {"imageDetails": [{"imageDigest": digest, "imageTags": [tag]} for tag, digest in tags.items()]}


@pytest.mark.parametrize("name", ["ImageAlreadyExistsException", "ImageTagAlreadyExistsException"])
def test_the_same_name_for_the_same_digest_is_a_success_under_either_error_name(
    pushed: tuple[Ecr, str], api: Stubber, name: str
) -> None:
    """faults.md, 13: also what a lost answer followed by a retry looks like."""
    ecr, digest = pushed
    api.add_client_error("put_image", name)
    api.add_response("describe_images", described(v1=digest))
    assert ecr.tag(REPO, digest, "v1") is TagOutcome.ALREADY_THERE


@pytest.mark.parametrize("name", ["ImageAlreadyExistsException", "ImageTagAlreadyExistsException"])
def test_the_same_name_for_another_digest_is_a_hard_stop_under_either_error_name(
    pushed: tuple[Ecr, str], api: Stubber, name: str
) -> None:
    """faults.md, 14."""
    ecr, digest = pushed
    api.add_client_error("put_image", name)
    api.add_response("describe_images", described(v1=OTHER))
    with pytest.raises(ConflictError, match=f"v1 of {REPO} names {OTHER} already, not {digest}") as caught:
        ecr.tag(REPO, digest, "v1")
    assert caught.value.next_step == "release it under the next version"


def test_the_manifest_is_named_by_its_own_bytes_type_and_digest(
    pushed: tuple[Ecr, str], api: Stubber, server: HttpRegistry
) -> None:
    ecr, digest = pushed
    media_type, raw = server.repositories[REPO].manifests[digest]
    expected = {
        "repositoryName": REPO,
        "imageManifest": raw.decode(),
        "imageManifestMediaType": media_type,
        "imageTag": "v1",
        "imageDigest": digest,
    }
    api.add_response("put_image", {}, expected)
    assert ecr.tag(REPO, digest, "v1") is TagOutcome.WRITTEN


def test_tags_of_every_page_are_read(client: ECRClient, api: Stubber) -> None:
    api.add_response("describe_images", {**described(v1=OTHER), "nextToken": "more"})
    api.add_response("describe_images", {"imageDetails": [{"imageDigest": OTHER, "imageTags": ["v2", "v3"]}]})
    assert Ecr(client).tags(REPO) == {"v1": OTHER, "v2": OTHER, "v3": OTHER}


def test_an_image_without_tags_is_no_tag(client: ECRClient, api: Stubber) -> None:
    api.add_response("describe_images", {"imageDetails": [{"imageDigest": OTHER}]})
    assert Ecr(client).tags(REPO) == {}


def test_the_host_is_the_one_that_ecr_names_and_is_asked_for_once(client: ECRClient, api: Stubber) -> None:
    host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    api.add_response("describe_repositories", {"repositories": [{"repositoryUri": f"{host}/{REPO}"}]})
    ecr = Ecr(client)
    assert ecr.uri(REPO, OTHER) == ecr.uri(REPO, OTHER) == f"{host}/{REPO}@{OTHER}"


REFUSALS = {
    "RepositoryNotFoundException": (NotFoundError, "no repository app/export", "pipeline.yaml"),
    "AccessDeniedException": (RemoteError, "this role may not", "check the role"),
    "ExpiredTokenException": (MachineError, "no valid AWS credentials", "aws sso login"),
    "ServerException": (RemoteError, "AWS refused for registry app/export", "run the same command again"),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_each_refusal_is_told_with_its_remedy(client: ECRClient, api: Stubber, code: str) -> None:
    kind, words, remedy = REFUSALS[code]
    api.add_client_error("describe_images", code)
    with pytest.raises(kind, match=words) as caught:
        Ecr(client).tags(REPO)
    assert remedy in caught.value.next_step


def test_a_refused_sign_in_is_told(client: ECRClient, api: Stubber, server: HttpRegistry) -> None:
    api.add_client_error("get_authorization_token", "AccessDeniedException")
    with pytest.raises(RemoteError, match="this role may not look at or change registry sign-in"):
        Ecr(client, server.host).manifest(REPO, OTHER)


def test_no_credentials_at_all_are_the_machine_s_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(MachineError, match="no valid AWS credentials") as caught:
        Ecr(boto3.session.Session(region_name="eu-west-1").client("ecr")).tags(REPO)
    assert caught.value.exit_code == 7
