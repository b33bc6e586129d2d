"""What a resource holds, where AWS's answer breaks off: never "nothing", since then it would be deleted."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from release.adapters.demolition import AwsDemolition
from release.deployments.model import StackResource
from release.errors import RemoteError
from tests.support.rawanswers import answered

#: Resource type -> its answers until one is cut off within its JSON.
CUT_OFF = [
    ("AWS::DynamoDB::Table", [b'{"Table": {"ItemCou']),
    ("AWS::DynamoDB::Table", [b'{"Table": {"ItemCount": 0}}', b'{"Cou']),
    ("AWS::Cognito::UserPool", [b'{"UserPool": {}}', b'{"Use']),
    ("AWS::SQS::Queue", [b'{"Attrib']),
    ("AWS::SQS::Queue", [b'{"Attributes": {"ApproximateNumberOfMessages": "0"}}']),
    ("AWS::ECR::Repository", [b'{"imageDet']),
    ("AWS::S3::Bucket", [b"<ListBucketResult><Contents><Ke"]),
]


@pytest.mark.parametrize(("kind", "bodies"), CUT_OFF, ids=[f"{kind} {bodies[-1]!r}" for kind, bodies in CUT_OFF])
def test_an_answer_that_is_cut_off_is_refused_and_nothing_passes_for_empty(kind: str, bodies: list[bytes]) -> None:
    session = boto3.Session("x", "x", region_name="eu-west-1")
    left = list(bodies)

    def answer(request: Any, **_: object) -> AWSResponse:
        return answered(request.url, left.pop(0) if len(left) > 1 else left[0])  # botocore asks S3 again

    events: Any = session.events
    events.register("before-send", answer)
    with pytest.raises(RemoteError, match=r"was cut off|reached max retries"):
        AwsDemolition(session).contents(StackResource("Thing", kind, "eu-west-1_thing"))
    assert left == bodies[-1:]
