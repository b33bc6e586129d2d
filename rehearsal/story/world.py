"""Everything a rehearsal runs in: tools, engine, base image, emulated AWS with its members, a scratch clone.

Found or fetched into the cache folder, started only where not running, stopped afterwards. Nothing else on the machine
is touched: own folders, free ports on loopback, own engine socket where the engine is our own.
"""

from __future__ import annotations

import json
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import boto3

from rehearsal.cloud import emulator, sample_database, seed
from rehearsal.machine import base, engine
from rehearsal.machine.tools import tools
from rehearsal.story.board import Board
from rehearsal.story.scratch import Scratch
from release.adapters.clock import SystemClock
from release.adapters.distribution import Distribution
from release.adapters.toolbox import Cache, Progress
from release.adapters.trivy.binary import RECIPE, Installer
from release.settings import config as config_file
from release.settings.config import Config

STATE = "rehearsal.json"
_ADVISORIES = "trivy-db"

STAND_INS = (
    "AWS is emulated by ministack (CloudFormation, Lambda, API Gateway, DynamoDB, S3, Cognito, ECR, Secrets Manager): "
    "IAM policies, quotas and real latencies are not shown",
    "CodeDeploy is not there: DeploymentPreference=Disabled moves the alias at once; AWS shifts 10 % first",
)


@dataclass(frozen=True)
class World:
    """A running rehearsal.

    Attributes:
        folder: of this run; holds the scratch clone, the emulator's files and its log.
        scratch: the clone, and the environment its release command runs in.
        seeded: environment -> what it had before its first deployment.
    """

    folder: Path
    scratch: Scratch
    seeded: Mapping[str, seed.Seeded]
    config: Config
    session: boto3.Session
    stand_ins: tuple[str, ...]


@contextmanager
def start(repository: Path, env: Mapping[str, str], board: Board, *, keep: bool) -> Iterator[World]:
    """Make a rehearsal's world for ``repository``'s present commit.

    Args:
        keep: leave the engine and the emulated AWS running afterwards; :func:`stop_kept` ends them.

    Raises:
        MachineError, RemoteError: something it needs cannot be had; what was started is stopped again.
    """
    cache = Cache.of(env)
    toolbox = tools(cache, board.say)
    config = config_file.parse((repository / "release.toml").read_text(encoding="utf-8"))
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=cache.folder("rehearsals")))
        board.folder = folder
        if not keep:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        with board.step(
            "get what is missing", "tools in environments of their own, engine, base image, scanner"
        ) as row:
            # the four fetches overlap; what another one needs it waits for by the cache's own locks
            pool = stack.enter_context(ThreadPoolExecutor(2))
            fetching = pool.submit(toolbox.venvs, ("sam", "emulator"))
            scanner = pool.submit(Installer(cache.root, RECIPE, env, board.say).binary)
            running = stack.enter_context(engine.engine(cache, board.say, keep=keep))
            engine.ensure_builder(running)
            image = base.find_or_make(config.base, running.docker, running.environment(env), cache, toolbox)
            venvs = fetching.result()
            board.say(image.note)
            found = scanner.result()
            board.say(f"scanner: {found.origin}")
            row.result = f"engine {running.version}{', our own' if running.started else ''}"
        with board.step("start the emulated AWS", "ministack: repositories, table, bucket, user pool, users") as row:
            aws = stack.enter_context(emulator.emulator(venvs["emulator"], running, folder / "aws", keep=keep))
            session = boto3.Session("rehearsal", "rehearsal", region_name=config.registry_region)
            seeded = _seed(config, aws, session)
            session.client("ecr", endpoint_url=aws.endpoint).create_repository(
                repositoryName=_ADVISORIES, imageTagMutability="MUTABLE"
            )
            database = publish_advisories(aws.registry, "2")
            row.result = f"{next(iter(seeded.values())).members:,} members in each environment"
        if keep:
            (folder / STATE).write_text(json.dumps({"engine": asdict(running), "emulator": asdict(aws)}, default=str))
        settings = _settings(aws, running, image, venvs["sam"].tool("sam"), env)
        settings["RELEASE_SCAN_DATABASE"] = database
        settings["RELEASE_PARAMETERS"] = " ".join(_parameters(name, aws, found) for name, found in seeded.items())
        scratch = Scratch.clone(repository, folder / "clone", settings, board.say)
        notes = [image.note] if image.stand_in else []
        stand_ins = (*notes, f"scan: {sample_database.NOTICE}", *STAND_INS)
        yield World(folder, scratch, seeded, config, session, stand_ins)


def stop_kept(env: Mapping[str, str], say: Progress, only: Path | None = None) -> int:
    """Stop every rehearsal that was left running (or ``only`` the one of that folder); how many there were.

    An engine of our own stops with the last of them.
    """
    cache = Cache.of(env)
    stopped = 0
    kept = sorted(cache.folder("rehearsals").glob(f"run-*/{STATE}"))
    for state in kept if only is None else [state for state in kept if state.parent == only]:
        found = json.loads(state.read_text())
        facts = found["engine"] | {"docker": Path(found["engine"]["docker"])}
        aws = emulator.Emulator(found["emulator"]["port"], found["emulator"]["pid"], Path(found["emulator"]["log"]))
        emulator.stop(aws, engine.EngineHandle(**facts))
        shutil.rmtree(state.parent, ignore_errors=True)
        say(f"stopped the rehearsal in {state.parent}")
        stopped += 1
    if only is None or len(kept) == stopped:
        engine.stop_kept(cache)
    return stopped


