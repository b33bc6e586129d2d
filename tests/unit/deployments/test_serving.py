"""Whether the aliases serve a release: digest, version, shares, states."""

from __future__ import annotations

from dataclasses import replace

import pytest

from release.deployments.model import LiveFunction, StackResource
from release.deployments.serving import hopeless, published_versions, strayed, strayed_from, unserved
from release.releases.model import Release

OLD, NEW = "sha256:" + "a" * 64, "sha256:" + "b" * 64
RELEASE = Release("1.1.0", "b" * 40, {"export": NEW})
SERVING = LiveFunction("app-export", "2", NEW, "Active", "Successful")
VERSIONS = {"app-export": "2"}
ARN = "arn:aws:lambda:eu-west-1:000000000000:function"


def test_a_function_that_serves_digest_and_version_is_served() -> None:
    assert unserved({"export": SERVING}, RELEASE, VERSIONS) == ""
    assert unserved({"export": SERVING}, RELEASE, {}) == "", "a stack that tells no version"


@pytest.mark.parametrize(
    ("served", "words"),
    [
        (None, "its function or alias does not exist"),
        (replace(SERVING, digest=OLD), f"serves {OLD}, not {NEW}"),
        (replace(SERVING, digest=""), "serves an unknown image"),
        (replace(SERVING, version="1"), "serves version 1, not 2, which the stack made"),
        (replace(SERVING, weights={"1": 0.1}), "still sends 10% to version 1"),
        (replace(SERVING, weights={"3": 0.5, "1": 0.25}), "still sends 25% to version 1, 50% to version 3"),
        (replace(SERVING, update="Failed"), "failed: no reason given"),
        (replace(SERVING, state="Failed", reason="no access"), "failed: no access"),
        (replace(SERVING, state="Pending", update="InProgress"), "is Pending, its update InProgress"),
        (replace(SERVING, state="Inactive", reason="no address"), "is Inactive, its update Successful: no address"),
    ],
)
def test_what_does_not_serve_the_release_is_said_with_its_reason(served: LiveFunction | None, words: str) -> None:
    """faults.md, 27 to 29 and 59."""
    assert words in unserved({"export": served}, RELEASE, VERSIONS)


def test_only_a_function_that_said_it_failed_is_hopeless() -> None:
    """faults.md, 27 and 28: the others may still come."""
    assert hopeless({"export": replace(SERVING, update="Failed")})
    assert hopeless({"export": replace(SERVING, state="Failed")})
    assert not hopeless({"export": replace(SERVING, state="Pending", update="InProgress"), "report": None})


def test_the_version_that_the_stack_made_is_read_from_its_resources() -> None:
    resources = [
        StackResource("Export", "AWS::Lambda::Function", "app-export"),
        StackResource("ExportVersion1", "AWS::Lambda::Version", f"{ARN}:app-export:7"),
        StackResource("ExportAliaslive", "AWS::Lambda::Alias", f"{ARN}:app-export:live"),
        StackResource("ReportVersion1", "AWS::Lambda::Version", f"{ARN}:app-report:3"),
        StackResource("ReportVersion2", "AWS::Lambda::Version", f"{ARN}:app-report:4"),
        StackResource("HalfMade", "AWS::Lambda::Version", ""),
    ]
    assert published_versions(resources) == {"app-export": "7"}, "of two versions nobody knows which is meant"


@pytest.mark.parametrize(
    ("live", "wanted"),
    [
        (SERVING, {}),
        (replace(SERVING, version="1", digest=OLD), VERSIONS),
        (replace(SERVING, weights={"1": 0.1}), VERSIONS),
        (None, VERSIONS),
    ],
)
def test_an_alias_that_strayed_is_named_with_the_version_that_it_should_serve(
    live: LiveFunction | None, wanted: dict[str, str]
) -> None:
    """faults.md, 59."""
    assert strayed({"export": live}, {"export": "app-export"}, VERSIONS) == wanted


def test_where_the_stack_tells_no_version_no_alias_is_touched() -> None:
    assert strayed({"export": None}, {"export": "app-export"}, {}) == {}
    assert strayed_from(SERVING, {}) == ""
