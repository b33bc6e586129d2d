import pytest

from common import tokens
from common.errors import UnauthorizedError


def test_a_token_says_whose_it_is_until_it_is_over():
    token = tokens.sign("ada", "key", now=1000)
    assert tokens.player_of(token, "key", now=1000) == "ada"
    with pytest.raises(UnauthorizedError, match="over"):
        tokens.player_of(token, "key", now=1000 + tokens.LIFE)


@pytest.mark.parametrize("change", [lambda token: token + "0", lambda token: "e30=" + token, lambda _: ""])
def test_a_token_that_was_changed_is_nobody_s(change):
    with pytest.raises(UnauthorizedError, match="not one of ours"):
        tokens.player_of(change(tokens.sign("ada", "key")), "key")


def test_a_token_of_another_key_is_nobody_s():
    with pytest.raises(UnauthorizedError):
        tokens.player_of(tokens.sign("ada", "another"), "key")


@pytest.mark.parametrize("header", [None, "", "Basic YWRhOmE=", "Bearer "])
def test_a_header_without_a_token_is_refused(header):
    with pytest.raises(UnauthorizedError, match="bearer"):
        tokens.bearer(header, "key")
