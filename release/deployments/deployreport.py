"""What is told of a deployment: before it (``--dry-run``), after it, and when it failed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from release import tables
from release.deployments import render
from release.deployments.deployplan import Action, DeployPlan
from release.deployments.smokerules import SmokeResult
from release.gate import scantext
from release.gate.scanrecord import ScanRecord
from release.images import startfigures
from release.images.startfigures import Measured, StartsBefore
from release.report import Report
from release.text import Markup, code, markdown
from release.versions.history import Commit

#: Commits that a summary lists before it only counts them.
_SHOWN = 12
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+")


@dataclass(frozen=True)
class Facts:
    """What people want to know of a deployment beside its plan. What could not be had is missing, never made up.

    Attributes:
        sizes: digest -> compressed bytes, of the images before and after.
        goes_in, comes_out: the commits that the release adds to what is live, and those it takes away; newest first.
        scans: image -> the scan of the release's digest that this run knows of.
        starts, before: image -> how its functions started before it was published, of the release and of what is live.
        reason: why, as the person wrote who asked for it.
        click: URL of the workflow that rolls back, or "".
    """

    sizes: Mapping[str, int] = field(default_factory=dict)
    goes_in: tuple[Commit, ...] = ()
    comes_out: tuple[Commit, ...] = ()
    scans: Mapping[str, ScanRecord] = field(default_factory=dict)
    starts: Mapping[str, Measured] = field(default_factory=dict)
    before: Mapping[str, Measured] = field(default_factory=dict)
    reason: str = ""
    click: str = ""


def of_plan(plan: DeployPlan) -> Report:
    """A deployment's plan (``--dry-run``)."""
    return Report(render.plan_json(plan), render.plan_text(plan))


def of_deployment(
    plan: DeployPlan, facts: Facts, smoke: Sequence[SmokeResult], recorded: str, api: str, verb: str
) -> Report:
    """A deployment that ended well.

    Args:
        api: the URL under which it answers.
        verb: what was done, in the past tense.
    """
    data = render.plan_json(plan) | {
        "smoke": [result.name for result in smoke],
        "recorded": recorded or None,
        "api": api or None,
    }
    outputs = {"version": plan.release.version, "action": plan.action.name.lower()}
    if plan.action in (Action.NOTHING, Action.SUPERSEDED):
        return Report(data, plan.why, f"### {plan.environment}\n\n{markdown(plan.why)}\n", outputs)
    proof = f"proven by {len(smoke)} smoke test{'s' * (len(smoke) != 1)}" if smoke else "served, not smoke-tested"
    told = f"{plan.why}: {verb}, {proof}, recorded as {recorded}"
    text = "\n".join([told, *(f"note: {note}" for note in _notes(plan))])
    rows = [("smoke tests", _tests(smoke)), ("scan", _scan(plan, facts)), *_starts(facts), ("API", _link(api))]
    rows.append(("to go back", _click(plan, facts)))
    return Report(data, text, _summary(plan, facts, f"✅ {told}", rows), outputs)


def of_failure(plan: DeployPlan, facts: Facts) -> Report:
    """A deployment that failed: what it was. Why it failed and what became of it, the error says."""
    rows = [("scan", _scan(plan, facts))]
    text = f"{plan.why}: failed"
    return Report(render.plan_json(plan) | {"recorded": None}, text, _summary(plan, facts, f"⛔ {text}", rows))


def _summary(plan: DeployPlan, facts: Facts, headline: str, rows: Sequence[tuple[str, str]]) -> str:
    """Markdown, the most important first: what happened, proof, images, why, and how to go back."""
    before = f"v{plan.before.version}" if plan.before else "nothing"
    told: list[tuple[str, str]] = [
        ("release", Markup(f"v{plan.release.version}, commit {code(plan.release.commit[:12])}"))
    ]
    told += [("environment", f"{plan.environment}: {before} → v{plan.release.version}")]
    told += [("reason", facts.reason)] if facts.reason else []
    header = ("image", "digest", "before", "size", "change")
    lines = [f"### {markdown(headline)}", "", tables.markdown(("", ""), [*told, *rows]), ""]
    lines += [tables.markdown(header, [_image(plan, facts, image) for image in plan.release.digests]), ""]
    lines += [*(f"- {markdown(note)}" for note in _notes(plan)), ""] if _notes(plan) else []
    lines += [*_commits("goes in", facts.goes_in), *_commits("comes out", facts.comes_out)]
    return "\n".join(lines)


def _notes(plan: DeployPlan) -> tuple[str, ...]:
    return plan.rollout.notes if plan.rollout else ()


def _image(plan: DeployPlan, facts: Facts, image: str) -> tuple[str, ...]:
    digest = plan.release.digests[image]
    live = plan.before.digests.get(image, "") if plan.before else ""
    size, old = facts.sizes.get(digest), facts.sizes.get(live)
    if live == digest:
        change = "same image"
    elif size is None or old is None:
        change = "new" if not live else "?"
    else:
        more = size - old
        change = f"{more:+} B" if abs(more) < 1000 else f"{'+-'[more < 0]}{tables.size(abs(more))} ({more / old:+.1%})"
    shown = tables.size(size) if size is not None else "?"
    return image, code(tables.short(digest)), code(tables.short(live)), shown, change


def _tests(smoke: Sequence[SmokeResult]) -> str:
    if not smoke:
        return "none: it is served, whether it works nothing has shown ([[smoke]] in release.toml)"
    return f"{sum(result.passed for result in smoke)} of {len(smoke)} passed: " + "; ".join(r.name for r in smoke)


def _link(address: str) -> str:
    """A link to ``address``, which a stack gives out; shown as it is when it is no plain address."""
    return Markup(f"<{address}>") if _ADDRESS.fullmatch(address) else address or "-"


def _scan(plan: DeployPlan, facts: Facts) -> str:
    known = [f"{image} {scantext.short(record)}" for image, record in facts.scans.items()]
    missing = [image for image in plan.release.digests if image not in facts.scans]
    if missing:
        known.append(
            f"{', '.join(missing)}: not scanned in this run (the gate did before publishing; watch does daily)"
        )
    return "; ".join(known)


def _starts(facts: Facts) -> list[tuple[str, str]]:
    """Time to ready, and memory then, of each function, beside what is live; no row where the record has none."""
    before = StartsBefore(facts.before)
    known = [
        (name, one, before.of(image, name))
        for image, measured in facts.starts.items()
        for name, one in measured.functions.items()
    ]
    if not known:
        return []
    init = [f"{name} {startfigures.seconds(now, was)}" for name, now, was in known]
    memory = [f"{name} {startfigures.memory(now, was)}" for name, now, was in known]
    return [("init", "; ".join(init)), ("memory after init", "; ".join(memory))]


def _click(plan: DeployPlan, facts: Facts) -> str:
    if plan.earlier is None:
        return "there is no deployment before this one"
    place = f"[Actions → rollback]({facts.click})" if facts.click else "Actions → rollback"
    environment, version = plan.environment, plan.earlier.claim.version
    return Markup(
        f"{place} → Run workflow: environment `{environment}`, version `{version}`; "
        f"or `release rollback {environment} --to {version}`"
    )


def _commits(title: str, commits: Sequence[Commit]) -> list[str]:
    if not commits:
        return []
    lines = [f"**{title}**: {len(commits)} commit{'' if len(commits) == 1 else 's'}", ""]
    lines += [f"- {code(commit.id[:7])} {markdown(commit.subject)}" for commit in commits[:_SHOWN]]
    lines += [f"- and {len(commits) - _SHOWN} more"] if len(commits) > _SHOWN else []
    return [*lines, ""]
