"""The Git port: the git executable, started as seldom as its questions allow.

Names are data. A revision from outside is read by ``rev-parse --verify --end-of-options`` alone; every other command
gets full commit ids, full reference names, or paths behind ``--``. Output is separated by NUL. Replaced objects
(git-replace) are ignored: they are one machine's private view, and equal commits must give equal versions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from release.adapters.gitprocess import GitProcess, checked, literal, rows
from release.errors import NotFoundError, RemoteError
from release.versions.history import Checkout, Commit

_FETCH = "git fetch --unshallow --tags, if this clone is shallow (in a workflow: actions/checkout with fetch-depth: 0)"
_FEW = 16
# Five fields a commit, each ended by a NUL, which none of them can hold.
_LOG = (
    "--format=tformat:%H%x00%P%x00%an%x00%cI%x00%B",
    "--no-patch",
    "-z",
    "--encoding=UTF-8",
    "--no-show-signature",
    "--no-color",
)


class GitRepository(GitProcess):
    """The repository in ``folder``. Each method is described in :class:`release.versions.ports.Git`."""

    def checkout(self, revision: str = "HEAD") -> Checkout:
        """One process for HEAD."""
        wanted = ("--is-shallow-repository", "--is-bare-repository", "HEAD^{commit}", "--symbolic-full-name", "HEAD")
        result = self._git("rev-parse", *wanted, "--show-cdup", check=False)
        if result.code != 0:
            raise self._unusable(result.stderr)
        shallow, bare, commit, branch, *up = result.stdout.split("\n")
        return Checkout(
            commit if revision == "HEAD" else self.resolve(revision),
            branch.removeprefix("refs/heads/") if branch.startswith("refs/heads/") else "",
            shallow == "true",
            None if bare == "true" else (self.folder / up[0]).resolve(),
        )

    def resolve(self, revision: str) -> str:
        """See :class:`release.versions.ports.Git`."""
        result = self._git(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", check=False
        )
        if result.code != 0:
            if revision == "HEAD":  # nothing could be fetched: there is no commit at all
                raise self._unusable("Needed a single revision")
            raise NotFoundError(f"this repository has no commit {revision!r}", untouched="everything", next_step=_FETCH)
        return result.stdout.strip()

    def time_of(self, commit: str) -> int:
        """See :class:`release.versions.ports.Git`."""
        result = self._git("show", "--no-patch", "--no-show-signature", "--format=%ct", checked(commit), check=False)
        if result.code != 0:
            raise NotFoundError(f"commit {commit[:12]} is not in this clone", untouched="everything", next_step=_FETCH)
        return int(result.stdout)

    def deepen(self) -> None:
        """See :class:`release.versions.ports.Git`. No other method but remote_tag asks the network anything."""
        remote, problem = self._remote(), "there is no remote to fetch it from"
        if remote:
            arguments = ("--quiet", "--unshallow", "--tags", "--end-of-options", remote)
            result = self._git("fetch", *arguments, check=False)
            if result.code == 0:
                return
            problem = " ".join(result.stderr.strip().splitlines()[-1:])
        raise RemoteError(
            f"this clone is shallow, and the missing history cannot be fetched: {problem}",
            untouched="everything",
            next_step="git fetch --unshallow --tags (in a workflow: actions/checkout with fetch-depth: 0)",
        )

    def tags(self) -> Sequence[str]:
        """Names only, so that git opens no object: its cost is that of reading the list of references."""
        listed = self._git("for-each-ref", "--format=%(refname)", "refs/tags/").stdout
        return tuple(name.removeprefix("refs/tags/") for name in rows(listed))

    def merged_tags(self, names: Sequence[str], commit: str) -> Mapping[str, str]:
        """One process. git walks from ``commit`` back to the oldest of ``names``, not to the root.

        Many names are looked up in the list of all: git compares each of its tags with each name that it is given.
        """
        if not names:
            return {}
        form = "--format=%(refname)%00%(objectname)%00%(*objectname)"
        references = [f"refs/tags/{name}" for name in names] if len(names) <= _FEW else ["refs/tags/"]
        listed = self._git("for-each-ref", f"--merged={checked(commit)}", form, *references).stdout
        wanted = set(names)
        found = {}
        for row in rows(listed):
            name, one, peeled = row.split("\0")
            if name.removeprefix("refs/tags/") in wanted:
                found[name.removeprefix("refs/tags/")] = peeled or one
        return found

    def log(self, commit: str, since: str = "") -> Sequence[Commit]:
        """One process; it walks from ``commit`` back to ``since``."""
        ends = [checked(commit), *([f"^{checked(since)}"] if since else [])]
        result = self._git("log", "--topo-order", *_LOG, *ends, "--")
        return tuple(_commits(result.stdout))

    def changed_between(self, before: str, after: str, paths: Sequence[str] = ()) -> Sequence[str]:
        """See :class:`release.versions.ports.Git`."""
        ends = (checked(before), checked(after))
        listed = self._git("diff-tree", "-r", "-z", "--name-only", "--no-renames", *ends, "--", *literal(paths))
        return tuple(filter(None, listed.stdout.split("\0")))

    def branches_with(self, commit: str) -> Sequence[str]:
        """See :class:`release.versions.ports.Git`."""
        listed = self._git(
            "for-each-ref", f"--contains={checked(commit)}", "--format=%(refname)", "refs/heads/", "refs/remotes/"
        ).stdout
        return tuple(name for name in rows(listed) if not name.endswith("/HEAD"))

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        """See :class:`release.versions.ports.Git`.

        Raises:
            NotFoundError: one of them is not in this clone; a shallow clone must not look like a diverged history.
        """
        for commit in (ancestor, descendant):
            self.resolve(commit)
        if self._git("rev-parse", "--is-shallow-repository").stdout.strip() == "true":
            raise NotFoundError("this clone is shallow, so its history cannot be compared", next_step=_FETCH)
        result = self._git("merge-base", "--is-ancestor", checked(ancestor), checked(descendant), check=False)
        if result.code not in (0, 1):
            raise RemoteError(f"git could not compare {ancestor[:12]} and {descendant[:12]}: {result.stderr.strip()}")
        return result.code == 0

    def remote_url(self) -> str:
        """See :class:`release.versions.ports.Git`. Rewritten as ``url.<base>.insteadOf`` says."""
        remote = self._remote()
        return self._git("remote", "get-url", "--", remote).stdout.rstrip("\n") if remote else ""

    def remote_tag(self, name: str) -> str | None:
        """See :class:`release.versions.ports.Git`."""
        remote, reference = self._remote(), f"refs/tags/{name}"
        if not remote:
            return None
        asked = (reference, f"{reference}^{{}}")
        listed = self._git("ls-remote", "--quiet", "--end-of-options", remote, *asked).stdout
        found = {name: commit for commit, _, name in (row.partition("\t") for row in rows(listed))}
        return found.get(f"{reference}^{{}}") or found.get(reference)

    def show(self, commit: str, path: str) -> bytes:
        """See :class:`release.versions.ports.Git`."""
        result = self._git("cat-file", "blob", f"{checked(commit)}:{path}", check=False)
        if result.code != 0:
            raise NotFoundError(
                f"{path} at {commit[:12]} is not in this clone", untouched="everything", next_step=_FETCH
            )
        return result.stdout.encode("utf-8", "surrogateescape")

    def position(self, commit: str) -> tuple[int, str]:
        """See :class:`release.versions.ports.Git`."""
        number = self._git("rev-list", "--count", checked(commit), "--").stdout.strip()
        date = self._git("show", "--no-patch", "--format=%cI", checked(commit), "--").stdout.strip()
        return int(number), date

    def tree_hashes(self, commit: str, paths: Sequence[str]) -> Mapping[str, str]:
        """``mode id`` per path: a file that became executable is another input. One process for all paths.

        ``-t`` lists a folder also when a file inside it is asked for too.
        """
        wanted = [path.rstrip("/") for path in paths]
        listed = self._git("ls-tree", "-z", "-t", "--full-tree", checked(commit), "--", *literal(wanted)).stdout
        found = {}
        for line in filter(None, listed.split("\0")):
            meta, _, path = line.partition("\t")
            mode, _, object_id = meta.split(" ")
            found[path] = f"{mode} {object_id}"
        if "." in wanted:  # the whole of it, which ls-tree has no line for
            found["."] = f"040000 {self._git('rev-parse', '--verify', f'{checked(commit)}^{{tree}}').stdout.strip()}"
        for path in wanted:
            if path not in found:
                raise _no_path(path, commit)
        return {path: found[path.rstrip("/")] for path in paths}

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, str]:
        """See :class:`release.versions.ports.Git`."""
        if not paths:
            return {}
        listed = self._git("ls-tree", "-r", "-z", "--full-tree", checked(commit), "--", *literal(paths)).stdout
        found = {}
        for line in filter(None, listed.split("\0")):
            meta, _, path = line.partition("\t")
            mode, _, object_id = meta.split(" ")
            found[path] = f"{mode} {object_id}"
        return found

    def export(
        self, commit: str, paths: Sequence[str], folder: Path, epoch: int, keeps: Callable[[str], bool] | None = None
    ) -> None:
        """The committed bytes, whatever the work tree, ``.gitattributes`` and this machine's configuration say."""
        import tempfile  # only here: release version must not pay for it

        from release.adapters import gitexport

        self.tree_hashes(commit, paths)
        folder.mkdir(parents=True, exist_ok=True)
        listed = self._git("ls-tree", "-r", "-z", "--full-tree", checked(commit), "--", *literal(paths))
        files = tuple(one for one in gitexport.entries(listed.stdout) if keeps is None or keeps(one.path))
        with tempfile.TemporaryFile(dir=folder.absolute().parent) as blobs:
            self._git("cat-file", "--batch", stdin=gitexport.batch(files), stdout=blobs)
            blobs.seek(0)
            gitexport.write(files, blobs, folder, epoch, self._large_files)

    def changed(self, paths: Sequence[str]) -> Sequence[str]:
        """See :class:`release.versions.ports.Git`."""
        listed = self._git(
            "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--", *literal(paths)
        ).stdout
        return tuple(line[3:] for line in listed.split("\0") if line)

    def _remote(self) -> str:
        """``origin``, else the first remote; "" when there is none."""
        names = rows(self._git("remote").stdout)
        return "origin" if "origin" in names else names[0] if names else ""

    def _large_files(self) -> Path:
        """Where Git LFS keeps content: ``lfs.storage``, else ``lfs`` in the folder that all work trees share."""
        given = self._git("config", "--path", "lfs.storage", check=False).stdout.strip()
        common = self.folder / self._git("rev-parse", "--git-common-dir").stdout.strip()
        return common / (given or "lfs") / "objects"


def _no_path(path: str, commit: str) -> NotFoundError:
    return NotFoundError(
        f"{path} is not in commit {commit[:12]}",
        untouched="everything",
        next_step="commit it, or correct release.toml",
    )


def _commits(output: str) -> Iterator[Commit]:
    fields = output.split("\0")
    for commit, parents, author, date, message in zip(*[iter(fields[: len(fields) // 5 * 5])] * 5, strict=True):
        yield Commit(commit, tuple(parents.split()), author, date, message)
