"""Debian packages fetched and unpacked into the cache, without installing anything.

apt runs with lists, archives and status of its own, so it neither reads nor changes what the machine has installed.
Mirror, proxies and keyring are the machine's; apt verifies the signed Release file and every package's hash against it.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

from release.adapters import process
from release.adapters.toolbox import Cache
from release.errors import MachineError, RemoteError

PYTHON_SUITE = "trixie"  # Debian 13: Python 3.13 and an engine with buildx

LISTS_SECONDS = 3600
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")  # where it is missing, apt's own trust applies


@dataclass(frozen=True)
class Mirror:
    """Where the machine's apt gets its packages.

    Attributes:
        uri: the archive's address.
        codename: the suite the machine runs.
    """

    uri: str
    codename: str


def codename(os_release: str) -> str | None:
    """The suite a Debian machine runs, from the text of /etc/os-release; None elsewhere (os-release(5))."""
    fields = dict(re.findall(r'^([A-Z_]+)="?([^"\n]*)"?$', os_release, re.MULTILINE))
    return fields.get("VERSION_CODENAME") if fields.get("ID") == "debian" else None


def choose_mirror(targets: str, suite: str) -> Mirror | None:
    """The mirror of ``suite`` in lines of ``site<TAB>codename<TAB>component``."""
    for line in targets.splitlines():
        site, name, component = (line.split("\t") + [""] * 3)[:3]
        if name == suite and component == "main":
            return Mirror(site.rstrip("/"), suite)
    return None


def machine_mirror(os_release: Path = Path("/etc/os-release")) -> Mirror:
    """The mirror this machine is configured with. Raises MachineError when this is no Debian, or has none."""
    try:
        suite = codename(os_release.read_text())
    except OSError:
        suite = None
    if suite is None:
        raise MachineError(
            "this is not a Debian machine",
            untouched="everything",
            next_step="start a container engine and let it reach a registry; on Debian all is brought along",
        )
    form = "$(SITE)\t$(CODENAME)\t$(COMPONENT)"
    listed = process.run(["apt-get", "indextargets", "--format", form, "Created-By: Packages"])
    mirror = choose_mirror(listed.stdout, suite)
    if mirror is None:
        raise MachineError(
            f"apt has no source for {suite} main", untouched="everything", next_step="mend /etc/apt/sources.list"
        )
    return mirror


class Packages:
    """Packages of Debian 13 and, side by side, of the machine's suite; or of another suite alone.

    Args:
        purpose: names the folder the archives go to, so that two purposes can be served at once.
    """

    def __init__(self, cache: Cache, mirror: Mirror, purpose: str, suite: str = PYTHON_SUITE) -> None:
        self.cache = cache
        self.mirror = mirror
        self.suite = suite
        self.suites = tuple(dict.fromkeys([mirror.codename, suite])) if suite == PYTHON_SUITE else (suite,)
        self.folder = cache.folder("debian", purpose)
        self.archives = cache.folder("debian", purpose, "archives")
        self.lists = cache.folder("debian", "lists" if suite == PYTHON_SUITE else f"lists-{suite}")
        self._configure()

    def _configure(self) -> None:
        for folder in (self.archives, self.lists):
            (folder / "partial").mkdir(exist_ok=True)
        signed = f"[signed-by={KEYRING}] " if KEYRING.is_file() else ""
        sources = "".join(f"deb {signed}{self.mirror.uri} {suite} main\n" for suite in self.suites)
        (self.folder / "sources.list").write_text(sources)
        (self.folder / "status").touch()
        # The machine's proxies and transports, and none of its hooks: those would clean the machine's own cache.
        dump = process.run(["apt-config", "dump"]).stdout.splitlines()
        kept = [line for line in dump if line.startswith("Acquire::") and "IndexTargets" not in line]
        private = {
            "Dir::Etc::main": "/dev/null",
            "Dir::Etc::parts": "/dev/null",
            "Dir::Etc::sourcelist": str(self.folder / "sources.list"),
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::State::lists": str(self.lists),
            "Dir::State::status": str(self.folder / "status"),
            "Dir::State::extended_states": str(self.folder / "extended_states"),
            "Dir::Cache": str(self.folder),
            "Dir::Cache::archives": str(self.archives),
            "Dir::Cache::pkgcache": "",
            "Dir::Cache::srcpkgcache": "",
            "Dir::Log": str(self.folder),
            "APT::Default-Release": self.suite,
            "APT::Install-Recommends": "false",
            "APT::Sandbox::User": "root",
        }
        lines = kept + [f'{key} "{value}";' for key, value in private.items()]
        (self.folder / "apt.conf").write_text("\n".join(lines) + "\n")

    def fetch(self, names: list[str], *, dependencies: bool) -> list[Path]:
        """Download packages (``name`` or ``name/suite``), their signatures and hashes verified.

        Args:
            dependencies: also all they depend on, as for an empty machine.

        Returns: the archives, sorted by name.
        """
        for known in self.archives.glob("*.deb"):
            known.unlink()
        with self.cache.lock("debian-lists"):
            self._update()
            if dependencies:
                self._apt("install", "--yes", "--download-only", *names)
            else:
                self._apt("download", *names, cwd=self.archives)
        return sorted(self.archives.glob("*.deb"))

    def _update(self) -> None:
        """Fetch the lists anew unless they are of this hour and of this mirror: several purposes follow each other."""
        marker = self.lists / "updated"
        current = marker.is_file() and marker.read_text() == str(self.mirror)
        if not current or time.time() - marker.stat().st_mtime > LISTS_SECONDS:
            self._apt("update", "--error-on=any")
            marker.write_text(str(self.mirror))

    def _apt(self, *arguments: str, cwd: Path | None = None) -> None:
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
        env["APT_CONFIG"] = str(self.folder / "apt.conf")
        try:
            process.run(["apt-get", "--quiet", *arguments], env=env, cwd=cwd, timeout=600)
        except RemoteError as error:
            error.untouched = "the machine's own packages"
            error.next_step = "check that apt-get update works on this machine, and that the disk is not full"
            raise


def unpack(archive: Path, folder: Path) -> list[str]:
    """Unpack one .deb's files below ``folder``; none of its scripts run. The path of each in the package, ``/…``."""
    names = process.run(["dpkg-deb", "--vextract", archive, folder], timeout=120).stdout.splitlines()
    return [name.removeprefix(".").rstrip("/") or "/." for name in names]


def transports() -> list[str]:
    """The lines of the machine's apt configuration that say by which proxies it gets its packages (apt.conf(5))."""
    dump = process.run(["apt-config", "dump"]).stdout.splitlines()
    return [line for line in dump if re.match(r"Acquire::https?::(?:[^ :]+::)?Proxy ", line, re.IGNORECASE)]


def control(archive: Path) -> str:
    """One .deb's control fields (deb-control(5))."""
    return process.run(["dpkg-deb", "--field", archive]).stdout
