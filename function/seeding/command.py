"""What ``function/rehearsal.py`` prints, from the variables that a rehearsal gives it (docs/rehearsal.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import boto3

from .seed import READER, Seeded, pool_name, reader_secret, seed
from .user_pool import put_user_pool

#: Typed after ``make rehearse KEEP=1``, in the rehearsal's clone; ``{api}`` is filled in there.
TRY = 'curl -H "Authorization: Bearer $(python3 function/rehearsal.py --token)" {api}/members/report'


def run(arguments: Sequence[str], env: Mapping[str, str]) -> str:
    """Seed the environment that ``env`` names and describe it as JSON; with ``--token``, a reader's token instead."""
    session = boto3.Session()
    stack = env["RELEASE_STACK"]
    if list(arguments) == ["--token"]:
        return token(session, stack)
    seeded = seed(session, stack, smoke_secret=env.get("RELEASE_SMOKE_SECRET", ""))
    return json.dumps({"parameters": parameters(seeded, env), "try": [TRY]})


def parameters(seeded: Seeded, env: Mapping[str, str]) -> dict[str, str]:
    """What the template must know of the emulation, and which table, bucket and pool the environment has already."""
    inside = env["RELEASE_ENDPOINT_FUNCTIONS"]
    return {
        "DeploymentPreference": "Disabled",
        "MembersTableName": seeded.members_table,
        "ReportsBucketName": seeded.reports_bucket,
        "UserPoolId": seeded.user_pool_id,
        "UserPoolClientId": seeded.user_pool_client_id,
        "UserPoolJwksUrl": f"{inside}/{seeded.user_pool_id}/.well-known/jwks.json",
    }


def token(session: boto3.Session, name: str) -> str:
    """An access token of the user who may read everything in what was seeded under ``name``."""
    cognito = session.client("cognito-idp")
    _, client = put_user_pool(cognito, pool_name(name))
    stored = session.client("secretsmanager").get_secret_value(SecretId=reader_secret(name))["SecretString"]
    answer = cognito.initiate_auth(
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": READER, "PASSWORD": str(json.loads(stored)["password"])},
    )
    return answer["AuthenticationResult"]["AccessToken"]
