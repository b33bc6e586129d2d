"""A Debian system as files, from packages that are unpacked and not installed: what their scripts would have done."""

from __future__ import annotations

import os
import shutil
import ssl
from collections.abc import Mapping
from pathlib import Path

from rehearsal.machine import debian
from release.adapters.toolbox import Cache

#: What a Debian image holds before anybody adds to it: the essential packages, apt, and what every base image has.
SYSTEM = [
    *("apt", "base-files", "base-passwd", "bash", "ca-certificates", "coreutils", "dash", "debian-archive-keyring"),
    *("debianutils", "diffutils", "dpkg", "findutils", "grep", "gzip", "hostname", "libc-bin", "mawk", "ncurses-base"),
    *("netbase", "passwd", "perl-base", "procps", "sed", "tar", "tzdata", "libstdc++6", "util-linux"),
]
DROPPED = ["doc", "man", "info", "locale", "lintian", "bug", "i18n", "common-licenses", "bash-completion"]
BUNDLE = "etc/ssl/certs/ca-certificates.crt"
#: Where this machine says which certificates it trusts; a company's proxy that re-signs TLS is among them.
_TRUST = ("RELEASE_CA_BUNDLE", "PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
_SHADOWED = {"passwd": "shadow", "group": "gshadow"}
#: A suite that is not released -> what scanners are told: of a system that they do not know they can say nothing.
SCANNED_AS = {"forky": "13.0"}
_LINKS = {"usr/bin/awk": "mawk", "usr/bin/which": "which.debianutils", "usr/bin/sh": "dash"}


def make(
    rootfs: Path, suite: str, packages: list[str], alone: list[str], cache: Cache, hidden: tuple[str, ...]
) -> None:
    """Fill the folder ``rootfs`` with ``packages`` of ``suite`` and all they depend on.

    Args:
        alone: packages that come without what they depend on.
        hidden: packages whose names start so are there as files, and no record says so: what another package brings
            again must not be taken for installed.

    Raises MachineError, RemoteError.
    """
    mirror = debian.machine_mirror()
    source, known = debian.Packages(cache, mirror, f"base-{suite}", suite), {}
    for names, dependencies in (([*SYSTEM, *packages], True), (alone, False)):
        for archive in source.fetch(names, dependencies=dependencies) if names else []:
            paths = debian.unpack(archive, rootfs)
            if not archive.name.startswith(hidden):
                known[debian.control(archive)] = paths
            archive.unlink()
    _merge_usr(rootfs)
    _record(known, rootfs)
    _settle(rootfs, mirror, suite)


def machine_trust(env: dict[str, str] | None = None) -> str:
    """The certificates that this machine trusts, as PEM; empty where it names no file of them."""
    env = dict(os.environ) if env is None else env
    places = [env[name] for name in _TRUST if env.get(name)] + [ssl.get_default_verify_paths().cafile or ""]
    return next((Path(place).read_text() for place in places if place and Path(place).is_file()), "")


def trust_environment() -> dict[str, str]:
    """What tells tools with a trust of their own (pip, uv, Node.js) to trust as the system does, where that matters.

    A stand-in is built on this machine alone, and so it may hold what this machine trusts; no image that a registry
    brings does.
    """
    if not machine_trust():
        return {}
    return dict.fromkeys(("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"), f"/{BUNDLE}")


def _merge_usr(rootfs: Path) -> None:
    """/bin and its like as links to where their files are (Debian: UsrMerge); Debian 12 and older unpack to both."""
    for name in ("bin", "sbin", "lib", "lib64"):
        old, new = rootfs / name, rootfs / "usr" / name
        new.mkdir(parents=True, exist_ok=True)
        if old.is_dir() and not old.is_symlink():
            shutil.copytree(old, new, symlinks=True, dirs_exist_ok=True)
            shutil.rmtree(old)
        if not old.is_symlink():
            old.symlink_to(f"usr/{name}")


def _record(packages: Mapping[str, list[str]], rootfs: Path) -> None:
    """What dpkg knows of installed packages (dpkg(1), "FILES"): scanners read it, and apt builds upon it.

    Args:
        packages: a package's control fields -> its paths.
    """
    database = rootfs / "var" / "lib" / "dpkg"
    for folder in ("info", "updates", "triggers", "parts", "alternatives"):
        (database / folder).mkdir(parents=True, exist_ok=True)
    status = ["Status: install ok installed\n" + fields for fields in packages]
    for fields, paths in packages.items():
        values = dict(line.split(": ", 1) for line in fields.splitlines() if ": " in line and line[0] != " ")
        same = values.get("Multi-Arch") == "same"
        name = f"{values['Package']}:{values['Architecture']}" if same else values["Package"]
        (database / "info" / f"{name}.list").write_text("".join(f"{path}\n" for path in paths))
    (database / "status").write_text("\n".join(status))
    (database / "available").touch()
    (database / "info" / "format").write_text("1\n")


def _settle(rootfs: Path, mirror: debian.Mirror, suite: str) -> None:
    """What the packages' own scripts would have done, and what a small image leaves out."""
    share, etc = rootfs / "usr" / "share", rootfs / "etc"
    for name, shadow in _SHADOWED.items():
        shutil.copy(share / "base-passwd" / f"{name}.master", etc / name)
        people = [line.split(":")[0] for line in (etc / name).read_text().splitlines()]
        rest = "20089:0:99999:7:::" if shadow == "shadow" else "::"
        (etc / shadow).write_text("".join(f"{who}:*:{rest}\n" for who in people))
        (etc / shadow).chmod(0o640)
    for place in (share / "libc-bin" / "nsswitch.conf", share / "base-files" / "nsswitch.conf"):
        if place.is_file() and not (etc / "nsswitch.conf").exists():
            shutil.copy(place, etc / "nsswitch.conf")
    certificates = sorted((share / "ca-certificates").rglob("*.crt"))
    ours = "".join(path.read_text() for path in certificates)
    trusted = machine_trust()
    (rootfs / BUNDLE).write_text(trusted if trusted else ours)
    (etc / "localtime").unlink(missing_ok=True)
    (etc / "localtime").symlink_to("/usr/share/zoneinfo/Etc/UTC")
    for link, target in _LINKS.items():
        if not (rootfs / link).exists() and not (rootfs / link).is_symlink():
            (rootfs / link).symlink_to(target)
    if suite in SCANNED_AS:
        (etc / "debian_version").write_text(f"{SCANNED_AS[suite]}\n")
    (etc / "apt" / "sources.list").write_text(f"deb {mirror.uri} {suite} main\n")
    # the user _apt is made by a script that did not run; and what an image does not need is not kept
    lines = ('APT::Sandbox::User "root";', 'APT::Install-Recommends "false";', *debian.transports())
    (etc / "apt" / "apt.conf.d" / "90stand-in").write_text("".join(f"{line}\n" for line in lines))
    for name in DROPPED:
        shutil.rmtree(share / name, ignore_errors=True)
