"""The steps of the story: their names, what each needs before it, and which are played."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rehearsal.story import fault_injection, put_back, scenario
from rehearsal.story.expectations import NotAsExpected
from rehearsal.story.play import Play
from release.errors import ReleaseError, UsageError


@dataclass(frozen=True)
class StoryStep:
    """A step.

    Attributes:
        needs: the steps that must have been played before.
        merges: it is about an environment that merges deploy to.
    """

    name: str
    play: Callable[[Play], None]
    needs: tuple[str, ...] = ()
    merges: bool = False

    @property
    def what(self) -> str:
        """In one sentence."""
        return (self.play.__doc__ or "").strip().splitlines()[0]


STEPS = (
    StoryStep("pull-request", scenario.pull_request),
    StoryStep("first", scenario.first),
    StoryStep("again", scenario.again, ("first",)),
    StoryStep("second", scenario.second, ("first",)),
    StoryStep("vulnerable", fault_injection.vulnerable, ("first",)),
    StoryStep("unstartable", fault_injection.unstartable),
    StoryStep("refusals", fault_injection.refused, ("first",)),
    StoryStep("merges", put_back.two_merges_at_once, ("first",), merges=True),
    StoryStep("break-last", put_back.fails_in_the_last_alone, ("merges",), merges=True),
    StoryStep("break-first", put_back.fails_in_the_first, ("first",), merges=True),
    StoryStep("rollback", scenario.rollback, ("second",)),
    StoryStep("watch", fault_injection.watched, ("first",)),
)
#: A release to the last environment, another one, and the way back.
QUICK = ("first", "second", "rollback")


def chosen(names: Iterable[str]) -> tuple[StoryStep, ...]:
    """The steps ``names``, and what they need, in the story's order; every step for none. Raises UsageError."""
    known = {step.name: step for step in STEPS}
    wanted, todo = set[str](), [name for name in names if name]
    if not todo:
        return STEPS
    while todo:
        name = todo.pop()
        if name not in known:
            raise UsageError(
                f"the story has no step {name!r} (it has {', '.join(known)})",
                untouched="everything; nothing was started",
                next_step="release rehearse --list",
            )
        wanted.add(name)
        todo += known[name].needs
    return tuple(step for step in STEPS if step.name in wanted)


def tell(steps: Sequence[StoryStep], play: Play) -> None:
    """Play ``steps``. A step that fails is named in what is raised, with the command that plays it alone."""
    for step in steps:
        if step.merges and not play.course.merged:
            play.reporter.skipped(step.what, "not shown: merges deploy to no environment here")
            continue
        try:
            step.play(play)
        except ReleaseError as error:
            error.message = f"step {step.name}: {error.message}"
            if isinstance(error, NotAsExpected):
                error.next_step = f"release rehearse --steps {step.name} --keep, and look at what it leaves there"
            raise


def listed() -> str:
    """The steps' names, and what each is."""
    width = max(len(step.name) for step in STEPS)
    return "\n".join([*(f"{step.name:<{width}}  {step.what}" for step in STEPS), "", f"--quick: {', '.join(QUICK)}"])
