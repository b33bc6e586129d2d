import json

import pytest

from common.http import serve
from identity.app import routes

ADA = {"name": "ada", "password": "correct horse"}


class Accounts(dict):
    """Accounts in memory."""

    def add(self, item):
        return self.setdefault(item["name"], item) is item


@pytest.fixture
def call():
    table = routes(Accounts(), "a key of the tests")

    def call(method, path, body=None, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        event = {"httpMethod": method, "resource": path, "path": path, "headers": headers}
        answer = serve(table, event | {"body": body and json.dumps(body)})
        return answer["statusCode"], json.loads(answer["body"])

    return call


def test_it_is_healthy(call):
    assert call("GET", "/identity/health") == (200, {"status": "ok", "service": "identity"})


def test_who_registers_gets_a_token_that_says_who_they_are(call):
    assert call("POST", "/identity/accounts", ADA) == (201, {"name": "ada"})
    status, answer = call("POST", "/identity/tokens", ADA)
    assert (status, answer["expires_in"]) == (200, 3600)
    assert call("GET", "/identity/me", token=answer["token"]) == (200, {"name": "ada"})


def test_a_name_is_taken_once(call):
    call("POST", "/identity/accounts", ADA)
    assert call("POST", "/identity/accounts", ADA | {"password": "another one"})[0] == 409
    assert call("POST", "/identity/tokens", ADA)[0] == 200


@pytest.mark.parametrize("wrong", [{"password": "not this one"}, {"name": "bob"}])
def test_a_wrong_name_and_a_wrong_password_look_alike(call, wrong):
    call("POST", "/identity/accounts", ADA)
    assert call("POST", "/identity/tokens", ADA | wrong) == (401, {"error": "wrong name or password"})


def test_a_short_password_is_refused_before_anything_is_kept(call):
    short = ADA | {"password": "short"}
    assert call("POST", "/identity/accounts", short) == (400, {"error": "not understood: password"})
    assert call("POST", "/identity/accounts", ADA)[0] == 201


def test_without_a_token_nobody_is_anybody(call):
    assert call("GET", "/identity/me")[0] == 401
