"""What the release command reads of a template: names and defaults, as they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from release.errors import UsageError
from release.settings.template import parameters

ROOT = Path(__file__).parents[3]


def test_defaults_are_taken_as_they_are_written() -> None:
    text = b"""
Parameters:
  Given: {Type: String}
  Number: {Type: Number, Default: 0300}
  Truth: {Type: String, Default: true}
  Date: {Type: String, Default: 2010-09-09}
  Empty: {Type: String, Default: ""}
Resources:
  A: !Sub "${Number}"
  B: !If [C, !GetAtt A.Arn, {Ref: AWS::NoValue}]
"""
    expected = {"Given": None, "Number": "0300", "Truth": "true", "Date": "2010-09-09", "Empty": ""}
    assert parameters(text, "t") == expected


def test_json_is_read_too() -> None:
    assert parameters(b'{"Parameters": {"A": {"Type": "String", "Default": "x"}}}', "t") == {"A": "x"}
    assert parameters(b'{\n\t"Parameters": {\n\t\t"A": {"Type": "String"}\n\t}\n}', "t") == {"A": None}


def test_the_project_s_own_template_leaves_open_what_a_release_gives() -> None:
    found = parameters((ROOT / "template.yaml").read_bytes(), "template.yaml")
    open_ones = {name for name, default in found.items() if default is None}
    assert open_ones == {"ImageUri", "ReportImageUri", "ReleaseVersion", "GitSha", "Environment"}
    assert found["PresignSeconds"] == "300"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"- a",
        b"Parameters: [",
        b"Parameters: [A]",
        b"Parameters: {A: String}",
        b"Parameters: {A: {Default: [1]}}",
        b"Resources: {}",
        b"\xff\xfe\xfd",
        b"Parameters: &a\n  <<: *b\n",
    ],
)
def test_what_is_no_template_is_refused_by_its_name(text: bytes) -> None:
    with pytest.raises(UsageError, match=r"^template\.yaml of 1234 is no template with parameters") as caught:
        parameters(text, "template.yaml of 1234")
    assert caught.value.next_step
