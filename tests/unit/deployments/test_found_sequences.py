"""Sequences that once broke a rule, found at random (test_any_sequence.py) and cut down to what matters."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import pytest

from release.deployments import claiming, deploy
from release.deployments.claiming import ClaimLostError
from release.deployments.claims import Result
from tests.fakes.journal import Killed
from tests.support.world import World


@pytest.mark.parametrize("look", range(1, 13))
def test_a_run_that_claims_while_another_one_decides_is_not_taken_over(look: int, world: World) -> None:
    """faults.md, 53 and 54. The second run read the ledger twice, and the claim came between the two."""
    world.release("0.1.0", "staging")
    world.change("export", "export = 2")
    world.publish("0.2.0")
    first, second = world.target("staging"), world.target("staging")
    world.runs.alive |= {first.runs.present().process, second.runs.present().process}
    plan = deploy.plan_deployment(first, "0.2.0")
    seen, claimed = 0, []

    def meanwhile() -> None:
        nonlocal seen
        seen += 1
        if seen == look:
            claimed.append(claiming.take(plan, first, ""))

    def end(now: datetime) -> None:  # noqa: ARG001 - whenever the second one waits
        if any(entry.number == 2 for entry in first.ledger().open):
            claiming.end(claimed[0], Result.PUT_BACK, first)

    world.journal.meanwhile, world.clock.watch = meanwhile, end
    with suppress(ClaimLostError):
        deploy.apply(deploy.plan_deployment(second, "0.2.0"), second)
    assert claimed, "the second run looked less often"
    assert Result.ABANDONED not in next(each for each in second.ledger().names if each.number == 2).results


def test_a_setting_changed_by_hand_after_a_deployment_was_cut_off_is_not_proven_as_it_is(world: World) -> None:
    """faults.md, 17 and 55. The stack had the release's version, so it was only proven and recorded."""
    world.publish("0.1.0")
    world.journal.kill_when("while asking")
    with pytest.raises(Killed):
        world.deploy("staging", "0.1.0")
    account = world.cloud.accounts["app-staging"]
    account.parameters = {**account.parameters, "Environment": "by hand"}
    world.deploy("staging", "0.1.0")
    assert world.proven("staging") == ["0.1.0"]
    assert account.parameters["Environment"] == "staging"
