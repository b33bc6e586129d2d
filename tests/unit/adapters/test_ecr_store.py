"""The Store of ECR: how many requests it takes. What it does is in tests/contract/test_store.py."""

from __future__ import annotations

import boto3
from botocore.stub import Stubber

from release.adapters.ecr import Ecr
from release.adapters.ecr_store import EcrStore
from release.digest import sha256
from release.oci import OCI_MANIFEST
from release.releases.stored import Content, manifest_of

KIND = "application/vnd.lambda-image-release.claim.v1+json"


def test_documents_that_stand_in_their_manifests_take_one_request_a_hundred() -> None:
    """Nothing else is asked: not the registry's host, no token, no blob."""
    client = boto3.client("ecr", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    raws = [manifest_of(Content(KIND, b'{"number": %d}' % number), []) for number in range(150)]
    with Stubber(client) as api:
        for batch in (raws[:100], raws[100:]):
            api.add_response(
                "batch_get_image",
                {"images": [{"imageManifest": raw.decode()} for raw in batch]},
                {
                    "repositoryName": "app/releases/production",
                    "imageIds": [{"imageDigest": sha256(raw)} for raw in batch],
                    "acceptedMediaTypes": [OCI_MANIFEST],
                },
            )
        found = EcrStore(Ecr(client)).read("app/releases/production", [sha256(raw) for raw in raws])
        api.assert_no_pending_responses()
    assert [found[sha256(raw)].config for raw in raws[:2]] == [b'{"number": 0}', b'{"number": 1}']
