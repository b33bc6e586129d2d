"""What a release command of the rehearsal has in its environment: the emulated AWS, the engine, the base image."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rehearsal.cloud.emulator import Emulator
from rehearsal.cloud.seed import Seeded
from rehearsal.machine.base_image import RehearsalBase
from rehearsal.machine.engine_handle import EngineHandle

NOT_A_PERSONS = ("AWS_", "RELEASE_", "GITHUB_", "ACTIONS_")
REACHES = ("AWS_", "RELEASE_", "DOCKER_", "SAM_", "PATH")


def settings(
    env: Mapping[str, str],
    *,
    aws: Emulator,
    engine: EngineHandle,
    image: RehearsalBase,
    sam: Path,
    cache: Path,
    database: str,
    seeded: Mapping[str, Seeded],
) -> dict[str, str]:
    """The whole environment of a release command: a person's own settings of AWS, GitHub and release stay out of it.

    Args:
        env: this process's.
        cache: the cache folder that this rehearsal uses, for the tools that the command takes from it.
        database: the scanner's, as RELEASE_SCAN_DATABASE takes it.
        seeded: environment -> what it had before its first deployment.
    """
    clean = {key: value for key, value in env.items() if not key.startswith(NOT_A_PERSONS)}
    found = {**clean, **engine.env, **aws.env}
    found |= {
        "PATH": f"{engine.docker.parent}:{env.get('PATH', '/usr/bin:/bin')}",
        "RELEASE_CACHE": str(cache),
        "RELEASE_REGISTRY": aws.registry,
        "RELEASE_SAM": str(sam),
        "RELEASE_BUILD_NETWORK": "host",
        "RELEASE_BUILDER": "" if engine.builder == "default" else engine.builder,
        "RELEASE_SCAN_DATABASE": database,
        "RELEASE_PARAMETERS": " ".join(_parameters(name, aws, each) for name, each in seeded.items()),
        "SAM_CLI_POLL_DELAY": "0.3",  # seconds; sam's default of 5 is meant for AWS's rate limits
    }
    if image.layout is not None:
        found["RELEASE_BASE"] = f"oci-layout://{image.layout}@{image.digest}"
    return found


def reaching(found: Mapping[str, str]) -> dict[str, str]:
    """Of these, the variables that the release command, docker and AWS tools need to reach the rehearsal."""
    return {key: value for key, value in found.items() if key.startswith(REACHES)}


def _parameters(environment: str, aws: Emulator, seeded: Seeded) -> str:
    """What the template must know of the emulation, and which table, bucket and pool the environment has already."""
    values = {
        "DeploymentPreference": "Disabled",
        "MembersTableName": seeded.members_table,
        "ReportsBucketName": seeded.reports_bucket,
        "UserPoolId": seeded.user_pool_id,
        "UserPoolClientId": seeded.user_pool_client_id,
        "UserPoolJwksUrl": f"{aws.container_endpoint}/{seeded.user_pool_id}/.well-known/jwks.json",
        "S3PublicEndpoint": aws.endpoint,
        "ApiPublicEndpoint": f"{aws.endpoint}/_aws/execute-api",
    }
    return " ".join(f"{environment}:{key}={value}" for key, value in values.items())
