"""The address of the current file, also while a newer one takes its place (faults.md, 50)."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
import urllib3
from conftest import BUCKET, Clock
from function_faults import during, refuse
from function_readback import read_back
from function_runs import KEY

from export.download import download
from export.generate import Generator
from shared.clients import s3_client
from shared.errors import NotFoundError, UnavailableError
from shared.members_file import PREFIX, key_for
from shared.store import MemberStore


def test_address_serves_the_whole_old_file_after_a_swap(
    generator: Generator, s3: Any, store: MemberStore, clock: Clock, put_member: Callable[..., None]
) -> None:
    put_member("M1")
    generator.run(lambda: 300.0)
    old = store.current()
    parameters = download(store, s3, 60)["url"]
    clock.advance(60)
    put_member("M2")
    generator.run(lambda: 300.0)
    assert store.current().key != old.key
    assert f"versionId={old.version_id}" in parameters
    served = s3.get_object(Bucket=BUCKET, Key=old.key, VersionId=old.version_id)["Body"].read()
    assert len(read_back(served)) == 1


def test_file_replaced_while_it_is_described_is_looked_up_again(
    generator: Generator, another_generator: Generator, clock: Clock
) -> None:
    generator.run(lambda: 300.0)
    clock.advance(60)
    during(another_generator.store.s3, "HeadObject", lambda: generator.run(lambda: 300.0))
    assert another_generator.store.current().key == key_for(clock.moment)


def test_file_replaced_again_and_again_is_503(store: MemberStore, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"x")
    refuse(s3, "HeadObject", "404", 404, times=3)
    with pytest.raises(UnavailableError):
        store.current()


def test_forbidden_file_is_no_missing_file(store: MemberStore, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"x")
    refuse(s3, "HeadObject", "403", 403)
    with pytest.raises(Exception, match="403"):
        store.current()


def test_empty_bucket_has_no_current_file(store: MemberStore, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key=f"{PREFIX}readme.txt", Body=b"x")
    with pytest.raises(NotFoundError):
        store.current()


def test_an_emulations_endpoint_is_the_one_in_the_address(
    store: MemberStore, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"x")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4599")
    url = urllib3.util.parse_url(download(store, s3_client(), 60)["url"])
    assert (url.scheme, url.netloc, url.path) == ("http", "127.0.0.1:4599", f"/{BUCKET}/{KEY}")
    assert url.query is not None
    assert "X-Amz-Expires=60" in url.query


def test_unversioned_bucket_gives_an_address_without_version(aws: None, clock: Clock) -> None:  # noqa: ARG001
    client = boto3.client("s3")
    client.create_bucket(Bucket="plain-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client.put_object(Bucket="plain-bucket", Key=key_for(clock()), Body=b"x")
    assert "versionId" not in download(MemberStore(client, "plain-bucket"), client, 60)["url"]
