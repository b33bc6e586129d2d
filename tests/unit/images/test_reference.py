"""Names of images: what Docker adds to them, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.images.reference import parse_reference

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("python", "docker.io/library/python:latest"),
        ("python:3.13", "docker.io/library/python:3.13"),
        ("amazon/aws-lambda-python:3.13", "docker.io/amazon/aws-lambda-python:3.13"),
        ("public.ecr.aws/lambda/python:3.13", "public.ecr.aws/lambda/python:3.13"),
        ("index.docker.io/python:3", "docker.io/library/python:3"),
        ("docker.io/library/python", "docker.io/library/python:latest"),
        ("localhost/a", "localhost/a:latest"),
        ("localhost:5000/a/b:1", "localhost:5000/a/b:1"),
        ("MyHost/a", "MyHost/a:latest"),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/a__b/c--d.e:V_1.2-x", None),
        (f"python@{DIGEST}", f"docker.io/library/python@{DIGEST}"),
        (f"ghcr.io/a/b:1@{DIGEST}", f"ghcr.io/a/b:1@{DIGEST}"),
    ],
)
def test_a_name_is_read_with_what_docker_adds_to_it(text: str, whole: str | None) -> None:
    reference = parse_reference(text)
    assert str(reference) == (whole or text)
    assert parse_reference(str(reference)) == reference


@pytest.mark.parametrize(
    "text",
    ["", "Python", "a b", "a:", ":1", "a@", "a@sha256:0", "a@" + DIGEST.upper(), "a/", "/a", "a//b", "-a", "a:-1",
     "host.io/", "a:b:c", "é", "a\n", "a:" + "1" * 129, "a/" * 128 + "a", "a$b", "x..y/a/..", "--help"],
)  # fmt: skip
def test_what_is_no_name_of_an_image_is_none(text: str) -> None:
    assert parse_reference(text) is None


@given(st.text(max_size=40))
def test_what_is_read_is_read_again_as_the_same(text: str) -> None:
    reference = parse_reference(text)
    assert reference is None or parse_reference(str(reference)) == reference
