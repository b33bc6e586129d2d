"""What is scanned: images by digest or as archives, the code of a release, what is live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from release.bootstrap import Wiring
    from release.gate.scan import ScanTarget
    from release.images.model import Archive
    from release.settings.config import Config


def by_digest(wiring: Wiring, digests: Mapping[str, str]) -> tuple[ScanTarget, ...]:
    """What the registry has under ``digests`` (image -> digest), to be scanned."""
    from release.gate.scan import ScanTarget

    found = []
    for image, digest in digests.items():
        repository = wiring.config.images[image].repository
        manifest = wiring.registry.manifest(repository, digest)
        found.append(ScanTarget(image, manifest, uri=wiring.registry.uri(repository, digest)))
    return tuple(found)


def archive_target(wiring: Wiring, archive: Archive) -> ScanTarget:
    """An archive on this machine, to be scanned."""
    from release.gate.scan import ScanTarget

    repository = wiring.config.images[archive.image].repository
    return ScanTarget(archive.image, archive.manifest, archive.path, repository=repository)


def live_images(wiring: Wiring, environment: str) -> Mapping[str, ScanTarget]:
    """Image -> what the ledger says is live in ``environment``; empty while nothing was ever proven there."""
    with wiring.target(environment) as target:
        live = target.ledger().live
    return {target.image: target for target in by_digest(wiring, live.claim.digests)} if live else {}


def other_side(wiring: Wiring) -> Mapping[str, ScanTarget]:
    """What the policy compares with: the live images of its environment, or nothing when it asks for none.

    Raises what the registry raises: without the other side nothing may pass for known.
    """
    policy = wiring.policy
    return live_images(wiring, policy.compare_with) if policy.new_only else {}


@contextmanager
def code_targets(wiring: Wiring, commit: str, config: Config) -> Iterator[tuple[ScanTarget, ...]]:
    """The code of ZIP functions and layers as the release has it, to be scanned in this block, each under its name.

    Raises NotFoundError when it has to be built and was not.
    """
    from release.releases import building, bundling
    from release.settings.codebuilds import code_folders

    if not code_folders(config.template, lambda path: wiring.git.show(commit, path)):
        yield ()
        return
    with wiring.workspace.scratch() as folder:
        archive, tree = folder / "bundle.tar.gz", folder / "tree"
        if builds := building.needed(wiring.git, commit, config.template):
            archive = wiring.built_bundle(bundling.inputs(wiring.git, commit, config.template, bundling.wanted(config)))
            if not archive.exists():
                raise bundling.not_built(builds)
        else:
            tree.mkdir()
            bundling.write(
                wiring.git, commit, config.template, tree, archive, wiring.limits, complete=bundling.wanted(config)
            )
        yield _code_in(archive, config.template, folder, wiring)


@contextmanager
def live_code(wiring: Wiring, environment: str) -> Iterator[tuple[ScanTarget, ...]]:
    """The code of ZIP functions and layers that is live in ``environment``, from its release's bundle, in this block.

    Raises NotFoundError, ConflictError: the live release's record or bundle is gone, or is none of ours.
    """
    from release.deployments import observe
    from release.releases import recording

    with wiring.target(environment) as target, wiring.scratch() as folder:
        live = target.ledger().live
        if live is None:
            yield ()
            return
        release = observe.deployed(live.claim, target)
        recording.fetch_bundle(release.digest, target.store, target.records, folder / "bundle.tar.gz", wiring.limits)
        yield _code_in(folder / "bundle.tar.gz", release.record.template, folder, wiring)


def _code_in(archive: Path, template: str, folder: Path, wiring: Wiring) -> tuple[ScanTarget, ...]:
    """The code that the bundle ``archive`` holds, laid out below ``folder``."""
    from release.gate.scan import ScanTarget
    from release.releases import codelayout, unpacking
    from release.settings.codebuilds import code_folders

    out = folder / "out"
    out.mkdir()
    unpacking.unpack(archive, out, wiring.limits)
    found = []
    for name, place in code_folders(template, lambda path: (out / path).read_bytes()).items():
        layout = folder / f"code-{name}"
        codelayout.write(out / place, layout, name)
        found.append(ScanTarget(name, wiring.workspace.read(name, layout).manifest, layout, code=True))
    return tuple(found)
