"""Which image a stand-in takes the place of, by the name in a Dockerfile."""

from __future__ import annotations

import pytest

from rehearsal.machine.standin import StandIn, stand_in

DIGEST = "@sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("public.ecr.aws/lambda/python:3.13", StandIn("lambda", "trixie", "3.13", "3.13")),
        (f"public.ecr.aws/lambda/python:3.9{DIGEST}", StandIn("lambda", "bullseye", "3.9", "3.9")),
        ("public.ecr.aws/lambda/python:3.14-arm64", StandIn("lambda", "forky", "3.14", "3.14")),
        ("public.ecr.aws/lambda/python:3.11.2025.11.05.12", StandIn("lambda", "bookworm", "3.11", "3.11")),
        ("public.ecr.aws/sam/build-python3.13", StandIn("lambda", "trixie", "3.13", "3.13", compilers=True)),
        ("python:3.13-slim", StandIn("python", "trixie", "3.13", "3.13")),
        ("python:3.13.5-slim-bookworm", StandIn("python", "trixie", "3.13", "3.13")),
        ("python:3.11", StandIn("python", "bookworm", "3.11", "3.11", compilers=True)),
        ("public.ecr.aws/docker/library/python:3.13-slim-trixie", StandIn("python", "trixie", "3.13", "3.13")),
        ("debian:bookworm-slim", StandIn("debian", "bookworm")),
        ("debian:12.11", StandIn("debian", "bookworm")),
        ("docker/dockerfile:1.7-labs", StandIn("frontend")),
        ("ghcr.io/astral-sh/uv:latest", StandIn("uv")),
        ("ghcr.io/astral-sh/uv:0.9.3", StandIn("uv")),
        ("ghcr.io/astral-sh/uv:python3.13-trixie-slim", StandIn("python", "trixie", "3.13", "3.13", uv=True)),
    ],
)
def test_the_name_decides_what_takes_its_place(name: str, expected: StandIn) -> None:
    assert stand_in(name) == expected


@pytest.mark.parametrize(("called", "python"), [("3.12", "3.13"), ("3.10", "3.11")])
def test_a_python_that_no_debian_has_is_stood_in_for_by_the_next_one_and_that_is_said(called: str, python: str) -> None:
    name = f"public.ecr.aws/lambda/python:{called}"
    found = stand_in(name)
    assert isinstance(found, StandIn)
    assert (found.called, found.python) == (called, python)
    told = f" and not {called}: wheels for cp{called.replace('.', '')} alone do not install"
    assert f"Python {python} ({found.suite}){told}" in found.said(name)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("public.ecr.aws/lambda/nodejs:22", "AWS's base for nodejs"),
        ("public.ecr.aws/lambda/provided:al2023", "AWS's base for provided"),
        ("public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1", "nothing here is known"),
        ("python:3.13-alpine", "built on alpine"),
        ("python:3.8-slim", "no Debian suite has Python 3.8"),
        (f"public.ecr.aws/lambda/python{DIGEST}", "a digest alone"),
        ("public.ecr.aws/lambda/python:latest", "its tag latest"),
        ("amazonlinux:2023", "nothing here is known"),
        ("debian:jessie", "no suite of Debian"),
    ],
)
def test_what_nothing_can_stand_in_for_is_refused_with_the_reason(name: str, why: str) -> None:
    assert why in str(stand_in(name))
