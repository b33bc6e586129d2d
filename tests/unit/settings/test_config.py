"""release.toml: what is read from it, and how every mistake is named with its line and key."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.errors import NotFoundError, UsageError
from release.settings.config import parse, parse_history
from tests.support.world import RELEASE_TOML


def replaced(old: str, new: str) -> str:
    """The valid file with one line changed."""
    assert RELEASE_TOML.count(old) >= 1
    return RELEASE_TOML.replace(old, new, 1)


def test_a_valid_file_gives_images_environments_and_smoke_tests_with_their_defaults() -> None:
    config = parse(RELEASE_TOML)
    assert (config.template, config.alias, config.pinned) == ("template.yaml", "live", False)
    assert list(config.images) == ["export", "report"]
    assert config.images["export"].target == "export"
    assert config.environment("production").proven_in == "staging"
    assert config.environment("staging").parameters == {"Environment": "staging"}
    assert [len(test.steps) for test in config.smoke] == [1, 1, 2]
    assert config.smoke[0].environments == ("staging", "production")


def test_numbers_and_booleans_become_the_text_that_cloudformation_takes() -> None:
    text = replaced('Environment = "staging"', "Days = 90\nConsistent = true")
    assert parse(text).environment("staging").parameters == {"Days": "90", "Consistent": "true"}


def test_an_unknown_environment_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(NotFoundError, match=r"no environment 'prod'.*staging, production"):
        parse(RELEASE_TOML).environment("prod")


# Each: a text of the valid file, what stands there instead, the words of the error, a word of the line it names.
MISTAKES = {
    "misspelt key": ('context = "function"', 'contxt = "function"', "images.export.contxt is not a key", "contxt"),
    "wrong type": ('stack = "app-staging"', "stack = 3", "environments.staging.stack must be a text", "stack = 3"),
    "empty text": ('stack = "app-staging"', 'stack = ""', "stack must not be empty", 'stack = ""'),
    "missing key": ('parameter = "ImageUri"\n', "", "images.export.parameter is missing", "[images.export]"),
    "no digest": ("@sha256:" + "0" * 64, ":latest", "build.base must name the base image by digest", "base ="),
    "short digest": ("0" * 64, "0" * 63, "build.base must name the base image by digest", "base ="),
    "outside": ('"function/shared"', '"../secrets"', "names '../secrets', which is outside", "inputs"),
    "climbs out": ('"function/shared"', '"function/../x"', "which is outside the context", "inputs"),
    "no Dockerfile": ('["function/Dockerfile", ', "[", "lacks the Dockerfile itself", "inputs"),
    "no list": ('["function/Dockerfile", "function/shared", "function/export"]', '"x"', "a list of texts", "inputs"),
    "repository": ('"app/export"', '"App/Export"', "repository has a form that is not allowed", "repository"),
    "region": ('region = "eu-west-1"', 'region = "Ireland"', "registry.region has a form", "region"),
    "stack name": ('"app-staging"', '"--app"', "stack has a form that is not allowed", "stack"),
    "parameter name": ('Environment = "staging"', '"A B" = "x"', "is no name for a template parameter", "A B"),
    "parameter value": ('Environment = "staging"', "Ratio = 0.5", "parameters.Ratio must be a text", "Ratio"),
    "image name": ("[images.export]", "[images.Export]", "images.Export is no name for an image", "images.Export"),
    "environment name": ("[environments.production]", "[environments.9]", "is no name for an", "environments.9"),
    "proven nowhere": ('proven-in = "staging"', 'proven-in = "qa"', "proven-in names 'qa'", "proven-in ="),
    "proven in itself": ('proven-in = "staging"', 'proven-in = "production"', "no other environment", "proven-in ="),
    "shared repository": ('"app/report"', '"app/export"', "which export has already", "repository ="),
    "shared stack": ('"app-production"', '"app-staging"', "which staging has already", "stack ="),
    "alias": ('name = "app"', 'name = "app"\nalias = "7"', "project.alias has a form", "alias"),
    "platform": ("[registry]", 'platform = "linux/riscv64"\n[registry]', "platform must be one of", "platform"),
    "reproducible": ("[registry]", 'reproducible = "yes"\n[registry]', "reproducible must be one of", "reproducible"),
    "an image's own": ('context = "function"', 'reproducible = "no"\ncontext = "function"', "must be one of", "ble ="),
    "size": ('context = "function"', 'max-size = "250"\ncontext = "function"', "must be a size like", "max-size"),
    "size in MiB": ('context = "function"', 'max-size = "2 MiB"\ncontext = "function"', "a size like", "max-size"),
    "unknown table": ("[project]", "[projekt]\n[project]", "projekt is not a key", "projekt"),
    "smoke environment": ('["staging"]', '["qa"]', "smoke.environments names 'qa'", 'environments = ["qa"]'),
    "smoke environments": ('["staging"]', "7", "smoke.environments must be a list of texts", "environments = 7"),
    "smoke without steps": ("[[smoke.steps]]\nget", "[smoke.x]\nget", "smoke.steps is missing", "[[smoke]]"),
    "two actions": ('get = "/health"', 'get = "/"\npost = "/"', "needs exactly one of get, post", "smoke.steps"),
    "step key": ('get = "/report/health"', 'get = "/"\ntokn = 1', "smoke.steps.tokn is not a key", "tokn"),
    "token type": ("token = true", 'token = "yes"', "smoke.steps.token must be true or false", "token ="),
    "status type": ('get = "/health"', 'get = "/"\nstatus = true', "status must be a whole number", "status"),
    "save type": (
        'save = { members = "count" }',
        "save = { members = 1 }",
        "save.members must be a text, not 1",
        "save",
    ),
    "count and more": (
        'save = { members = "count" }',
        'save = { members = "count" }\nstatus = 200',
        "smoke.steps.status does not go with count-items; what does: save",
        "status",
    ),
    "count for nothing": (
        'save = { members = "count" }',
        "",
        "smoke.steps.count-items needs save, which is missing",
        "count-items",
    ),
    "schedule and more": (
        'get = "/health"',
        'schedule = "Nightly"',
        "smoke.steps.json does not go with schedule; nothing else does",
        "json",
    ),
    "item without a key": ('get = "/health"', 'item = "t"', "smoke.steps.item needs key, which is missing", "item ="),
    "a body that is read": ('get = "/report/health"', 'get = "/"\nbody = { a = 1 }', "does not go with get", "body"),
    "payload": ('get = "/report/health"', 'invoke = "F"\npayload = "{}"', "payload must be a table", "payload"),
    "waiting": ('get = "/report/health"', 'queue-empty = "q"\nwithin = 901', "must be from 0 to 900", "within"),
    "secret header": ('get = "/report/health"', 'get = "/"\nsecret-headers = { k = 1 }', "must be a text", "secret-h"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_refused_with_its_line_and_key(case: str) -> None:
    old, new, words, place = MISTAKES[case]
    text = replaced(old, new)
    with pytest.raises(UsageError, match=re.escape(words)) as caught:
        parse(text)
    line = re.match(r"release\.toml, line (\d+): ", caught.value.message)
    assert line is not None, caught.value.message
    assert place in text.splitlines()[int(line[1]) - 1]
    assert caught.value.untouched == "everything"
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("250 MB", 250_000_000),
        ("1.5GB", 1_500_000_000),
        ("12.345 kB", 12_345),
        ("0.001 kB", 1),
        ("999999 GB", 999_999 * 10**9),
    ],
)
def test_a_size_budget_is_read_in_bytes(text: str, size: int) -> None:
    found = parse(replaced('context = "function"', f'max-size = "{text}"\ncontext = "function"'))
    assert [image.max_size for image in found.images.values()] == [size, 0]


def test_a_size_budget_of_an_older_file_that_is_not_understood_is_none() -> None:
    """faults.md, 68."""
    found = parse_history(replaced('context = "function"', 'max-size = "big"\ncontext = "function"'))
    assert found.images["export"].max_size == 0
    assert "max-size" in " ".join(found.notes)


def test_an_image_may_have_its_times_rewritten_when_no_other_has_and_the_other_way_round() -> None:
    own = replaced('context = "function"', 'reproducible = "rewrite"\ncontext = "function"')
    assert [image.rewrite for image in parse(own).images.values()] == [True, False]
    every = own.replace("[registry]", 'reproducible = "rewrite"\n[registry]')
    assert [image.rewrite for image in parse(every).images.values()] == [True, True]
    other = every.replace('reproducible = "rewrite"\ncontext', 'reproducible = "files"\ncontext')
    assert [image.rewrite for image in parse(other).images.values()] == [False, True]


def test_of_two_equal_keys_the_line_of_the_right_table_is_named() -> None:
    text = replaced('"app/report"', '"app/export"')
    last = max(n for n, line in enumerate(text.splitlines(), 1) if '"app/export"' in line)
    with pytest.raises(UsageError, match=f"line {last}: images.report.repository"):
        parse(text)


def test_of_several_smoke_steps_the_line_of_the_right_one_is_named() -> None:
    text = replaced("post =", "pots =")
    line = 1 + text.splitlines().index("[[smoke.steps]]", text.splitlines().index('pots = "/members/parquet"') - 1)
    with pytest.raises(UsageError, match=f"line {line}: smoke.steps needs exactly one of"):
        parse(text)


def test_without_a_registry_it_is_where_the_first_environment_is() -> None:
    text = re.sub(r"(?ms)^\[registry\].*?(?=^\[)", "", RELEASE_TOML)
    assert "[registry]" not in text
    found = parse(text)
    assert found.registry_region == next(iter(found.environments.values())).region


@pytest.mark.parametrize("table", ["project", "images", "environments"])
def test_a_table_that_is_missing_or_is_none_is_named(table: str) -> None:
    kept = re.sub(rf"(?ms)^\[{table}[\].].*?(?=^\[(?!{table}))", "", RELEASE_TOML)
    with pytest.raises(UsageError, match=f"{table} is missing"):
        parse(kept)
    with pytest.raises(UsageError, match=f"line 1: {table} must be a table"):
        parse(f"{table} = 3\n{kept}")


def test_a_file_that_is_no_toml_is_refused_with_toml_s_own_place() -> None:
    with pytest.raises(UsageError, match=r"not valid TOML: .*line 2, column"):
        parse("[project]\nname = \n")


@pytest.mark.parametrize("text", ["x = " + "9" * 5000, "x = " + "[" * 5000])
def test_what_the_toml_reader_itself_cannot_bear_is_refused_too(text: str) -> None:
    with pytest.raises(UsageError, match="not valid TOML"):
        parse(text)


@given(st.text(max_size=200))
def test_no_text_whatsoever_makes_the_reader_crash(text: str) -> None:
    with pytest.raises(UsageError):
        parse(text)


@given(
    st.sampled_from([line for line in RELEASE_TOML.splitlines() if "=" in line]),
    st.sampled_from(
        ["1", "true", "[]", "[1]", "{}", '""', '"x"', "1.5", "2026-01-01", "{ a = { b = 1 } }", "[{}]", "nan"]
    ),
)
def test_no_value_of_any_type_anywhere_makes_the_reader_crash(line: str, value: str) -> None:
    """Either the value is allowed there, or it is refused by its key."""
    with suppress(UsageError):
        parse(RELEASE_TOML.replace(line, f"{line.partition('=')[0]}= {value}"))


@given(st.sampled_from(RELEASE_TOML.splitlines()))
def test_no_missing_line_makes_the_reader_crash(line: str) -> None:
    with suppress(UsageError):
        parse(RELEASE_TOML.replace(line + "\n", "", 1))
