"""Whether what the smoke tests name can be there: functions, schedules and outputs of the template. Pure.

A test that names what cannot be there would be found after a deployment, which is put back then. What only AWS knows (a
macro's resources, ``Fn::ForEach``) might be anything, so of a template that has it only what is there is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from release.settings import cfn
from release.settings.functionenv import Known, known_of
from release.settings.functions import FUNCTION_TYPES
from release.settings.localfiles import NESTED
from release.settings.parameters import nearest
from release.settings.placeholders import OUTPUT, named
from release.settings.smoke import SmokeTest
from release.settings.smokestep import API_OUTPUT, CLIENT_OUTPUT, SmokeStep

_SAM = "AWS::Serverless-2016-10-31"
SCHEDULES = ("AWS::Events::Rule", "AWS::Scheduler::Schedule")
#: Of a SAM function's or state machine's events, those that become a rule or schedule; its name is both names in one.
_SCHEDULING = frozenset({"Schedule", "ScheduleV2", "CloudWatchEvent", "EventBridgeRule"})
_TO_THE_API = frozenset({"get", "post", "put", "delete"})
_INVOKING = frozenset({"invoke", "invoke-async"})


@dataclass(frozen=True)
class Reach:
    """What a template gives: name -> the condition under which it is there, "" for always.

    Attributes:
        whole: whether nothing else can be there.
    """

    functions: Mapping[str, str]
    schedules: Mapping[str, str]
    outputs: Mapping[str, str]
    stacks: Mapping[str, str]
    whole: bool


def reach_of(template: Mapping[str, Any]) -> Reach:
    """What ``template`` gives, as :func:`release.settings.cfn.load` reads it."""
    resources = cfn.resources(template)
    outputs = template.get("Outputs")
    outputs = outputs if isinstance(outputs, dict) else {}
    transforms = template.get("Transform") or []
    transforms = transforms if isinstance(transforms, list) else [transforms]
    loops = any(str(name).startswith("Fn::") for part in (template.get("Resources"), outputs) for name in part or ())
    return Reach(
        functions={name: _when(each) for name, each in resources.items() if each["Type"] in FUNCTION_TYPES},
        schedules={name: _when(each) for name, each in resources.items() if each["Type"] in SCHEDULES}
        | dict(_events(resources)),
        outputs={str(name): _when(each) for name, each in outputs.items() if isinstance(each, dict)},
        stacks={name: _when(each) for name, each in resources.items() if each["Type"] in NESTED},
        whole=not loops and all(each == _SAM for each in transforms),
    )


def missing(
    template: Mapping[str, Any],
    tests: tuple[SmokeTest, ...],
    environment: str,
    values: Mapping[str, str],
    nested: Mapping[str, Mapping[str, Any]],
) -> Iterator[str]:
    """A sentence for each thing that the environment's smoke tests name and that will not be there.

    Args:
        values: what the template's references are known to be. What depends on another one is open, and not told.
        nested: ``Stack/`` -> the template that this resource makes a stack of, where it is a file of the repository; of
            ``Stack/Function`` nobody can tell where it is from elsewhere.
    """
    known = known_of(template, values)
    places = {"": reach_of(template)} | {name: _open(reach_of(each)) for name, each in nested.items()}
    for test in tests:
        for number, step in enumerate(test.steps if environment in test.environments else (), 1):
            for kind, name, there, whole in _asked(step, places):
                if why := _absent(name, there, known, environment, whole=whole):
                    yield f"smoke test {test.name!r}, step {number}: {why.format(kind=kind)}"


def _open(reach: Reach) -> Reach:
    """Of a nested template: what its conditions come to, only its own parameters tell."""
    return replace(reach, functions=dict.fromkeys(reach.functions, ""), schedules=dict.fromkeys(reach.schedules, ""))


_Asked = Iterator[tuple[str, str, Mapping[str, str], bool]]


def _asked(step: SmokeStep, places: Mapping[str, Reach]) -> _Asked:
    found = places[""]
    if (step.action in _INVOKING or step.action == "schedule") and "{" not in step.target:
        yield from _resources(step, places)
    outputs = {name.removeprefix(OUTPUT): None for name in named(step) if name.startswith(OUTPUT)}
    if step.action in _TO_THE_API:
        outputs |= {API_OUTPUT: None} | ({CLIENT_OUTPUT: None} if step.token else {})
    for name in outputs:
        yield "output", name, found.outputs, found.whole


def _resources(step: SmokeStep, places: Mapping[str, Reach]) -> _Asked:
    above, slash, _ = step.target.rpartition("/")
    if slash:
        yield "nested stack", above.partition("/")[0], places[""].stacks, places[""].whole
    if reach := places.get(above + slash):
        kind = "schedule" if step.action == "schedule" else "function"
        there = reach.schedules if step.action == "schedule" else reach.functions
        yield kind, step.target, {f"{above}{slash}{name}": when for name, when in there.items()}, reach.whole


def _absent(name: str, there: Mapping[str, str], known: Known, environment: str, *, whole: bool) -> str:
    if name in there:
        condition = there[name]
        if not condition or known.holds(condition) is not False:
            return ""
        return (
            f"the {{kind}} {name} is there only under the condition {condition}, which does not hold in {environment}"
        )
    if not whole:
        return ""
    like = nearest(name, there)
    meant = f"; {like} is nearest" if like else ""
    return f"the template has no {{kind}} {name} (it has: {', '.join(sorted(there)) or 'none'}{meant})"


def _when(element: Mapping[str, Any]) -> str:
    condition = element.get("Condition", "")
    return condition if isinstance(condition, str) else ""


def _events(resources: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for name, each in resources.items():
        events = cfn.properties(each).get("Events")
        for event, rule in events.items() if isinstance(events, dict) else ():
            if isinstance(rule, dict) and rule.get("Type") in _SCHEDULING:
                yield f"{name}{event}", _when(each)
