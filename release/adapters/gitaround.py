"""The RepositoryView port of the adoption: what git and the working tree say of where a command was started."""

from __future__ import annotations

from pathlib import Path

from release.adapters.gitprocess import GitProcess
from release.adoption.surroundings import RepositoryAround
from release.errors import NotFoundError

_SUBMODULE = "160000"
_USUAL = ("main", "master")


class GitAround(GitProcess):
    """The repository around ``folder``."""

    def top(self) -> Path:
        """The folder that holds the working tree. Raises NotFoundError: there is none."""
        asked = ("--is-bare-repository", "--is-inside-work-tree", "--show-toplevel")
        result = self._git("rev-parse", *asked, check=False)
        if result.code != 0 or result.stdout.split("\n")[:2] != ["false", "true"]:
            raise self._no_tree(result.stdout, result.stderr)
        return Path(result.stdout.split("\n")[2])

    def surroundings(self) -> RepositoryAround:
        """See :class:`release.adoption.ports.RepositoryView`."""
        top = self.top()
        whole = GitAround(top)
        return RepositoryAround(
            name=top.name,
            below=self._git("rev-parse", "--show-prefix").stdout.rstrip("\n").rstrip("/"),
            paths=whole._paths(),
            submodules=whole._submodules(),
            remotes=whole._remotes(),
            branch=whole._git("symbolic-ref", "--quiet", "--short", "HEAD", check=False).stdout.strip(),
            default=whole._default(),
            commit=whole._git("rev-parse", "--verify", "--quiet", "HEAD", check=False).stdout.strip(),
            shallow=whole._git("rev-parse", "--is-shallow-repository").stdout.strip() == "true",
        )

    def _no_tree(self, stdout: str, stderr: str) -> NotFoundError:
        if stdout.startswith("true") or "must be run in a work tree" in stderr:
            return NotFoundError(
                f"{self.folder.absolute()} has no working tree, so no file can be written there",
                untouched="everything",
                next_step="git clone it, and run this in the clone",
            )
        return NotFoundError(
            f"{self.folder.absolute()} cannot be read as a git repository: {stderr.strip()}",
            untouched="everything",
            next_step="run this inside a clone, or git init",
        )

    def _unusable(self, stderr: str) -> NotFoundError:
        return self._no_tree("", stderr)

    def _paths(self) -> tuple[str, ...]:
        """Tracked or not ignored, and there; an untracked repository inside is one path that ends with a slash."""
        listed = self._git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate").stdout
        return tuple(sorted(path for path in listed.split("\0") if path and (self.folder / path).is_file()))

    def _submodules(self) -> tuple[str, ...]:
        rows = self._git("ls-files", "-z", "--stage").stdout.split("\0")
        return tuple(row.partition("\t")[2] for row in rows if row.startswith(_SUBMODULE))

    def _remotes(self) -> dict[str, str]:
        listed = self._git("config", "-z", "--get-regexp", r"^remote\..*\.url$", check=False).stdout
        pairs = [entry.partition("\n")[::2] for entry in listed.split("\0") if entry]
        return {key.removeprefix("remote.").removesuffix(".url"): url for key, url in pairs}

    def _default(self) -> str:
        """What the remote's HEAD names, as the clone knows it; else a branch with a usual name, if there is one."""
        named = self._git("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD", check=False).stdout.strip()
        if named:
            return named.removeprefix("origin/")
        listed = self._git("for-each-ref", "--format=%(refname)", "refs/heads/", "refs/remotes/origin/").stdout
        names = {row.removeprefix("refs/heads/").removeprefix("refs/remotes/origin/") for row in listed.split("\n")}
        return next((name for name in _USUAL if name in names), "")
