"""Options that several commands have, and what was asked for by them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.settings.config import Config


#: step outputs of the commands that answer with the next version
VERSION_OUTPUTS = (
    "version",
    "tag",
    "previous",
    "bump",
    "is-due",
    "is-prerelease",
    "commit",
    "commits",
    "release",
    "candidate",
)


#: What the bundle is called among the digests that a build hands on; no image has such a name.
BUNDLE = "Bundle"


def add_database(sub: argparse.ArgumentParser) -> None:
    """The option that names another repository of advisories."""
    sub.add_argument("--database", default="", metavar="REPOSITORY", help="advisories: host/name:tag, or public")


def add_project(sub: argparse.ArgumentParser) -> None:
    """The options that make a command work in an empty folder: no clone, no release.toml."""
    sub.add_argument(
        "--project",
        default="",
        metavar="NAME",
        help="without a clone: the settings are those of the project's newest release",
    )
    sub.add_argument("--region", default="", metavar="R", help="with --project: its registry's region")


def add_images(sub: argparse.ArgumentParser, verb: str) -> None:
    """Which images: by name, by group, or every one."""
    sub.add_argument("images", nargs="*", default=[], metavar="IMAGE", help=f"{verb} these images only (default: all)")
    sub.add_argument("--group", default="", metavar="NAME[,NAME]", help=f"{verb} the images of these groups only")


def chosen(args: argparse.Namespace, config: Config) -> list[str]:
    """The images that were asked for; none: every one. Raises NotFoundError: no image has such a group."""
    from release.errors import NotFoundError

    asked = [name for name in args.group.split(",") if name]
    known = {image.group for image in config.images.values()} - {""}
    if unknown := sorted(set(asked) - known) or (["".join(args.group)] if args.group and not asked else []):
        raise NotFoundError(
            f"no image of release.toml has the group {unknown[0]!r} (groups: {', '.join(sorted(known)) or 'none'})",
            untouched="everything",
            next_step="name one of these, or write group into [images.<name>] in release.toml",
        )
    return [*args.images, *(n for n, i in config.images.items() if i.group in asked and n not in args.images)]


def digests_of(text: str) -> dict[str, str]:
    """``export=sha256:… report=sha256:…``, image -> digest. Raises UsageError."""
    from release.digest import is_digest
    from release.errors import UsageError

    found = dict(word.partition("=")[::2] for word in text.split())
    if not all(is_digest(digest) for digest in found.values()):
        raise UsageError(
            f"{text!r} is not image=sha256:… for each image",
            untouched="everything",
            next_step="hand on what release build printed as digests",
        )
    return found
