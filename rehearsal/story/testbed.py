"""Everything a rehearsal runs in: tools, engine, base image, emulated AWS with its members, a scratch clone.

Found or fetched into the cache folder, started only where not running, stopped afterwards. Nothing else on the machine
is touched: own folders, free ports on loopback, own engine socket where the engine is our own.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3

from rehearsal.cloud import emulator, sample_database, seed
from rehearsal.machine import base_image, engine
from rehearsal.machine.engine_handle import EngineHandle, ensure_builder
from rehearsal.machine.tools import tools
from rehearsal.story import advisory_registry, kept
from rehearsal.story.reporter import Reporter
from rehearsal.story.scratch import Scratch
from rehearsal.story.settings import settings
from release.adapters import installed
from release.adapters.toolbox import Cache, Toolbox, Venv
from release.adapters.trivy.binary import RECIPE, Binary, Installer
from release.deployments.target import ledger_repository
from release.settings import config as config_file
from release.settings.config import Config

STAND_INS = (
    "AWS is emulated by ministack (CloudFormation, Lambda, API Gateway, DynamoDB, S3, Cognito, ECR, Secrets Manager): "
    "IAM policies, quotas and real latencies are not shown",
    "CodeDeploy is not there: DeploymentPreference=Disabled moves the alias at once; AWS shifts 10 % first",
)


@dataclass(frozen=True)
class Testbed:
    """What a running rehearsal runs in.

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


@dataclass(frozen=True)
class _Parts:
    """What is the same for every rehearsal of this machine."""

    engine: EngineHandle
    venvs: Mapping[str, Venv]
    image: base_image.RehearsalBase
    scanner: Binary


@contextmanager
def start(repository: Path, env: Mapping[str, str], reporter: Reporter, *, keep: bool) -> Iterator[Testbed]:
    """Make the testbed for ``repository``'s present commit.

    Args:
        keep: leave the engine and the emulated AWS running afterwards, also when the story fails;
            :func:`kept.stop_kept` ends them. An interruption stops them.

    Raises:
        MachineError, RemoteError: something it needs cannot be had; what was started is stopped again.
    """
    cache = Cache.of(env)
    toolbox = tools(cache, reporter.say)
    config = config_file.parse((repository / "release.toml").read_text(encoding="utf-8"), installed.version)
    with ExitStack() as always, ExitStack() as unless_kept:
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=cache.folder("rehearsals")))
        unless_kept.callback(shutil.rmtree, folder, ignore_errors=True)
        parts = _parts(always, config, cache, toolbox, env, reporter)
        with reporter.step("start the emulated AWS", "ministack: repositories, table, bucket, user pool, users") as row:
            aws = emulator.start(parts.venvs["emulator"], parts.engine, folder / "aws")
            unless_kept.callback(emulator.stop, aws, parts.engine)
            session = boto3.Session("rehearsal", "rehearsal", region_name=config.registry_region)
            seeded = _seed(config, aws, session)
            database = advisory_registry.publish_advisories(aws.registry, "2")
            row.result = f"{next(iter(seeded.values())).members:,} members in each environment"
        its_settings = settings(
            env,
            aws=aws,
            engine=parts.engine,
            image=parts.image,
            sam=parts.venvs["sam"].tool("sam"),
            cache=cache.root,
            database=database,
            seeded=seeded,
        )
        scratch = Scratch.clone(repository, folder / "clone", its_settings, reporter.say)
        notes = [parts.image.note] if parts.image.stand_in else []
        stand_ins = (*notes, f"scan: {sample_database.NOTICE}", *STAND_INS)
        if keep:
            kept.remember(folder, parts.engine, aws)
        interrupted = True
        try:
            yield Testbed(folder, scratch, seeded, config, session, stand_ins)
            interrupted = False
        except Exception:
            interrupted = False
            raise
        finally:
            if keep and not interrupted:
                engine.keep(cache, parts.engine)
                unless_kept.pop_all()


def _parts(
    stack: ExitStack, config: Config, cache: Cache, toolbox: Toolbox, env: Mapping[str, str], reporter: Reporter
) -> _Parts:
    with reporter.step("get what is missing", "tools in environments of their own, engine, base image, scanner") as row:
        # the four fetches overlap; what another one needs it waits for by the cache's own locks
        pool = stack.enter_context(ThreadPoolExecutor(2))
        fetching = pool.submit(toolbox.venvs, ("sam", "emulator"))
        scanner = pool.submit(Installer(cache.root, RECIPE, env, reporter.say).binary)
        running = stack.enter_context(engine.engine(cache, reporter.say))
        ensure_builder(running)
        image = base_image.find_or_make(config.base, running.docker, running.environment(env), cache, toolbox)
        parts = _Parts(running, fetching.result(), image, scanner.result())
        reporter.say(image.note)
        reporter.say(f"scanner: {parts.scanner.origin}")
        row.result = f"engine {running.version}{', our own' if running.started else ''}"
    return parts


def _seed(config: Config, aws: emulator.Emulator, session: boto3.Session) -> dict[str, seed.Seeded]:
    ecr = session.client("ecr", endpoint_url=aws.endpoint)
    for image in config.images.values():
        ecr.create_repository(repositoryName=image.repository, imageTagMutability="IMMUTABLE")
    for name in (config.records, *(ledger_repository(config.records, name) for name in config.environments)):
        ecr.create_repository(repositoryName=name, imageTagMutability="IMMUTABLE")
    ecr.create_repository(repositoryName=advisory_registry.REPOSITORY, imageTagMutability="MUTABLE")
    return {
        name: seed.seed(session, spec.stack, endpoint_url=aws.endpoint, smoke_secret=spec.smoke_secret)
        for name, spec in config.environments.items()
    }
