"""What release.toml itself needs of the deploying role.

That is its smoke tests, on the resources of its own environment's stack, and the secrets that are parameters, which
CloudFormation reads with that role's rights.
"""

from __future__ import annotations

from collections.abc import Iterator

from release.adoption.statements import ANY, PolicyStatement
from release.adoption.values import LOWER_STACK, STACK, arn
from release.settings import references
from release.settings.config import Config
from release.settings.environments import EnvironmentSpec
from release.settings.smokestep import SmokeStep

_ACCOUNT = "*:${AWS::AccountId}:"
_TABLES = arn(f"dynamodb:{_ACCOUNT}table/{STACK}-*", "")
_BUCKETS = arn(f"s3:::{LOWER_STACK}-*", "")
_QUEUES = arn(f"sqs:{_ACCOUNT}{STACK}-*", "")
_RULES = arn(f"events:{_ACCOUNT}rule/{{name}}", f"{STACK}-*")
_SCHEDULES = arn(f"scheduler:{_ACCOUNT}schedule/*", "")
_OWN_SECRETS = "${Project}/${!aws:PrincipalTag/environment}/*"

#: Action of a smoke step -> what it needs; what it does to a function, the role's right on functions allows.
_NEEDS = {
    "count-items": (PolicyStatement("ProofCount", ("dynamodb:Scan",), (_TABLES,)),),
    "item": (PolicyStatement("ProofItem", ("dynamodb:GetItem",), (_TABLES,)),),
    "object": (PolicyStatement("ProofObject", ("s3:ListBucket",), (_BUCKETS,)),),
    "queue-empty": (PolicyStatement("ProofQueue", ("sqs:GetQueueAttributes",), (_QUEUES,)),),
    "schedule": (
        PolicyStatement("ProofRule", ("events:ListTargetsByRule",), (_RULES,)),
        PolicyStatement("ProofSchedule", ("scheduler:GetSchedule",), (_SCHEDULES,)),
        PolicyStatement("ProofSchedules", ("scheduler:ListSchedules",), (ANY,), why="knows no resource"),
    ),
}


def shared(config: Config) -> tuple[PolicyStatement, ...]:
    """Of every environment's role."""
    secrets = arn(f"secretsmanager:{_ACCOUNT}secret:{_OWN_SECRETS}", "")
    why = "the smoke tests of release.toml: a user's token, headers"
    found = {"Proof": PolicyStatement("Proof", ("secretsmanager:GetSecretValue",), (secrets,), why=why)}
    for test in config.smoke:
        for step in test.steps:
            found |= {each.sid: each for each in _NEEDS.get(step.action, ())}
            if one_object(step):
                found["ProofObjects"] = PolicyStatement("ProofObjects", ("s3:GetObject",), (f"{_BUCKETS}/*",))
    return tuple(found.values())


def one_object(step: SmokeStep) -> bool:
    """Whether a step asks for one object by its key, and not for any below: "HeadObject" needs the right to read it."""
    return step.action == "object" and bool(step.target.removeprefix("s3://").partition("/")[2].rpartition("/")[2])


def own(config: Config, environment: EnvironmentSpec) -> tuple[PolicyStatement, ...]:
    """Of one environment's role: secrets that are not called ``<project>/<environment>/…``."""
    secrets = sorted(
        {each for each in _secrets(config, environment) if not each.startswith(f"{config.project}/{environment.name}/")}
    )
    found = []
    if secrets:
        places = tuple(
            each if each.startswith("arn:") else arn(f"secretsmanager:{_ACCOUNT}secret:{each}-*", "")
            for each in secrets
        )
        found.append(PolicyStatement("ProofSecrets", ("secretsmanager:GetSecretValue",), places))
    stored = sorted({name for kind, name in _looked_up(environment) if kind != "secretsmanager"})
    if stored:
        places = tuple(arn(f"ssm:{_ACCOUNT}parameter/{name.removeprefix('/')}", "") for name in stored)
        found.append(PolicyStatement("ProofParameters", ("ssm:GetParameters",), places))
    return tuple(found)


def _secrets(config: Config, environment: EnvironmentSpec) -> Iterator[str]:
    if environment.smoke_secret:
        yield environment.smoke_secret
    yield from (name for kind, name in _looked_up(environment) if kind == "secretsmanager")
    for test in config.smoke:
        for step in test.steps if environment.name in (test.environments or (environment.name,)) else ():
            for secret in step.secret_headers.values():
                name = secret.replace("{environment}", environment.name)
                yield name if "{" not in name else name.partition("{")[0] + ANY


def _looked_up(environment: EnvironmentSpec) -> Iterator[tuple[str, str]]:
    """``(service, name)`` of each parameter that CloudFormation looks up."""
    for value in environment.parameters.values():
        if references.service(value):
            yield references.service(value), references.name(value)
