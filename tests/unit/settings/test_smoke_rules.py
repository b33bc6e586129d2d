"""Judging a smoke test's answer: only what was declared passes; what cannot be read never does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from release.deployments.model import HttpResponse
from release.deployments.smokerules import Unfilled, fill, judge
from release.settings.smokestep import SmokeStep

HEALTH = SmokeStep("get", "/health", json={"status": "ok", "version": "{version}"})
VALUES = {"version": "1.4.0", "members": "1228"}


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A JSON answer."""
    return HttpResponse(status, headers or {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def problem(step: SmokeStep, response: HttpResponse) -> str:
    """What is wrong with an answer."""
    return judge(step, response, VALUES)[0]


def test_the_declared_answer_passes_whatever_else_it_holds() -> None:
    assert problem(HEALTH, answer({"status": "ok", "version": "1.4.0", "uptime": 3})) == ""


def test_the_version_before_does_not_pass() -> None:
    """faults.md, 29."""
    assert problem(HEALTH, answer({"status": "ok", "version": "1.3.0"})) == "version is '1.3.0' instead of '1.4.0'"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"<html>", b"\xff\xfe", b'"ok"', b"null", b"[]", b"{}", b'{"status": null}', b"[" * 100_000]
)
def test_an_unreadable_or_empty_answer_does_not_pass(body: bytes) -> None:
    """faults.md, 30."""
    assert problem(HEALTH, answer(body))


def test_another_status_does_not_pass_and_shows_the_answer_on_one_line() -> None:
    text = problem(HEALTH, answer(b"Internal\nServer\x1b[31m Error", 500))
    assert text == "answered 500 instead of 200: Internal Server [31m Error"


@pytest.mark.parametrize(
    ("wanted", "got", "passes"),
    [
        (1, 1, True),
        (1, 1.0, True),
        (1, True, False),
        (True, 1, False),
        (True, True, True),
        ("1228", 1228, True),  # a placeholder is text, the answer's number is compared as text
        ("", None, False),
        ([1], [1], True),
        ({"a": 1}, {"a": 2}, False),
    ],
)
def test_values_are_compared_with_their_type_except_against_text(wanted: object, got: object, passes: bool) -> None:
    step = SmokeStep("get", "/", json={"count": wanted})
    assert (problem(step, answer({"count": got})) == "") is passes


def test_a_nested_key_is_found_by_its_dotted_path() -> None:
    step = SmokeStep("get", "/", json={"data.members": 3})
    assert problem(step, answer({"data": {"members": 3}})) == ""
    assert problem(step, answer({"data": 3})) == "data.members is None instead of 3"


def test_a_header_must_have_the_declared_value() -> None:
    step = SmokeStep("download", "u", headers={"X-Amz-Meta-Record-Count": "{members}"})
    assert problem(step, answer(b"", headers={"x-amz-meta-record-count": "1228"})) == ""
    assert "is '7' instead of '1228'" in problem(step, answer(b"", headers={"x-amz-meta-record-count": "7"}))
    assert "is None" in problem(step, answer(b""))


def test_the_body_must_begin_as_declared() -> None:
    step = SmokeStep("download", "u", starts_with="PAR1")
    assert problem(step, answer(b"PAR1\x00")) == ""
    assert "the body begins with b'PAR'" in problem(step, answer(b"PAR"))


def test_values_are_saved_for_later_steps_only_when_they_are_there() -> None:
    step = SmokeStep("get", "/", save={"url": "links.url", "count": "n"})
    assert judge(step, answer({"links": {"url": "https://x"}, "n": 3}), {}) == ("", {"url": "https://x", "count": "3"})
    assert judge(step, answer({"n": 3}), {}) == ("the answer has no links.url", {})


def test_a_placeholder_without_value_is_no_pass() -> None:
    with pytest.raises(Unfilled, match=r"nothing is known as \{output.Nothing\}"):
        fill("{output.Nothing}/x", VALUES)
    with pytest.raises(Unfilled):
        judge(replace(HEALTH, json={"a": "{b}"}), answer({"a": 1}), VALUES)


def test_a_filled_value_is_not_filled_again() -> None:
    assert fill("{a}", {"a": "{b}", "b": "c"}) == "{b}"
