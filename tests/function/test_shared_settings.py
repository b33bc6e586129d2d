"""Settings, log lines and file names."""

import io
import json
import logging
from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.config import ConfigError, read_config
from shared.logs import make_logger
from shared.members_file import PREFIX, key_for, member_files, newest, outdated

ENVIRON = {
    "RELEASE_VERSION": "1.4.0",
    "GIT_SHA": "c" * 40,
    "MEMBERS_TABLE": "members",
    "REPORTS_BUCKET": "reports",
    "USER_POOL_ISSUER": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Tested",
    "USER_POOL_CLIENT_ID": "client",
}


def test_optional_settings_have_their_defaults() -> None:
    config = read_config(ENVIRON, needs_table=True)
    assert config.jwks_url == ENVIRON["USER_POOL_ISSUER"] + "/.well-known/jwks.json"
    assert (config.presign_seconds, config.consistent_read, config.log_level) == (300, False, "INFO")


@pytest.mark.parametrize("name", sorted(ENVIRON))
def test_missing_setting_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        read_config({**ENVIRON, name: " "}, needs_table=True)


def test_function_without_table_needs_no_table_name() -> None:
    assert read_config({**ENVIRON, "MEMBERS_TABLE": ""}, needs_table=False).members_table == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CONSISTENT_READ", "yes"),
        ("CONSISTENT_READ", "True"),
        ("PRESIGN_SECONDS", "0"),
        ("PRESIGN_SECONDS", "-5"),
        ("PRESIGN_SECONDS", "604801"),
        ("PRESIGN_SECONDS", "5 minutes"),
        ("LOG_LEVEL", "LOUD"),
        ("USER_POOL_JWKS_URL", "http://attacker.example/jwks.json"),
        ("USER_POOL_JWKS_URL", "file:///etc/passwd"),
        ("USER_POOL_JWKS_URL", "https://"),
        ("USER_POOL_ISSUER", "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Tested"),
        ("USER_POOL_ISSUER", "http://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Tested"),
    ],
)
def test_malformed_setting_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        read_config({**ENVIRON, name: value}, needs_table=True)


def test_emulation_may_serve_its_keys_over_plain_http() -> None:
    emulated = {**ENVIRON, "USER_POOL_JWKS_URL": "http://host:4599/jwks.json", "AWS_ENDPOINT_URL": "http://host:4599"}
    assert read_config(emulated, needs_table=True).jwks_url == "http://host:4599/jwks.json"


def test_log_line_is_json_with_version_and_commit() -> None:
    text = io.StringIO()
    log = make_logger("export", level="INFO", version="1.4.0", commit="abc", stream=text)
    log.info("lid €", extra={"data": {"count": 3}})
    log.debug("too fine")
    (line,) = (json.loads(line) for line in text.getvalue().splitlines())
    assert datetime.fromisoformat(line.pop("timestamp")).tzinfo is not None
    assert line == {
        "level": "INFO",
        "message": "lid €",
        "function": "export",
        "version": "1.4.0",
        "commit": "abc",
        "count": 3,
    }


def test_logged_error_has_type_and_place_but_no_message(log: logging.Logger, log_text: io.StringIO) -> None:
    try:
        try:
            raise ValueError("Waterlaan")
        except ValueError as inner:
            raise RuntimeError("Waterlaan again") from inner
    except RuntimeError:
        log.exception("it failed")
    error = json.loads(log_text.getvalue())["error"]
    assert (error["type"], error["cause"]) == ("RuntimeError", "ValueError")
    assert "test_logged_error_has_type_and_place" in error["frames"][-1]
    assert "Waterlaan" not in log_text.getvalue()


def test_key_names_the_second_in_utc() -> None:
    amsterdam = datetime(2025, 3, 30, 13, 22, 33, 999_999, timezone(timedelta(hours=2)))
    assert key_for(amsterdam) == f"{PREFIX}members_20250330_112233.parquet"


def test_newest_and_outdated_look_at_member_files_only() -> None:
    first, second = key_for(datetime(2024, 12, 31, tzinfo=UTC)), key_for(datetime(2025, 1, 1, tzinfo=UTC))
    keys = [second, f"{PREFIX}zzz.parquet", f"{second}.tmp", f"x/{second}", first, f"{first}\n"]
    assert member_files(keys) == [first, second]
    assert newest(keys) == second
    assert outdated(keys) == [first]


@pytest.mark.parametrize("keys", [[], [f"{PREFIX}other.parquet"]])
def test_without_member_files_nothing_is_newest_or_outdated(keys: list[str]) -> None:
    assert newest(keys) is None
    assert outdated(keys) == []
