"""The kind of packages that every image must show follows from the bases, and from nothing where they do not tell."""

from __future__ import annotations

import pytest

from release.adoption.packagekinds import BuiltFrom, kinds
from tests.support.projectfiles import MemoryFiles

NODE = "FROM node:22 AS build\nRUN npm ci\nFROM public.ecr.aws/lambda/nodejs:22\nCOPY --from=build /x /x\n"
CHAIN = "FROM public.ecr.aws/lambda/java:21 AS base\nFROM base AS work\nRUN true\nFROM work\n"


def kind(*texts: str, target: str = "") -> tuple[str, ...]:
    files = MemoryFiles({f"{number}/Dockerfile": text for number, text in enumerate(texts)})
    return kinds([BuiltFrom(path, target) for path in files.files], files.read)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM public.ecr.aws/lambda/python:3.13\n", "python-pkg"),
        ("ARG V=3.12\nFROM python:${V}-slim@sha256:" + "0" * 64 + "\n", "python-pkg"),
        (NODE, "node-pkg"),
        (CHAIN, "jar"),
        ("FROM public.ecr.aws/lambda/dotnet:8\n", "dotnet-core"),
        ("FROM mcr.microsoft.com/dotnet/aspnet:8.0\n", "dotnet-core"),
        ("FROM public.ecr.aws/lambda/ruby:3.4\n", "gemspec"),
    ],
)
def test_a_base_that_is_known_says_its_kind(text: str, expected: str) -> None:
    assert kind(text) == (expected,)
    assert kind(text, text) == (expected,)


def test_the_stage_that_is_the_image_counts() -> None:
    assert kind(NODE.replace("node:22 AS", "python:3.13 AS"), target="build") == ("python-pkg",)


@pytest.mark.parametrize(
    "texts",
    [
        ["FROM public.ecr.aws/lambda/python:3.13\n", NODE],
        ["FROM public.ecr.aws/lambda/provided:al2023\n"],
        ["FROM acme/runtime:1\n"],
        ["FROM scratch\n"],
        ["FROM ${BASE}\n"],
        ["RUN nothing\n"],
        [],
    ],
)
def test_where_bases_do_not_agree_or_tell_nothing_there_is_none(texts: list[str]) -> None:
    assert kind(*texts) == ()
    assert kinds([BuiltFrom("missing/Dockerfile")], MemoryFiles({}).read) == ()
