"""What a testbed is made of, each by itself: the clone, the machine's parts, the registry, the application's data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import boto3

from rehearsal.cloud import emulator
from rehearsal.machine import base_image, engine, from_lines, platforms, runtimes
from rehearsal.machine.engine_handle import EngineHandle, ensure_builder
from rehearsal.story import advisory_registry, seeding
from rehearsal.story.reporter import Reporter
from rehearsal.story.scratch import Scratch
from rehearsal.story.settings import NOT_A_PERSONS
from release.adapters.git import GitRepository
from release.adapters.toolbox import Cache, Toolbox, Venv
from release.adapters.trivy.binary import RECIPE, Binary, Installer
from release.bootstrap import Wiring
from release.deployments.target import ledger_repository
from release.settings.config import Config


@dataclass(frozen=True)
class Parts:
    """What the machine brings.

    Attributes:
        bases: what Dockerfiles build on; ``runtimes``: what ZIP functions run on.
    """

    engine: EngineHandle
    venvs: Mapping[str, Venv]
    bases: tuple[base_image.RehearsalBase, ...]
    runtimes: tuple[runtimes.RuntimeBase, ...]
    scanner: Binary


def clone(
    repository: Path, folder: Path, env: Mapping[str, str], cache: Cache, reporter: Reporter
) -> tuple[Scratch, Config, Wiring]:
    """The clone, the settings of its commit, and what reads more of it. Raises MachineError, UsageError."""
    made = Scratch.clone(repository, folder, env, reporter.say)
    clean = {key: value for key, value in env.items() if not key.startswith(NOT_A_PERSONS)}
    wiring = Wiring(folder, {**clean, "RELEASE_CACHE": str(cache.root)})
    config = wiring.config_at(wiring.git.resolve("HEAD"))
    made.begin(config.versions.main_branch)
    return made, config, wiring


def parts(
    stack: ExitStack,
    config: Config,
    made: Scratch,
    functions: Iterable[str],
    toolbox: Toolbox,
    env: Mapping[str, str],
    reporter: Reporter,
) -> Parts:
    """Find, fetch and start what the machine brings, for the time of ``stack``.

    Args:
        functions: the runtimes of ZIP functions.

    Raises:
        MachineError, RemoteError: a part is not to be had; an image is for another CPU.
    """
    cache = toolbox.cache
    names = from_lines.names(config, GitRepository(made.folder), "HEAD")
    wanted = {name: image.platform for name, image in config.images.items()}
    with reporter.step(
        "get what is missing", "tools in environments of their own, engine, base images, scanner"
    ) as row:
        # the fetches overlap; what another one needs it waits for by the cache's own locks
        pool = stack.enter_context(ThreadPoolExecutor(2))
        fetching = pool.submit(toolbox.venvs, ("sam", "emulator"))
        scanner = pool.submit(Installer(cache.root, RECIPE, env, reporter.say).binary)
        running = stack.enter_context(engine.engine(cache, reporter.say))
        ensure_builder(running)
        platforms.check(wanted, running)
        bases = base_image.find_or_make(names, running.docker, running.environment(env), cache, toolbox)
        platforms.check_bases(wanted, bases)
        zips = runtimes.find_or_make(functions, running.docker, running.environment(env), cache, toolbox)
        found = Parts(running, fetching.result(), bases, zips, scanner.result())
        for base in bases:
            reporter.say(base.note or f"{base.reference}: its registry's own image")
        reporter.say(f"scanner: {found.scanner.origin}")
        row.result = f"engine {running.version}{', our own' if running.started else ''}"
    return found


def repositories(config: Config, aws: emulator.Emulator, session: boto3.Session) -> None:
    """Make the repositories that pipeline.yaml makes, and one for advisories."""
    ecr = session.client("ecr", endpoint_url=aws.endpoint)
    for image in config.images.values():
        ecr.create_repository(repositoryName=image.repository, imageTagMutability="IMMUTABLE")
    for name in (config.records, *(ledger_repository(config.records, name) for name in config.environments)):
        ecr.create_repository(repositoryName=name, imageTagMutability="IMMUTABLE")
    ecr.create_repository(repositoryName=advisory_registry.REPOSITORY, imageTagMutability="MUTABLE")


def seed(
    config: Config,
    aws: emulator.Emulator,
    session: boto3.Session,
    made: Scratch,
    programs: Path,
    reporter: Reporter,
) -> dict[str, seeding.Seeded]:
    """What each environment has before its first deployment. Raises MachineError, UsageError."""
    command = config.rehearsal.seed
    if not command:
        return dict.fromkeys(config.environments, seeding.Seeded())
    with reporter.step("what each environment has before", command) as row:
        env = {**made.env, "PATH": f"{seeding.put_python_first(programs)}:{made.env['PATH']}"}
        found = {
            name: seeding.seed(command, spec, made.folder, env, aws, session, reporter.say)
            for name, spec in config.environments.items()
        }
        row.result = "; ".join(f"{name}: {len(each.parameters)} parameters" for name, each in found.items())
    return found
