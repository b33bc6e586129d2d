"""What the template gives a function when it starts, and placeholders for what only CloudFormation knows."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from release.settings import cfn
from release.settings.functionenv import StartSettings, of_functions


def functions(properties: str, before: str = "") -> tuple[StartSettings, ...]:
    """The functions of image ``api`` in a template whose first function has these properties."""
    text = f"{before}\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n"
    text += "      ImageUri: !Ref Uri\n"
    text += indent(dedent(properties), " " * 6)
    text += "\n  Zip:\n    Type: AWS::Serverless::Function\n    Properties: { CodeUri: app }\n"
    return of_functions(cfn.load(text, "template.yaml"), {"Uri": "api"}, {"AWS::Region": "eu-west-1"})["api"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("!Ref Table", "REFERENCE-TO-Table"),
        ("!Ref AWS::Region", "eu-west-1"),
        ("!Ref Level", "INFO"),
        ("!Ref FromStore", "REFERENCE-TO-FromStore"),
        ("!GetAtt Bucket.Arn", "REFERENCE-TO-Bucket.Arn"),
        ('!Sub "s3://${Bucket}/${AWS::Region}/${!kept}"', "s3://REFERENCE-TO-Bucket/eu-west-1/${kept}"),
        ('!Sub ["${A}-${B}", { A: !Ref Level }]', "INFO-REFERENCE-TO-B"),
        ('!Join ["-", [a, !Ref Table]]', "a-REFERENCE-TO-Table"),
        ("!If [Own, !Ref AWS::NoValue, !Ref Table]", "REFERENCE-TO-Table"),
        ("!If [HasTable, !Ref Table, other]", "REFERENCE-TO-Table"),
        ("!If [IsInfo, yes, no]", "yes"),
        ("!If [IsNotInfo, yes, !Sub '${Level}!']", "INFO!"),
        ("!If [Both, yes, no]", "no"),
        ("!If [Either, yes, no]", "yes"),
        ("!If [Endless, yes, no]", "yes"),
        ("!ImportValue other-stack", "REFERENCE-TO-ImportValue"),
        ('"{{resolve:secretsmanager:db}}"', "REFERENCE-TO-secretsmanager:db"),
    ],
)
def test_a_variable_is_its_text_or_a_placeholder_that_names_what_it_refers_to(value: str, text: str) -> None:
    parameters = "Parameters:\n  Level: { Type: String, Default: INFO }\n"
    parameters += "  FromStore: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /path }\n"
    parameters += dedent(
        """\
        Conditions:
          HasTable: !Not [!Equals [!Ref Table, ""]]
          IsInfo: !Equals [!Ref Level, INFO]
          IsNotInfo: !Not [!Condition IsInfo]
          Both: !And [!Condition HasTable, !Condition IsNotInfo]
          Either: !Or [!Condition HasTable, !Condition IsInfo]
          Endless: !Not [!Condition Endless]
        """
    )
    (function,) = functions(f"Environment: {{ Variables: {{ NAME: {value} }} }}", parameters)
    assert function.env == {"NAME": text}


def test_what_the_function_says_wins_over_globals_and_memory_has_lambdas_default() -> None:
    shared = "Globals:\n  Function:\n    MemorySize: 1024\n    Environment: { Variables: { A: shared, B: shared } }"
    own = "Environment: { Variables: { B: own } }\nEphemeralStorage: { Size: 2048 }"
    (function,) = functions(own, shared)
    assert (function.env, function.memory, function.storage) == ({"A": "shared", "B": "own"}, 1024, 2048)
    (function,) = functions("Description: least")
    assert (function.env, function.memory, function.storage) == ({}, 128, 512)


def test_the_templates_command_entry_point_and_folder_are_taken() -> None:
    (function,) = functions("ImageConfig: { Command: [b.handler], EntryPoint: [/go, -v], WorkingDirectory: /srv }")
    assert (function.command, function.entry_point, function.folder) == (("b.handler",), ("/go", "-v"), "/srv")


def test_a_variable_that_a_condition_takes_away_is_not_set() -> None:
    before = "Parameters:\n  Stage: { Type: String, Default: dev }\n"
    before += "Conditions:\n  Prod: !Equals [!Ref Stage, prod]"
    (function,) = functions("Environment: { Variables: { A: !If [Prod, a, !Ref AWS::NoValue], B: b } }", before)
    assert function.env == {"B": "b"}
