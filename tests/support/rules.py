"""The rules of docs/architecture.md as far as a world of fakes can show them, checked after every command.

1, 3: what is promoted or proven in production was proven in staging as that very release; an image's inputs are built
once. 2: a name never moves. 4: by digest, which the fake cloud asserts. 5: a proven deployment really served: digest,
version, template, settings, health. 6: at rest a ledger has numbers without gaps, and an outcome for all but the
newest. 9: nothing that was proven is gone. 11: every refusal says what was left and what comes next.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path

import release
from release.completion.complete import completed
from release.deployments.claims import Result
from release.deployments.ledgerentries import Entry
from release.errors import ReleaseError
from release.releases import bundling, recording
from release.releases.record import ReleaseRecord
from release.settings import config as config_file
from tests.support.world import RELEASES, World

_OURS = str(Path(release.__file__).parent)
_LIVE = "live"


class Rules:
    """What was seen so far, and what must never become untrue.

    Attributes:
        images: release -> the repository and digest of each of its images.
        left: environments in which a command ended badly, and none has ended well since.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.names: dict[tuple[str, str], str] = {}
        self.proven: set[tuple[str, int]] = set()
        self.left: set[str] = set()
        self.images: dict[str, set[tuple[str, str]]] = {}
        self.copies: dict[str, bytes] = {}

    def check(self) -> None:
        """Everything, at rest. Raises AssertionError with what is broken."""
        self._names_stay()
        staged = {entry.claim.release for entry in self.world.entries("staging") if entry.is_proven}
        self._promoted_was_proven(staged)
        for environment in ("staging", "production"):
            entries = self.world.entries(environment)
            numbers = [entry.number for entry in entries]
            assert numbers == list(range(1, len(numbers) + 1)), f"{environment} has the numbers {numbers}"
            left = [entry.number for entry in entries[:-1] if entry.outcome is None]
            assert not left or environment in self.left, f"{environment}: nobody ended {left}"
            self._runs_what_is_live(environment, entries)
            for entry in (entry for entry in entries if entry.is_proven):
                assert environment == "staging" or entry.claim.release in staged, f"unproven: {entry}"
                self._is_kept(entry)
                if (environment, entry.number) not in self.proven and entry is entries[-1]:
                    self.really_serves(entry)
                self.proven.add((environment, entry.number))
        self._production_runs_what_was_staged(staged)
        self._built_once()

    def _runs_what_is_live(self, environment: str, entries: list[Entry]) -> None:
        """The stack has the newest proven deployment, unless one since then was cut off or failed for good."""
        if entries and entries[-1].result in (Result.PROVEN, Result.PUT_BACK):
            live = next(entry.claim for entry in reversed(entries) if entry.is_proven)
            parameters = self.world.cloud.accounts[f"app-{environment}"].parameters
            runs = (parameters["ReleaseVersion"], parameters["GitSha"])
            assert runs == (live.version, live.commit), f"{environment} runs {runs}, and {live.tag} is live"

    def _names_stay(self) -> None:
        now = {
            (repository, tag): digest
            for place in (self.world.registry.named, self.world.store.named)
            for repository, tags in place.items()
            for tag, digest in tags.items()
        }
        moved = [name for name, digest in self.names.items() if now.get(name) != digest]
        assert not moved, f"names moved or went: {moved}"
        self.names = now

    def _promoted_was_proven(self, staged: set[str]) -> None:
        for tag, digest in self.world.store.named[RELEASES].items():
            assert tag.startswith("sha-") or "-rc." in tag or digest in staged, f"v{tag} was promoted unproven"

    def _production_runs_what_was_staged(self, staged: set[str]) -> None:
        account = self.world.cloud.accounts.get("app-production")
        commits = {tag: digest for tag, digest in self.world.store.named[RELEASES].items() if tag.startswith("sha-")}
        for logical, function in account.functions.items() if account else ():
            for number, _ in function.aliases.values():
                runs = commits[f"sha-{function.versions[number].commit}"]
                assert runs in staged, f"{logical} serves what staging never proved"

    def _built_once(self) -> None:
        """One build for each inputs tag: what the registry or the folder has is taken from there."""
        kept = len(self.world.workspace.kept)
        built = sum(1 for change in self.world.journal.changes if change.startswith("build "))
        again = self.world.journal.disturbed
        assert built <= kept + again, f"{built} builds of {kept} images, {again} of them disturbed"

    def _is_kept(self, entry: Entry) -> None:
        release = entry.claim.release
        assert release in self.world.store.blobs[RELEASES], f"the record of {entry} is gone"
        if release not in self.images:
            record = recording.by_digest(release, self.world.store, RELEASES)
            self.images[release] = {(image.repository, image.digest) for image in record.images.values()}
        for repository, digest in self.images[release]:
            assert digest in self.world.registry.blobs[repository], f"an image of {entry} is gone"

    def _copy(self, record: ReleaseRecord) -> bytes:
        """The template that a release deploys."""
        if record.commit not in self.copies:
            theirs = self.world.git.show(record.commit, record.template)
            complete = bundling.wanted(config_file.parse(record.settings))
            self.copies[record.commit] = completed(theirs, record.template, complete)
        return self.copies[record.commit]

    def really_serves(self, entry: Entry) -> None:
        """The environment is as the entry says, in every part."""
        record = recording.by_digest(entry.claim.release, self.world.store, RELEASES)
        account = self.world.cloud.accounts[f"app-{entry.claim.environment}"]
        settings = config_file.parse(record.settings).environments[entry.claim.environment].parameters
        wanted: Mapping[str, str] = {
            **settings,
            "ReleaseVersion": entry.claim.version,
            "GitSha": entry.claim.commit,
        }
        assert account.ends is None, f"{entry.claim.tag} is proven, its stack still {account.status}"
        assert {name: account.parameters.get(name) for name in wanted} == wanted
        assert account.template == self._copy(record)
        assert entry.outcome is not None
        assert entry.claim.version not in self.world.cloud.sick
        assert account.functions.keys() == record.functions.keys() == entry.outcome.functions.keys()
        for logical, served in entry.outcome.functions.items():
            function = account.functions[logical]
            assert function.aliases[_LIVE] == (int(served.version), {}), (
                f"{entry.claim.tag} is proven, {logical} astray"
            )
            assert function.versions[int(served.version)].digest == served.digest
            assert served.digest == record.digests[record.functions[logical].image]


def check_refusal(error: ReleaseError) -> None:
    """Rule 11, for what this package refuses itself; what the fakes raise stands for AWS's own words."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    if last.filename.startswith(_OURS):
        assert error.untouched, f"{error!r} does not say what was left untouched"
        assert error.next_step, f"{error!r} does not say what comes next"
