import json

import boto3
import pytest
from moto import mock_aws
from test_events import CALL

from detection.app import StoredModel, handler

MODEL = {
    "learnt_at": "2026-11-24T02:00:00+00:00",
    "limit": 0.6,
    "shares": {"user": {"ada": 1.0}, "action": {}, "region": {}},
    "forest": {"points": 256, "trees": [[0, 8.0, 1, 255]]},
}


def call(resource, body=None, model=lambda: MODEL):
    answer = handler({"resource": resource, "body": body}, None, model)
    return answer["statusCode"], json.loads(answer["body"])


def test_it_is_healthy_with_a_model_and_without_one():
    assert call("/health") == (200, {"status": "ok", "learnt_at": "2026-11-24T02:00:00+00:00"})
    assert call("/health", model=lambda: None) == (200, {"status": "ok", "learnt_at": None})


def test_a_call_in_the_night_is_unusual_and_one_by_day_is_not():
    assert call("/detect", json.dumps(CALL)) == (200, {"unusual": True, "score": 0.935, "limit": 0.6})
    status, answer = call("/detect", json.dumps(CALL | {"time": "2026-11-25T13:00:00+00:00"}))
    assert (status, answer["unusual"]) == (200, False)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"time": "soon", "user": "ada", "action": "A", "region": "r"}'])
def test_a_body_that_is_no_call_is_refused(body):
    assert call("/detect", body)[0] == 400


def test_nothing_is_judged_before_something_was_learnt():
    assert call("/detect", json.dumps(CALL), lambda: None) == (503, {"error": "nothing has been learnt yet"})


def test_the_model_in_the_bucket_is_read_again_when_it_has_changed(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("MODEL_BUCKET", "models")
    with mock_aws():
        s3, model = boto3.client("s3"), StoredModel()
        s3.create_bucket(Bucket="models")
        assert model() is None
        s3.put_object(Bucket="models", Key="model.json", Body=b'{"n": 1}')
        first = model()
        assert first == {"n": 1}
        assert model() is first
        s3.put_object(Bucket="models", Key="model.json", Body=b'{"n": 2}')
        assert model() == {"n": 2}
