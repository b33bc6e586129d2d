"""The parameter that an ImageUri is the value of, and what is only a part of it."""

from __future__ import annotations

import pytest

from release.completion.imageuris import refers_to
from release.settings import cfn


@pytest.mark.parametrize(
    ("uri", "named"),
    [
        ("!Ref Uri", {"Uri"}),
        ('!Sub "${Uri}"', {"Uri"}),
        ("!If [Big, !Ref Uri, !Ref Other]", {"Uri", "Other"}),
        ('!Select [0, !Split ["|", !Sub "${Uri}|${ReleaseVersion}"]]', {"Uri", "ReleaseVersion"}),
        ('!Select [0, !Split ["|", !Join ["|", [!Ref Uri, !Ref Tag]]]]', {"Uri", "Tag"}),
        ('!Join ["", [!Ref Uri]]', {"Uri"}),
        ('!Sub ["${U}", {U: !Ref Uri}]', {"Uri"}),
        ('!Sub "${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/work:${Tag}"', set()),
        ('!Sub "${Repository}${Tag}"', set()),
        ('!Sub ["${R}:latest", {R: !Ref Repository}]', set()),
        ('!Join [":", [!Ref Repository, !Ref Tag]]', set()),
        ('!Join ["", [!Ref Account, ".dkr.ecr.eu-west-1.amazonaws.com/work"]]', set()),
        ('!Sub "${Repository.RepositoryUri}:1"', set()),
        ("012345678901.dkr.ecr.eu-west-1.amazonaws.com/work:1", set()),
    ],
)
def test_what_is_the_whole_uri_is_named_and_a_part_of_it_is_not(uri: str, named: set[str]) -> None:
    template = cfn.load(f"Resources: {{Work: {{Type: T, Properties: {{U: {uri}}}}}}}".encode(), "template.yaml")
    assert refers_to(template["Resources"]["Work"]["Properties"]["U"]) == named