def _settings(
    aws: emulator.Emulator, running: engine.EngineHandle, image: base.BaseImage, sam: Path, env: Mapping[str, str]
) -> dict[str, str]:
    """The whole environment of a release command in the rehearsal: a person's own AWS settings do not reach it."""
    clean = {
        key: value for key, value in env.items() if not key.startswith(("AWS_", "RELEASE_", "GITHUB_", "ACTIONS_"))
    }
    settings = {**clean, **running.env, **aws.env}
    settings |= {
        "PATH": f"{running.docker.parent}:{env.get('PATH', '/usr/bin:/bin')}",
        "RELEASE_REGISTRY": aws.registry,
        "RELEASE_SAM": str(sam),
        "RELEASE_BUILD_NETWORK": "host",
        "RELEASE_BUILDER": "" if running.builder == "default" else running.builder,
        "SAM_CLI_POLL_DELAY": "0.3",  # seconds; sam's default of 5 is meant for AWS's rate limits
    }
    if image.layout is not None:
        settings["RELEASE_BASE"] = f"oci-layout://{image.layout}@{image.digest}"
    return settings


def _parameters(environment: str, aws: emulator.Emulator, found: seed.Seeded) -> str:
    """What the template must know of the emulation, and which table, bucket and pool the environment has already."""
    values = {
        "DeploymentPreference": "Disabled",
        "MembersTableName": found.members_table,
        "ReportsBucketName": found.reports_bucket,
        "UserPoolId": found.user_pool_id,
        "UserPoolClientId": found.user_pool_client_id,
        "UserPoolJwksUrl": f"{aws.container_endpoint}/{found.user_pool_id}/.well-known/jwks.json",
        "S3PublicEndpoint": aws.endpoint,
        "ApiPublicEndpoint": f"{aws.endpoint}/_aws/execute-api",
    }
    return " ".join(f"{environment}:{key}={value}" for key, value in values.items())


def _seed(config: Config, aws: emulator.Emulator, session: boto3.Session) -> dict[str, seed.Seeded]:
    ecr = session.client("ecr", endpoint_url=aws.endpoint)
    for image in config.images.values():
        ecr.create_repository(repositoryName=image.repository, imageTagMutability="IMMUTABLE")
    return {
        name: seed.seed(session, spec.stack, endpoint_url=aws.endpoint) for name, spec in config.environments.items()
    }


def settings_of(there: World) -> dict[str, str]:
    """The variables that the release command, docker and AWS tools need to reach the rehearsal."""
    prefixes = ("AWS_", "RELEASE_", "DOCKER_", "SAM_", "PATH")
    return {key: value for key, value in there.scratch.env.items() if key.startswith(prefixes)}


def publish_advisories(registry: str, tag: str, *more: sample_database.Advisory) -> str:
    """Serve the sample of advisories, and ``more``, as the scanner downloads any: an artifact under ``tag``.

    Returns:
        what RELEASE_SCAN_DATABASE takes.
    """
    # a minute old: a database from the future is refused
    content = sample_database.database_file((*sample_database.ADVISORIES, *more))
    item = sample_database.artifact(SystemClock().now() - timedelta(minutes=1), content=content)
    Distribution(registry).push_artifact(_ADVISORIES, item, tag)
    return f"{registry}/{_ADVISORIES}:{tag}"


def how_to_use(there: World) -> list[str]:
    """What to type while a kept rehearsal runs: its settings as ``export`` lines in a file, and a call with a token."""
    name, found = next(iter(there.seeded.items()))
    settings = there.folder / "settings.sh"
    mine = settings_of(there)
    settings.write_text("".join(f"export {key}={shlex.quote(value)}\n" for key, value in mine.items()))
    endpoint = there.scratch.env["AWS_ENDPOINT_URL"]
    cognito = there.session.client("cognito-idp", endpoint_url=endpoint)
    vault = there.session.client("secretsmanager", endpoint_url=endpoint)
    user = json.loads(vault.get_secret_value(SecretId=found.reader_secret)["SecretString"])
    token = cognito.initiate_auth(
        ClientId=found.user_pool_client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user["username"], "PASSWORD": user["password"]},
    )["AuthenticationResult"]["AccessToken"]
    api = there.scratch.json("status", name)["environments"][name]["api"]
    return [
        f"left running; {name} answers at {api}",
        f"  curl -H 'Authorization: Bearer {token}' {api}/members/report",
        f"  . {settings} && cd {there.scratch.folder} && python -m release history production",
        f"  the job summaries, as GitHub would show them: {there.folder / 'github' / 'summaries'}",
        "stop it with: make rehearse STOP=1",
    ]
