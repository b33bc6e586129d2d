"""Where nothing names an image, the refusal names the function and what to write."""

from __future__ import annotations

import pytest

from release.completion.missing import check_images
from release.errors import UsageError

SETTINGS = '[project]\nname = "app"\n'
FUNCTION = """\
Transform: AWS::Serverless-2016-10-31
Parameters: {Uri: {Type: String}}
Resources:
  Api:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image, ImageUri: %s}
"""


@pytest.mark.parametrize(
    ("template", "words", "then"),
    [
        (FUNCTION % "!Ref Uri", 'line 6: Api runs the image {"Ref": "Uri"}, and nothing', 'with parameter = "Uri"'),
        (FUNCTION % '!Sub "1.dkr.ecr.eu-west-1.amazonaws.com/a:${Uri}"', "line 6: Api runs the image", "Metadata"),
        (FUNCTION % "1.dkr.ecr.eu-west-1.amazonaws.com/a:1", "line 6: Api runs the image 1.dkr.ecr", "Metadata"),
        (
            FUNCTION % "x:1" + "    Metadata: {aws:asset:path: asset.1}\n",
            "Api comes from CDK, which is not supported",
            "in a SAM template",
        ),
        (
            "Resources: {B: {Type: AWS::S3::Bucket}}\n",
            "no function of template.yaml runs an image",
            "PackageType: Image",
        ),
    ],
)
def test_a_template_without_an_image_of_ours_is_refused_with_the_way_out(template: str, words: str, then: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_images(SETTINGS, lambda _: template.encode())
    assert words in caught.value.message
    assert then in caught.value.next_step


def test_settings_that_name_an_image_are_judged_elsewhere() -> None:
    check_images(SETTINGS + "[images.a]\n", lambda _: b"Resources: {}\n")
