"""Everything a rehearsal runs in: tools, engine, base images, emulated AWS with the application's data, a clone.

Found or fetched into the cache folder, started only where not running, stopped afterwards. Nothing else on the machine
is touched: own folders, free ports on loopback, own engine socket where the engine is our own.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import boto3

from rehearsal.cloud import emulator, sample_database
from rehearsal.machine import engine, runtimes
from rehearsal.machine.engine_handle import EngineHandle
from rehearsal.machine.tools import tools
from rehearsal.story import advisory_registry, given, kept, limits, outside, preparing, seeding, zipped
from rehearsal.story.preparing import Parts
from rehearsal.story.reporter import Reporter
from rehearsal.story.scratch import Scratch
from rehearsal.story.settings import parameters, settings
from release.adapters.gitaround import GitAround
from release.adapters.toolbox import Cache
from release.errors import RemoteError
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
        clone, config, wiring = preparing.clone(repository, folder / "clone", env, cache, reporter)
        check(config, clone.folder)
        everywhere = limits.expand(config, wiring)
        functions = zipped.runtimes(everywhere)
        parts = preparing.parts(always, config, clone, functions, toolbox, env, reporter)
        stand_ins = (*_stand_ins(parts, functions, limits.types_of(everywhere)), *limits.special(everywhere))
        reporter.begin(stand_ins)
        with reporter.step("start the emulated AWS", "ministack: image repositories, scanner's advisories") as row:
            unless_kept.callback(_forget, parts.engine, folder.name)
            aws = emulator.start(
                parts.venvs["emulator"],
                parts.engine,
                folder / "aws",
                runtimes=emulator.runtime_emulators(parts.venvs["sam"]),
                images=runtimes.load(parts.engine, parts.runtimes, folder.name),
            )
            unless_kept.callback(emulator.stop, aws, parts.engine)
            session = boto3.Session("rehearsal", "rehearsal", region_name=config.registry_region)
            preparing.repositories(config, aws, session)
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
        seeded = preparing.seed(config, aws, session, clone, folder / "bin", reporter)
        seeds = {name: each.parameters for name, each in seeded.items()}
        given.check(config, clone.folder, seeds)
        values = {name: {**spec.parameters, **seeds[name]} for name, spec in config.environments.items()}
        outside.stand_in(outside.wanted(everywhere, values), session, aws.endpoint, reporter.say)
        scratch = replace(clone, env={**its_settings, **parameters(seeds)})
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


def _stand_ins(
    parts: Parts, functions: Mapping[str, tuple[str, ...]], types: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """What this rehearsal does not show, a line each."""
    notes = [base.note for base in parts.bases if base.stand_in]
    zips = zipped.told(parts.runtimes, functions)
    cannot = limits.told(types, limits.emulated(parts.venvs["emulator"].python))
    return (*notes, *zips, f"scan: {sample_database.NOTICE}", *STAND_INS, *cannot)


def _forget(handle: EngineHandle, run: str) -> None:
    with suppress(RemoteError):  # an engine that is gone has no names left
        runtimes.forget(handle, run)
