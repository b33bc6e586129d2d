"""The record of deployments, read from and planned as registry tags (docs/architecture.md, "Words").

An entry with number n is written only after the deployment was proven, one tag per image, and entry n+1 is begun only
when entry n is complete. So at most the newest entry can be half-written, after a crash between two tags: then every
digest it still needs is known from the version's own tags, and :func:`unfinished` says which tags are missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from release.deployments.model import Deployment
from release.errors import ConflictError, NotFoundError
from release.releases.tags import parse_ledger

#: image name -> (tag -> digest)
TagsByImage = Mapping[str, Mapping[str, str]]


def deployments(environment: str, tags: TagsByImage) -> tuple[Deployment, ...]:
    """Every deployment of ``environment``, oldest first, the half-written newest included.

    Raises:
        ConflictError: two entries share a number but name different versions; nothing may be guessed then.
    """
    found: dict[int, tuple[str, dict[str, str]]] = {}
    for image, named in tags.items():
        for tag, digest in named.items():
            entry = parse_ledger(tag)
            if entry is None or entry[0] != environment:
                continue
            _, number, version = entry
            known, digests = found.setdefault(number, (version, {}))
            if known != version:
                raise ConflictError(
                    f"the ledger of {environment} has two entries {number}: v{known} and v{version}",
                    untouched="everything",
                    next_step="aws ecr list-images --repository-name REPOSITORY shows both; find out which one was "
                    "deployed, and take the tag of the other away",
                )
            digests[image] = digest
    return tuple(Deployment(environment, n, *found[n]) for n in sorted(found))


def unfinished(entries: tuple[Deployment, ...], tags: TagsByImage) -> Mapping[str, str]:
    """Image -> digest whose ledger tag is missing from the newest entry; empty when it is complete.

    An image that has no tag for that version did not exist in that release, so it is not missing.
    """
    if not entries:
        return {}
    newest = entries[-1]
    return {
        image: named[newest.version]
        for image, named in tags.items()
        if newest.version in named and image not in newest.digests
    }


def completed(entries: tuple[Deployment, ...], tags: TagsByImage) -> tuple[Deployment, ...]:
    """``entries`` with the newest one's digests as they will be once its missing tags are written."""
    missing = unfinished(entries, tags)
    if not missing:
        return entries
    return (*entries[:-1], replace(entries[-1], digests={**entries[-1].digests, **missing}))


def previous(entries: tuple[Deployment, ...], live: Deployment) -> Deployment:
    """The newest deployment that put in something else than ``live`` (another version or other digests).

    Going back twice must not swing between two releases, so entries that are themselves a return are skipped:
    the deployment before is looked for before the first time that ``live``'s version went in.

    Raises:
        NotFoundError: there is none.
    """
    first = next(e for e in entries if (e.version, e.digests) == (live.version, live.digests))
    for entry in reversed(entries[: entries.index(first)]):
        if (entry.version, entry.digests) != (live.version, live.digests):
            return entry
    raise NotFoundError(
        f"{live.environment} has no deployment before v{live.version}",
        untouched="everything",
        next_step=f"release history {live.environment}",
    )


def to_go_back_to(entries: tuple[Deployment, ...], *, half_written: bool, live_version: str) -> Deployment:
    """The deployment that a rollback brings in when no version is named. ``entries`` is not empty.

    - What is live was never proven here, because its deployment was cut off: the newest entry.
    - The newest entry is itself a return and was half-written when it was cut off: that one, so that running the
      rollback again finishes it instead of going back twice.
    - Otherwise: the deployment before the newest entry.

    Raises:
        NotFoundError: there is none.
    """
    newest, earlier = entries[-1], entries[:-1]
    if live_version not in {entry.version for entry in entries}:
        return newest
    returned = any(e.version == newest.version for e in earlier) and earlier[-1].version != newest.version
    return newest if half_written and returned else previous(entries, newest)


def named(entries: tuple[Deployment, ...], version: str, environment: str) -> Deployment:
    """The newest deployment of ``version``.

    Raises:
        NotFoundError: it was never proven in ``environment``.
    """
    for entry in reversed(entries):
        if entry.version == version:
            return entry
    known = ", ".join(dict.fromkeys(e.version for e in reversed(entries))) or "nothing yet"
    raise NotFoundError(
        f"v{version} was never deployed to {environment} (known: {known})",
        untouched="everything",
        next_step=f"release history {environment}",
    )


def proven_digests(environments: Iterable[str], tags: TagsByImage) -> Mapping[str, tuple[Mapping[str, str], ...]]:
    """Environment -> the digest sets (image -> digest) that were proven there, oldest first."""
    return {name: tuple(entry.digests for entry in deployments(name, tags)) for name in environments}
