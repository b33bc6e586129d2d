"""Everything a rehearsal runs in: tools, engine, base images, emulated AWS with the application's data, a clone.

Found or fetched into the cache folder, started only where not running, stopped afterwards. Nothing else on the machine
is touched: own folders, free ports on loopback, own engine socket where the engine is our own.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import boto3

from rehearsal.cloud import emulator, sample_database
from rehearsal.machine import base_image, engine, from_lines
from rehearsal.machine.engine_handle import EngineHandle, ensure_builder
from rehearsal.machine.tools import tools
from rehearsal.story import advisory_registry, given, kept, limits, seeding
from rehearsal.story.reporter import Reporter
from rehearsal.story.scratch import Scratch
from rehearsal.story.settings import NOT_A_PERSONS, parameters, settings
from release.adapters.git import GitRepository
from release.adapters.gitaround import GitAround
from release.adapters.toolbox import Cache, Toolbox, Venv
from release.adapters.trivy.binary import RECIPE, Binary, Installer
from release.bootstrap import Wiring
from release.deployments.target import ledger_repository
from release.settings.config import Config

STAND_INS = ("AWS is emulated by ministack: quotas, throttling and real latencies are not shown",)


@dataclass(frozen=True)
class Testbed:
    """What a running rehearsal runs in.

    Attributes:
        folder: of this run; holds the scratch clone, the emulator's files and its log.
        scratch: the clone, and the environment its release command runs in.
        seeded: environment -> what it had before its first deployment.
        config: of the clone's first commit, with the images that only the template describes.
        remotes: of the repository, name -> URL.
    """

    folder: Path
    scratch: Scratch
    seeded: Mapping[str, seeding.Seeded]
    config: Config
    aws: emulator.Emulator
    engine: EngineHandle
    session: boto3.Session
    stand_ins: tuple[str, ...]
    remotes: Mapping[str, str]


@dataclass(frozen=True)
class _Parts:
    """What is the same for every rehearsal of this machine."""

    engine: EngineHandle
    venvs: Mapping[str, Venv]
    bases: tuple[base_image.RehearsalBase, ...]
    scanner: Binary


@contextmanager
def start(
    repository: Path, env: Mapping[str, str], reporter: Reporter, check: Callable[[Config, Path], None], *, keep: bool
) -> Iterator[Testbed]:
    """Make the testbed for ``repository``'s present commit.

    Args:
        check: looks at the clone and its settings before anything is started, and raises when they will not do.
        keep: leave the engine and the emulated AWS running afterwards, also when the story fails;
            :func:`kept.stop_kept` ends them. An interruption stops them.

    Raises:
        MachineError, RemoteError: something it needs cannot be had; what was started is stopped again.
    """
    cache = Cache.of(env)
    toolbox = tools(cache, reporter.say)
    with ExitStack() as always, ExitStack() as unless_kept:
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=cache.folder("rehearsals")))
        unless_kept.callback(shutil.rmtree, folder, ignore_errors=True)
        clone, config, wiring = _clone(repository, folder / "clone", env, cache, reporter)
        check(config, clone.folder)
        names = from_lines.names(config, GitRepository(clone.folder), "HEAD")
        parts = _parts(always, names, cache, toolbox, env, reporter)
        with reporter.step("start the emulated AWS", "ministack: image repositories, scanner's advisories") as row:
            runtimes = emulator.runtime_emulators(parts.venvs["sam"])
            aws = emulator.start(parts.venvs["emulator"], parts.engine, folder / "aws", runtimes=runtimes)
            unless_kept.callback(emulator.stop, aws, parts.engine)
            session = boto3.Session("rehearsal", "rehearsal", region_name=config.registry_region)
            _repositories(config, aws, session)
            its_settings = settings(
                env,
                aws=aws,
                engine=parts.engine,
                bases=parts.bases,
                sam=parts.venvs["sam"].tool("sam"),
                cache=cache.root,
                database=advisory_registry.publish_advisories(aws.registry, "2"),
            )
            row.result = "it answers"
        clone = replace(clone, env=its_settings)
        seeded = _seed(config, aws, session, clone, folder / "bin", reporter)
        seeds = {name: each.parameters for name, each in seeded.items()}
        given.check(config, clone.folder, seeds)
        given.stand_in_secrets(config, session, aws.endpoint, seeds, reporter.say)
        scratch = replace(clone, env={**its_settings, **parameters(seeds)})
        notes = [base.note for base in parts.bases if base.stand_in]
        types = limits.types_of(config, wiring)
        cannot = limits.told(types, limits.emulated(parts.venvs["emulator"].python))
        stand_ins = (*notes, f"scan: {sample_database.NOTICE}", *STAND_INS, *cannot)
        if keep:
            kept.remember(folder, parts.engine, aws)
        interrupted = True
        try:
            remotes = GitAround(repository).surroundings().remotes
            yield Testbed(folder, scratch, seeded, config, aws, parts.engine, session, stand_ins, remotes)
            interrupted = False
        except Exception:
            interrupted = False
            raise
        finally:
            if keep and not interrupted:
                engine.keep(cache, parts.engine)
                unless_kept.pop_all()


def _clone(
    repository: Path, folder: Path, env: Mapping[str, str], cache: Cache, reporter: Reporter
) -> tuple[Scratch, Config, Wiring]:
    """The clone, the settings of its commit, and what reads more of it. Raises MachineError, UsageError."""
    clone = Scratch.clone(repository, folder, env, reporter.say)
    clean = {key: value for key, value in env.items() if not key.startswith(NOT_A_PERSONS)}
    wiring = Wiring(folder, {**clean, "RELEASE_CACHE": str(cache.root)})
    config = wiring.config_at(wiring.git.resolve("HEAD"))
    clone.begin(config.versions.main_branch)
    return clone, config, wiring


def _parts(
    stack: ExitStack, names: Sequence[str], cache: Cache, toolbox: Toolbox, env: Mapping[str, str], reporter: Reporter
) -> _Parts:
    with reporter.step(
        "get what is missing", "tools in environments of their own, engine, base images, scanner"
    ) as row:
        # the four fetches overlap; what another one needs it waits for by the cache's own locks
        pool = stack.enter_context(ThreadPoolExecutor(2))
        fetching = pool.submit(toolbox.venvs, ("sam", "emulator"))
        scanner = pool.submit(Installer(cache.root, RECIPE, env, reporter.say).binary)
        running = stack.enter_context(engine.engine(cache, reporter.say))
        ensure_builder(running)
        bases = base_image.find_or_make(names, running.docker, running.environment(env), cache, toolbox)
        parts = _Parts(running, fetching.result(), bases, scanner.result())
        for base in bases:
            reporter.say(base.note or f"{base.reference}: its registry's own image")
        reporter.say(f"scanner: {parts.scanner.origin}")
        row.result = f"engine {running.version}{', our own' if running.started else ''}"
    return parts


def _repositories(config: Config, aws: emulator.Emulator, session: boto3.Session) -> None:
    ecr = session.client("ecr", endpoint_url=aws.endpoint)
    for image in config.images.values():
        ecr.create_repository(repositoryName=image.repository, imageTagMutability="IMMUTABLE")
    for name in (config.records, *(ledger_repository(config.records, name) for name in config.environments)):
        ecr.create_repository(repositoryName=name, imageTagMutability="IMMUTABLE")
    ecr.create_repository(repositoryName=advisory_registry.REPOSITORY, imageTagMutability="MUTABLE")


def _seed(
    config: Config,
    aws: emulator.Emulator,
    session: boto3.Session,
    clone: Scratch,
    programs: Path,
    reporter: Reporter,
) -> dict[str, seeding.Seeded]:
    command = config.rehearsal.seed
    if not command:
        return dict.fromkeys(config.environments, seeding.Seeded())
    with reporter.step("what each environment has before", command) as row:
        env = {**clone.env, "PATH": f"{seeding.put_python_first(programs)}:{clone.env['PATH']}"}
        found = {
            name: seeding.seed(command, spec, clone.folder, env, aws, session, reporter.say)
            for name, spec in config.environments.items()
        }
        row.result = "; ".join(f"{name}: {len(each.parameters)} parameters" for name, each in found.items())
    return found
