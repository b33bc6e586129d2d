"""What a rehearsal cannot show of a template: for each resource type in it, what the emulation leaves out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from release.adapters import process
from release.adoption import expanded
from release.adoption.expanded import Expanded
from release.adoption.values import Values
from release.bootstrap import Wiring
from release.completion import tree
from release.releases import bundling
from release.settings.config import Config

#: A type, or the beginning of several -> what is not shown. The first that fits counts.
LIMITS: Mapping[str, str] = {
    "AWS::CodeDeploy::": "traffic moves to a new version at once; AWS shifts it in the steps that the template names",
    "AWS::CloudWatch::Alarm": "alarms are made, and nothing evaluates them",
    "AWS::Events::Rule": "rules are made; a smoke test (schedule) does now what they would do at their time",
    "AWS::Scheduler::": "schedules are made; a smoke test (schedule) does now what they would do at their time",
    "AWS::Lambda::EventSourceMapping": "events come from the emulated source; its batching and retries are not AWS's",
    "AWS::Lambda::Url": "a function's URL is made; who may call it is not checked",
    "AWS::IAM::": "roles and policies are made; no call is judged by them",
    "AWS::Logs::": "log groups are made; how long they are kept is not shown",
    "AWS::Cognito::": "tokens are real, signed and verified; sign-up, mail and hosted pages are not there",
    "AWS::EC2::": "networks are made by name; functions reach everything all the same",
    "AWS::WAFv2::": "rules are made by name; no request is stopped by them",
    "AWS::CloudFront::": "distributions are made by name; nothing is served through them",
    "AWS::CertificateManager::": "certificates are made by name; none is issued",
    "AWS::Route53::": "names are noted; none resolves",
    "AWS::RDS::": "a database of the emulation stands there; its engine and limits are not AWS's",
    "AWS::SES::": "identities are made; no mail leaves",
    "AWS::SNS::Subscription": "functions and queues get what is published; mail and text messages do not leave",
    "AWS::StepFunctions::": "state machines are made; their quotas and service integrations are not AWS's",
}
#: A mapping's properties that say that its events come from Kafka, a broker or DocumentDB.
_SILENT = (
    "SelfManagedEventSource",
    "AmazonManagedKafkaEventSourceConfig",
    "SelfManagedKafkaEventSourceConfig",
    "DocumentDBEventSourceConfig",
    "Topics",
    "Queues",
)
_TYPES = "from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS as h; print(*h)"
#: What the emulation makes whatever the name is.
_ANY = ("Custom::", "AWS::CloudFormation::")
_CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")


def expand(config: Config, wiring: Wiring) -> tuple[Expanded, ...]:
    """What SAM makes of the template and those nested in it, in each environment. Raises UsageError, MachineError."""
    read = tree.reader(config.template, wiring.project_files.read, bundling.wanted(config))
    everywhere, _ = expanded.expand(config, read, wiring.translator)
    return everywhere


def types_of(everywhere: Sequence[Expanded]) -> dict[str, tuple[str, ...]]:
    """Resource type -> logical ids."""
    found: dict[str, dict[str, None]] = {}
    for environment in everywhere:
        for values in environment.templates:
            resources: Mapping[str, Any] = values.template["Resources"]
            for name, resource in resources.items():
                found.setdefault(str(resource["Type"]), {})[name] = None
    return {kind: tuple(names) for kind, names in sorted(found.items())}


def special(everywhere: Sequence[Expanded]) -> tuple[str, ...]:
    """A line for what is not shown of single resources, whatever their type's others do."""
    silent: dict[str, None] = {}
    unanswered: dict[str, None] = {}
    for values in (one for each in everywhere for one in each.templates):
        resources: Mapping[str, Any] = values.template["Resources"]
        for name, resource in resources.items():
            kind, own = str(resource["Type"]), resource.get("Properties") or {}
            if kind == "AWS::Lambda::EventSourceMapping" and {*own} & {*_SILENT}:
                silent[name] = None
            if kind.startswith(_CUSTOM) and not _within(own.get("ServiceToken"), values):
                unanswered[name] = None
    lines = (
        (silent, "no event comes from Kafka, a message broker or DocumentDB"),
        (unanswered, "what answers for it is not in this stack; a placeholder stands there"),
    )
    return tuple(f"{', '.join(names)}: {text}" for names, text in lines if names)


def _within(token: Any, values: Values) -> bool:
    """Whether a custom resource's token is a resource of the template, or a parameter that a parent may give."""
    if isinstance(token, dict) and len(token) == 1:
        ((function, argument),) = token.items()
        first = argument[0] if isinstance(argument, list) and argument else str(argument).partition(".")[0]
        return function in ("Ref", "Fn::GetAtt") and (
            first in values.template["Resources"] or first in (values.template.get("Parameters") or {})
        )
    return False


def emulated(python: Path) -> frozenset[str]:
    """The resource types that the emulated AWS makes. ``python`` is its interpreter. Raises RemoteError."""
    return frozenset(process.run([python, "-c", _TYPES], env={"PATH": "/usr/bin:/bin"}, timeout=120).stdout.split())


def told(types: Mapping[str, Sequence[str]], made: Collection[str]) -> tuple[str, ...]:
    """A line for each type of which something is not shown, and one for each that the emulation does not know."""
    lines: dict[str, list[str]] = {}
    for kind, names in types.items():
        text = next((text for start, text in LIMITS.items() if kind.startswith(start)), "")
        if not text and kind not in made and not kind.startswith(_ANY):
            text = (
                "not a type that the emulation knows, or misspelt; a placeholder stands there, and nothing of it works"
            )
        if text:
            shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
            lines.setdefault(text, []).append(f"{kind} ({shown})")
    return tuple(f"{', '.join(kinds)}: {text}" for text, kinds in lines.items())
