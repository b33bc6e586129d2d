"""The version that a release tag names, and what to do with a tag that names none."""

from __future__ import annotations

from release.errors import UsageError
from release.semver import Version, try_parse
from release.versions.settings import VersionSettings
from release.versions.tags import prefix_of, prefixes_of, toml_text

#: What a refused tag leaves as it was.
UNTOUCHED = "every environment; the tag itself"


def version_of(tag: str, settings: VersionSettings) -> Version:
    """The release version that ``tag`` names.

    Raises:
        UsageError: it is no version, a candidate or another pre-release, or carries build metadata.
    """
    prefixes = prefixes_of(settings)
    prefix = next((one for one in prefixes if tag.startswith(one) and try_parse(tag[len(one) :])), None)
    version = try_parse(tag[len(prefix) :]) if prefix is not None else None
    if version is None or prefix is None:
        raise _no_version(tag, prefixes[0])
    if version.is_prerelease:
        raise UsageError(
            f"tag {tag[:80]!r} has the shape of a candidate; production takes releases only",
            untouched=UNTOUCHED,
            next_step=f"tag the release itself: git tag {prefix}{version.released()}",
        )
    if version.build:
        raise UsageError(
            f"tag {tag[:80]!r} has build metadata, which no registry tag can hold",
            untouched=UNTOUCHED,
            next_step=f"delete it, and leave the part from '+' on away: {deleting(tag)}",
        )
    return version


def _no_version(tag: str, prefix: str) -> UsageError:
    example, other = f"{prefix}1.4.0", prefix_of(tag)
    if other is None:
        remedy = f"name the release like {example}; if nobody uses this tag yet, it can go: {deleting(tag)}"
    else:
        remedy = (
            f"the tag may stay; name the release like {example}, or, where releases are named like this one, write "
            f"tag-prefix = {toml_text(other)} under [versions] in release.toml"
        )
    return UsageError(
        f"tag {tag[:80]!r} is not a version of Semantic Versioning 2.0.0 with the prefix {prefix!r}",
        untouched=UNTOUCHED,
        next_step=remedy,
    )


def deleting(tag: str) -> str:
    """The command that deletes ``tag`` where others see it."""
    return f"git push --delete origin {_quoted(f'refs/tags/{tag}')}"


def _quoted(text: str) -> str:
    """For a shell: the tag is data, and a person may paste this line."""
    return "'" + text.replace("'", "'\\''") + "'"
