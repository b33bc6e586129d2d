"""Writing a release's record: put together from what is known at its commit, stored once, named last.

The names ``1.4.0-rc.7`` and ``sha-<commit>`` are written after everything else, so their presence means complete. A
commit that has a record keeps it: publishing it again finds the record and writes only the name that a crash left out.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from release import semver
from release.digest import is_digest
from release.errors import ConflictError, NotFoundError, UsageError
from release.releases.artifact import CYCLONEDX
from release.releases.ports import Store
from release.releases.record import BUNDLE_TYPE, CHANGES_TYPE, RECORD_TYPE, ReleaseRecord, from_json, to_json
from release.releases.stored import Content, Stored
from release.releases.unpacking import largest, too_large
from release.settings import config as config_file
from release.settings.bundle import Limits
from release.settings.config import Config

log = logging.getLogger("release.publish")
_COMMIT = re.compile(r"[0-9a-f]{40}\Z")


def settings_of(record: ReleaseRecord) -> Config:
    """release.toml as the release has it, read leniently; what this command does not understand of it is logged.

    Raises:
        ConflictError: it is not TOML.
    """
    try:
        then = config_file.parse_history(record.settings)
    except UsageError as error:
        raise ConflictError(
            f"v{record.version}: {error.message}", untouched="everything", next_step="release another version"
        ) from error
    for note in then.notes:
        log.warning("release.toml of v%s: %s", record.version, note)
    return then


def commit_tag(commit: str) -> str:
    """The name of a commit's record."""
    return f"sha-{commit}"


def versions(tags: Mapping[str, str]) -> Mapping[str, str]:
    """Version -> commit, of every record, from the names alone (tag -> digest)."""
    commits = {digest: tag.removeprefix("sha-") for tag, digest in tags.items() if tag.startswith("sha-")}
    return {tag: commits[digest] for tag, digest in tags.items() if digest in commits and not tag.startswith("sha-")}


def recorded(version: str, store: Store, repository: str) -> tuple[str, ReleaseRecord]:
    """``(digest, record)`` of the release that is named ``version``, a candidate's or a release's.

    Raises:
        NotFoundError: there is none, or it is gone.
        ConflictError: it is no record that this command reads, or one of another name (faults.md, 56).
    """
    digest = store.tags(repository).get(version)
    if digest is None:
        raise NotFoundError(
            f"v{version} is not in {repository}",
            untouched="every environment",
            next_step=f"release publish --version {version}, from its commit",
        )
    record = by_digest(digest, store, repository)
    parsed = semver.try_parse(version)
    own = (
        record.version if parsed and parsed.is_prerelease else commit_tag(record.commit) if parsed is None else version
    )
    if version != own:
        raise ConflictError(
            f"{version} of {repository} is the record of v{record.version}, commit {record.commit[:12]}; somebody else "
            "than this command named it",
            untouched="everything",
            next_step="find out who may write to this repository (pipeline.yaml), then delete the name",
        )
    return digest, record


def named(name: str, store: Store, repository: str) -> tuple[str, ReleaseRecord]:
    """``(digest, record)`` of what a person calls ``name``: a version, ``v`` or not, a whole commit, or a digest.

    Raises as :func:`recorded`.
    """
    if is_digest(name):
        return name, by_digest(name, store, repository)
    return recorded(commit_tag(name) if _COMMIT.match(name) else name.removeprefix("v"), store, repository)


def newest(store: Store, repository: str) -> ReleaseRecord:
    """The record with the highest version, candidates included.

    Raises:
        NotFoundError: the repository, or any record in it, is not there.
        ConflictError: it is no record that this command reads (faults.md, 56).
    """
    tags = store.tags(repository)
    found = [version for version in map(semver.try_parse, versions(tags)) if version]
    if not found:
        raise NotFoundError(
            f"nothing was released into {repository} yet",
            untouched="everything",
            next_step="name the project as its release.toml does",
        )
    return by_digest(tags[str(max(found, key=lambda version: version.precedence))], store, repository)


def by_digest(digest: str, store: Store, repository: str) -> ReleaseRecord:
    """The record whose digest is ``digest``. Raises as :func:`recorded`."""
    return from_json(_document(stored(digest, store, repository)), f"the release {digest} of {repository}")


def stored(digest: str, store: Store, repository: str) -> Stored:
    """The artifact whose digest is ``digest``, with its layers. Raises NotFoundError, ConflictError."""
    return store.read(repository, [digest])[digest]


def _document(artifact: Stored) -> bytes:
    if artifact.artifact_type != RECORD_TYPE or artifact.config is None:
        raise ConflictError(
            f"{artifact.digest} is a {artifact.artifact_type}, no release",
            untouched="everything",
            next_step="release another version",
        )
    return artifact.config


def fetch_bundle(digest: str, store: Store, repository: str, target: Path, limits: Limits) -> None:
    """Write the bundle of the release ``digest`` to ``target``, verified.

    Raises:
        NotFoundError: the record, or the bundle, is gone.
        ConflictError: it is no release, or its bundle is larger than any within ``limits``; nothing was fetched.
    """
    layers = [layer for layer in stored(digest, store, repository).layers if layer.media_type == BUNDLE_TYPE]
    if len(layers) != 1:
        raise ConflictError(
            f"the release {digest} has {len(layers)} bundles",
            untouched="everything",
            next_step="release another version",
        )
    if layers[0].size > largest(limits):
        raise too_large(limits)
    store.fetch(repository, layers[0], target)


def known(version: str, commit: str, store: Store, repository: str) -> str:
    """The digest of the record that the commit has already; "" when there is none.

    Raises:
        ConflictError: the version is another commit's, or the commit has another version; a name never moves.
    """
    tags = store.tags(repository)
    by_version, by_commit = tags.get(version, ""), tags.get(commit_tag(commit), "")
    digest = by_commit or by_version
    if not digest:
        return ""
    record = by_digest(digest, store, repository)
    if (record.version, record.commit) != (version, commit) or (by_version and by_version != digest):
        raise ConflictError(
            f"v{version} of commit {commit[:12]} cannot be recorded: {repository} has v{record.version} of commit "
            f"{record.commit[:12]} under that name; a name never moves",
            untouched="the registry",
            next_step="release it under the next version",
        )
    return digest


def write(
    record: ReleaseRecord,
    bundle: Path,
    changes: Path | None,
    store: Store,
    repository: str,
    sboms: Sequence[Path] = (),
) -> str:
    """Store the record with its bundle and its section of the changelog, name it, and answer its digest.

    Args:
        sboms: the bills of materials of ZIP code that the record names.

    Raises:
        ConflictError: one of its names is another record's.
    """
    digest = known(record.version, record.commit, store, repository)
    if not digest:
        layers = [(BUNDLE_TYPE, bundle), *([(CHANGES_TYPE, changes)] if changes else [])]
        layers += [(CYCLONEDX, path) for path in sboms]
        digest = store.put(repository, Content(RECORD_TYPE, to_json(record)), layers)
    # The commit's name first: a crash between the two is finished by what `known` finds under it.
    for tag in (commit_tag(record.commit), record.version):
        store.tag(repository, digest, tag)
    log.info("recorded v%s of %s as %s", record.version, record.commit[:12], digest)
    return digest
