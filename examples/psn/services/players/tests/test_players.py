import json

import pytest

from common import tokens
from common.http import serve
from players.app import routes
from players.profiles import level

KEY = "a key of the tests"
PROFILE = {"display_name": "Ada", "country": "GB", "trophies": 30}


class Profiles(dict):
    """Profiles in memory."""

    def put(self, player, profile):
        self[player] = profile


@pytest.fixture
def call():
    table = routes(Profiles(), KEY)

    def call(method, player, body=None, caller="ada"):
        headers = {"authorization": f"Bearer {tokens.sign(caller, KEY)}"} if caller else None
        event = {"httpMethod": method, "resource": "/players/{player}", "path": f"/players/{player}"}
        event |= {"headers": headers, "pathParameters": {"player": player}, "body": body and json.dumps(body)}
        answer = serve(table, event)
        return answer["statusCode"], json.loads(answer["body"])

    return call


def test_a_player_changes_their_profile_and_others_see_it(call):
    there = {"player": "ada", **PROFILE, "level": 2}
    assert call("PUT", "ada", PROFILE) == (200, there)
    assert call("GET", "ada", caller="bob") == (200, there)


def test_nobody_changes_the_profile_of_another(call):
    assert call("PUT", "ada", PROFILE, caller="bob")[0] == 403
    assert call("GET", "ada")[0] == 404


def test_who_is_not_signed_in_sees_nothing(call):
    call("PUT", "ada", PROFILE)
    assert call("GET", "ada", caller=None)[0] == 401


def test_a_country_is_two_letters(call):
    assert call("PUT", "ada", PROFILE | {"country": "Britain"}) == (400, {"error": "not understood: country"})


@pytest.mark.parametrize(("trophies", "reached"), [(0, 0), (9, 0), (10, 1), (29, 1), (30, 2), (60, 3), (100, 4)])
def test_each_level_takes_ten_trophies_more(trophies, reached):
    assert level(trophies) == reached


def test_it_is_healthy():
    event = {"httpMethod": "GET", "resource": "/players/health", "path": "/players/health"}
    assert serve(routes(Profiles(), KEY), event)["statusCode"] == 200
