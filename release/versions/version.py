"""release version: the next version of a commit, from tags and messages alone.

In an ordinary clone this starts four processes of git, whatever the size of the history: where am I, which tags are
there, is the highest of them in my history, what came since. Where it is not, one more asks for all the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from release.versions import nextversion
from release.versions.before import release_before
from release.versions.changed import Changed
from release.versions.nextversion import NextVersion
from release.versions.settings import VersionSettings

if TYPE_CHECKING:
    from release.versions.history import Checkout, Commit
    from release.versions.ports import Changes, Git


def next_version(
    git: Git,
    settings: VersionSettings,
    revision: str = "HEAD",
    *,
    changes: Changes | None = None,
    branch: str | None = None,
) -> NextVersion:
    """The next version of ``revision``.

    Args:
        changes: tells what changed beside the messages: inputs of images, the template, files, settings. Any of it
            makes the release at least a patch; ``None`` asks nothing and costs nothing.
        branch: the branch that ``revision`` is released from; by default the one that is checked out. A workflow that
            runs on a tag or on a detached HEAD can name it.

    Raises:
        NotFoundError: no repository, no commit, no such revision.
        RemoteError: the clone is shallow, and what is missing could not be fetched.
        ConflictError, UsageError: see :func:`release.versions.nextversion.next_version`.
    """
    seen = Observation(git, settings, revision)
    return seen.next_version(changed=seen.changed(changes), branch=branch)


class Observation:
    """What the repository says about one commit; several stages ask it, each thing is read once.

    Attributes:
        checkout: where the repository stands.
        before: the release before the commit, and what there is to say about tags.
        previous: its tag, or None.
        commits: the commits since, children before parents.
    """

    def __init__(
        self,
        git: Git,
        settings: VersionSettings,
        revision: str = "HEAD",
        *,
        hidden: Sequence[str] = (),
    ) -> None:
        """Read the repository.

        Args:
            hidden: tags to look away from: the tag that is being checked, for example.
        """
        self.git, self.settings = git, settings
        self.checkout: Checkout = git.checkout(revision)
        if self.checkout.shallow:
            git.deepen()
        names = [name for name in git.tags() if name not in hidden]
        self.before = release_before(git, names, self.checkout.commit, settings)
        self.previous = self.before.tag
        since = self.previous.commit if self.previous else ""
        self.commits: Sequence[Commit] = git.log(self.checkout.commit, since)

    def next_version(self, *, changed: Changed | None = None, branch: str | None = None) -> NextVersion:
        """See :func:`next_version`; ``changed`` is what :meth:`changed` answered."""
        return nextversion.next_version(
            self.checkout.commit,
            self.previous,
            self.commits,
            self.settings,
            branch=self.checkout.branch if branch is None else branch,
            prefix=self.before.prefix,
            taken=self.before.released,
            changed=changed,
            notes=self.before.notes,
        )

    def changed(self, changes: Changes | None) -> Changed:
        """What changed since the release before beside the messages; nothing where nobody can tell."""
        if changes is None:
            return Changed()
        return changes(self.previous.commit if self.previous else "", self.checkout.commit)


def is_below(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` or lies in it; ``.`` holds everything."""
    folder = folder.rstrip("/")
    return folder == "." or path == folder or path.startswith(folder + "/")


def as_json(answer: NextVersion, *, candidate: bool = False) -> dict[str, Any]:
    """The answer for ``--json``.

    Args:
        candidate: whether ``version`` and ``tag`` are those of the candidate or of the release.
    """
    named = answer.candidate if candidate else answer.version
    prefix = answer.tag.removesuffix(str(answer.version))
    return {
        "version": str(named) if named else None,
        "tag": f"{prefix}{named}" if named else None,
        "previous": answer.previous.name if answer.previous else None,
        "bump": answer.bump.word,
        "is_due": answer.is_due,
        "is_prerelease": named.is_prerelease if named else False,
        "commit": answer.commit,
        "commits": answer.number_of_commits,
        "release": str(answer.version) if answer.version else None,
        "candidate": str(answer.candidate) if answer.candidate else None,
        "reasons": [
            {
                "commit": reason.commit,
                "subject": reason.subject,
                "kind": reason.kind,
                "bump": reason.bump.word,
                "why": reason.why,
            }
            for reason in answer.reasons
        ],
        "notes": list(answer.notes),
    }


def outputs(answer: NextVersion, *, candidate: bool = False) -> dict[str, str]:
    """The answer as step outputs: the plain values of :func:`as_json`, "" for none."""
    values = as_json(answer, candidate=candidate)
    return {
        name.replace("_", "-"): str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
        for name, value in values.items()
        if not isinstance(value, list)
    }
