"""release prune: what nobody needs any more leaves the registry. Looks at everything first, decides, then deletes.

Nothing that a target runs, that a rollback could need, or that is young goes (docs/architecture.md, rule 9): the rules
are in :mod:`release.deployments.prunerules`, the order in :mod:`release.deployments.pruneorder`.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime

from release.deployments import prunerules, pruneseen
from release.deployments.prunemodel import PrunePlan
from release.deployments.target import Target
from release.errors import ConflictError, RemoteError
from release.releases.ports import Shelves, Store
from release.settings.config import Config

log = logging.getLogger("release.prune")


def plan_prune(
    targets: Sequence[Target],
    asked: Collection[str],
    config: Config,
    shelves: Shelves,
    now: datetime,
    *,
    everything: bool,
) -> PrunePlan:
    """What would go, and why each thing goes or stays. Changes nothing.

    Args:
        targets: every environment of release.toml, whatever was asked for: what one of them needs, no other may lose.
        asked: the names of the environments that were asked for.
        everything: what no deployment ever named may go as well.

    Raises:
        ConflictError: there is something that this command cannot read, so nobody can tell what it needs.
    """
    seen = pruneseen.holdings(targets, asked, config, shelves)
    return prunerules.decide(seen, config.keep, now, everything=everything)


def apply(plan: PrunePlan, shelves: Shelves, store: Store) -> None:
    """Delete what the plan says, in its order. Running it again goes on where it stopped.

    Raises:
        ConflictError: a claim is open, or a release or deployment came since it was decided.
        RemoteError: the registry refused to delete something, or gave no answer.
    """
    if plan.open:
        raise ConflictError(
            f"{plan.open[0]} is open: a deployment is under way, or its run died",
            untouched="everything",
            next_step=f"wait for it, or finish it: release history {plan.open[0].rpartition('-')[0]} names its run",
        )
    gone: set[str] = set()
    for repository, digests in plan.steps:
        _check_still(plan, gone, store)
        log.info("deleting %d of %s", len(digests), repository)
        refused = shelves.delete(repository, digests)
        gone |= set(digests) - set(refused)
        if refused:
            shown = "; ".join(f"{digest[:19]} {why}" for digest, why in list(refused.items())[:5])
            raise RemoteError(
                f"{repository} did not delete {len(refused)} of {len(digests)}: {shown}",
                untouched=f"those, and all that comes after them; {len(gone)} are deleted",
                next_step="run the same command again; without --yes it shows what is left",
            )


def _check_still(plan: PrunePlan, gone: Collection[str], store: Store) -> None:
    """Nothing was released or deployed since the plan was made: it might need what is to go."""
    for repository, names in plan.states.items():
        expected = {tag: digest for tag, digest in names.items() if digest not in gone}
        if store.tags(repository) != expected:
            raise ConflictError(
                f"{repository} changed while this ran: something was released or deployed",
                untouched=f"all that is not deleted yet; {len(gone)} are",
                next_step="run the same command again, which looks at everything anew",
            )
