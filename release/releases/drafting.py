"""Putting a release's record together at its commit: images, functions, bundle, settings, what the gate said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from release.completion import inferred, tree
from release.completion.places import Read
from release.digest import sha256
from release.images.ports import Registry
from release.images.startfigures import StartFigures
from release.oci import checked_platform
from release.releases import bundling, recording
from release.releases.bundle import Limits
from release.releases.ports import Store
from release.releases.record import RecordedFunction, RecordedImage, RecordedVerdict, ReleaseRecord
from release.settings.config import Config
from release.versions.links import links_of
from release.versions.ports import Git


@dataclass(frozen=True)
class Draft:
    """What is known of a release before its record is written.

    Attributes:
        images: image -> ``(inputs, digest)``, each in the registry by now.
        sboms: image, ZIP function or layer -> its bill of materials; empty when there is none.
        starts: image -> function -> how it started, as far as that is known.
        verdicts: image -> what the gate said of it.
        changes: its section of the changelog, or "".
        branch: the branch it is made from, or "".
    """

    version: str
    commit: str
    images: Mapping[str, tuple[str, str]]
    sboms: Mapping[str, bytes]
    verdicts: Mapping[str, RecordedVerdict]
    changes: str
    branch: str
    starts: Mapping[str, Mapping[str, StartFigures]] = field(default_factory=dict)


def record_of(draft: Draft, config: Config, git: Git, registry: Registry) -> ReleaseRecord:
    """The record of ``draft``, from its commit.

    Raises:
        NotFoundError: an image is not in the registry.
        ConflictError: an image is for another CPU than the functions run on (faults.md, 12).
    """
    links = links_of(git.remote_url())
    position, created = git.position(draft.commit)
    return ReleaseRecord(
        project=config.project,
        version=draft.version,
        commit=draft.commit,
        branch=draft.branch,
        position=position,
        source=links.base if links else "",
        created=created,
        template=config.template,
        images={name: _image(name, draft, config, registry) for name in config.images},
        functions=functions_of(lambda path: git.show(draft.commit, path), config),
        verdicts=draft.verdicts,
        settings=inferred.settings_at(git, draft.commit),
        sboms={name: sha256(sbom) for name, sbom in _of_code(draft, config).items()},
    )


def functions_of(read: Read, config: Config) -> Mapping[str, RecordedFunction]:
    """Logical id -> the Lambda function, of everything that the templates' copies ship.

    Args:
        read: a template by its path. Raises NotFoundError.

    Raises:
        UsageError: a template has something that its copy cannot have.
    """
    found = tree.functions_of(config.template, read, bundling.wanted(config))
    return {each.logical_id: RecordedFunction(each.image, each.alias) for each in found}


def _of_code(draft: Draft, config: Config) -> dict[str, bytes]:
    return {name: sbom for name, sbom in sorted(draft.sboms.items()) if sbom and name not in config.images}


def _image(name: str, draft: Draft, config: Config, registry: Registry) -> RecordedImage:
    inputs, digest = draft.images[name]
    repository = config.images[name].repository
    manifest = registry.manifest(repository, digest)
    checked_platform(manifest, config.images[name].platform, name)
    sbom = draft.sboms.get(name, b"")
    return RecordedImage(
        *(repository, digest, inputs, manifest.platform, manifest.size, sha256(sbom) if sbom else ""),
        starts=draft.starts.get(name, {}),
    )


def publish(
    draft: Draft,
    config: Config,
    git: Git,
    registry: Registry,
    store: Store,
    folder: Path,
    limits: Limits,
    bundle: Path | None = None,
) -> str:
    """Write the record of ``draft`` with its bundle and answer its digest; a commit that has one keeps it.

    Args:
        folder: an empty folder on this machine to lay the bundle out in.
        bundle: the bundle, where it holds code that was built; None packs it from the commit.

    Raises:
        ConflictError: the version or the commit has another record.
        NotFoundError, UsageError: what the template names is not there, or is nothing a bundle takes.
    """
    record = record_of(draft, config, git, registry)
    tree, archive, changes = folder / "tree", folder / "bundle.tar.gz", folder / "section"
    if bundle is None and not recording.known(draft.version, draft.commit, store, config.records):
        tree.mkdir()
        bundling.write(git, draft.commit, config.template, tree, archive, limits, complete=bundling.wanted(config))
    if draft.changes:
        changes.write_text(draft.changes, encoding="utf-8")
    sboms: list[Path] = []
    for content in dict.fromkeys(_of_code(draft, config).values()):
        sboms.append(folder / f"bill-{len(sboms)}.cdx.json")
        sboms[-1].write_bytes(content)
    section = changes if draft.changes else None
    return recording.write(record, bundle or archive, section, store, config.records, sboms)
