"""Whether the aliases serve a release: digest, version, shares, states."""

from __future__ import annotations

from dataclasses import replace

import pytest

from release.deployments.model import LiveFunction, StackResource
from release.deployments.serving import hopeless, published_versions, strayed, strayed_from, unserved
from release.releases.model import Release
from release.releases.record import RecordedFunction, RecordedImage
from tests.unit.releases.test_record import RECORD as EXAMPLE

OLD, NEW = "sha256:" + "a" * 64, "sha256:" + "b" * 64
IMAGE = RecordedImage("app/export", NEW, "0" * 16, "linux/amd64", 1)
FUNCTIONS = {"Export": RecordedFunction("export", "live")}
RECORD = replace(EXAMPLE, images={"export": IMAGE}, functions=FUNCTIONS, verdicts={})
RELEASE = Release("1.1.0", "sha256:" + "c" * 64, RECORD)
SERVING = LiveFunction("app-export", "2", NEW, "Active", "Successful")
VERSIONS = {"app-export": "2"}
ARN = "arn:aws:lambda:eu-west-1:000000000000:function"


def test_a_function_that_serves_digest_and_version_is_served() -> None:
    assert unserved({"Export": SERVING}, RELEASE, VERSIONS) == ""
    assert unserved({"Export": SERVING}, RELEASE, {}) == "", "a stack that tells no version"


@pytest.mark.parametrize(
    ("served", "words"),
    [
        (None, "the function or its alias does not exist"),
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
    assert words in unserved({"Export": served}, RELEASE, VERSIONS)


def test_one_image_in_several_functions_must_be_served_by_every_one() -> None:
    """faults.md, 58."""
    three = Release("1.1.0", RELEASE.digest, replace(RECORD, functions=FUNCTIONS | {"Retry": FUNCTIONS["Export"]}))
    behind = replace(SERVING, function="app-retry", digest=OLD)
    assert unserved({"Export": SERVING, "Retry": behind}, three, {}).startswith("Retry: app-retry serves sha256:aaa")


def test_a_setting_that_changed_while_the_alias_stayed_is_not_served() -> None:
    """faults.md, 58: the digest is right, the version is not."""
    behind = replace(SERVING, behind="Environment")
    assert "has not the Environment that it was set to since" in unserved({"Export": behind}, RELEASE, {})


def test_a_zip_has_no_digest_to_compare_but_must_be_there_and_a_function_without_an_alias_has_no_version() -> None:
    zipped = Release("1.1.0", RELEASE.digest, replace(RECORD, functions={"Clean": RecordedFunction("", "")}))
    latest = replace(SERVING, digest="", version="$LATEST")
    assert not unserved({"Clean": latest}, zipped, VERSIONS)
    assert "does not exist" in unserved({"Clean": None}, zipped, VERSIONS)


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
    found = strayed({"Export": live}, FUNCTIONS, {"Export": "app-export"}, VERSIONS)
    assert found == ({"Export": "2"} if wanted else {})


def test_where_the_stack_tells_no_version_no_alias_is_touched() -> None:
    assert strayed({"Export": None}, FUNCTIONS, {"Export": "app-export"}, {}) == {}
    assert strayed_from(SERVING, {}) == ""
