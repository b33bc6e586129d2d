"""What a release of one commit would be and why: the pure part of ``release plan``, and its three forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from release import tables
from release.text import code, line, markdown
from release.versions.changed import Changed, listed
from release.versions.nextversion import NextVersion

_SHOWN = 8
#: Commits in the job summary, and characters of each subject, of at most 4 bytes: half of the 1 MiB that GitHub takes
#: from a step ("Workflow commands for GitHub Actions", "Step isolation and limits").
_ROWS, _SUBJECT = 500, 200
_BUNDLE = "template, files that it names, settings"


@dataclass(frozen=True, slots=True)
class ImageChange:
    """One image.

    Attributes:
        paths: what changed in its inputs; without anything it is reused.
        bases: a sentence for each tag that it is built from: another digest behind it is another input.
    """

    name: str
    paths: tuple[str, ...]
    bases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """The plan.

    Attributes:
        kinds: commits per kind, the commonest first: their type, or ``merge``, ``reverted``, ``not conventional``.
        then: what each workflow would do with this commit, in order.
        bundle: what changed of the template, the files that it names and the settings; None where there is no template.
        notes: what a person should know about the images.
    """

    answer: NextVersion
    kinds: tuple[tuple[str, int], ...]
    images: tuple[ImageChange, ...]
    then: tuple[tuple[str, str], ...]
    bundle: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


def release_plan_of(answer: NextVersion, changed: Changed) -> ReleasePlan:
    """Put the plan together. ``changed``: what changed since the release before beside the messages."""
    kinds = Counter(kind for reason in answer.reasons for kind in _kinds(reason.kind, [c.type for c in reason.changes]))
    plans = tuple(ImageChange(name, tuple(paths)) for name, paths in changed.images.items())
    ordered = tuple(sorted(kinds.items(), key=lambda kind: (-kind[1], kind[0])))
    bundle = None if changed.bundle is None else tuple(changed.bundle)
    return ReleasePlan(answer, ordered, plans, _then(answer, plans), bundle)


def with_bases(plan: ReleasePlan, bases: Mapping[str, Sequence[str]], notes: Sequence[str]) -> ReleasePlan:
    """``plan`` with what is known about the images that its images are built from."""
    images = tuple(replace(image, bases=tuple(bases.get(image.name, ()))) for image in plan.images)
    return replace(plan, images=images, notes=tuple(notes))


def _kinds(kind: str, types: Sequence[str]) -> Sequence[str]:
    if kind == "conventional":
        return [name or "not conventional" for name in dict.fromkeys(types)]
    return {"other": ["not conventional"], "reverts": ["revert, of an unreleased commit"]}.get(kind, [kind])


def _then(answer: NextVersion, images: Sequence[ImageChange]) -> tuple[tuple[str, str], ...]:
    if not answer.is_due:
        return (("merge to main", "nothing is built and nothing is deployed"),)
    build = ", ".join(image.name for image in images if image.paths)
    reuse = ", ".join(image.name for image in images if not image.paths)
    what = [f"build and scan {build}"] if build else []
    what += [f"reuse {reuse} by digest"] if reuse else []
    what += [f"publish {answer.candidate}", "deploy it to staging"]
    production = f"promote what staging proved to {answer.version}, deploy it to production; nothing is rebuilt"
    return (("merge to main", ", ".join(what)), (f"tag {answer.tag}", production))


def headline(plan: ReleasePlan) -> str:
    """One sentence: the next version, or that there is nothing to release."""
    answer = plan.answer
    before = f"since {answer.previous.name}" if answer.previous else "since the beginning"
    commits = f"{answer.number_of_commits} commit{'' if answer.number_of_commits == 1 else 's'} {before}"
    if not answer.is_due:
        return f"nothing to release: {commits}, none of which asks for one"
    word = answer.bump.word if answer.previous else "first release"
    return f"{answer.version} ({word}), as candidate {answer.candidate}: {commits}"


def text(plan: ReleasePlan) -> str:
    """For a terminal."""
    lines = [headline(plan)]
    lines += [f"  note: {line(note)}" for note in (*plan.answer.notes, *plan.notes)]
    if plan.kinds:
        lines += ["", "commits", "  " + ", ".join(f"{count} {line(kind)}" for kind, count in plan.kinds)]
        for reason in plan.answer.reasons:
            lines.append(
                f"  {reason.bump.word:5}  {reason.commit[:7]}  {line(reason.subject)[:90]}  ({line(reason.why)})"
            )
    if plan.images:
        lines += ["", "images"]
        lines += [line(f"  {image.name}: {_image(image)}") for image in plan.images]
    if plan.bundle is not None:
        lines += ["", _BUNDLE, line(f"  {_bundle(plan.bundle)}")]
    return "\n".join([*lines, "", "then", *(f"  {when}: {what}" for when, what in plan.then)])


def summary(plan: ReleasePlan) -> str:
    """Markdown for the job summary."""
    lines = [f"### {markdown(headline(plan))}", ""]
    lines += [f"> {markdown(note)}" for note in (*plan.answer.notes, *plan.notes)]
    rows = [
        (each.bump.word, code(each.commit[:7]), line(each.subject)[:_SUBJECT], each.why)
        for each in plan.answer.reasons[:_ROWS]
    ]
    lines += ["", tables.markdown(("bump", "commit", "subject", "why"), rows)]
    if len(plan.answer.reasons) > _ROWS:
        lines += ["", f"and {len(plan.answer.reasons) - _ROWS:,} earlier commits (`release plan` lists them all)"]
    if plan.images:
        lines += ["", tables.markdown(("image", ""), [(image.name, _image(image)) for image in plan.images])]
    if plan.bundle is not None:
        lines += ["", f"{_BUNDLE}: {markdown(_bundle(plan.bundle))}"]
    lines += ["", *(f"- **{when}**: {what}" for when, what in plan.then)]
    return "\n".join(lines) + "\n"


def as_json(plan: ReleasePlan) -> dict[str, Any]:
    """What the plan adds to the version's own JSON."""
    return {
        "kinds": dict(plan.kinds),
        "images": {
            image.name: {"changed": bool(image.paths), "paths": list(image.paths), "bases": list(image.bases)}
            for image in plan.images
        },
        "bundle": None if plan.bundle is None else {"changed": bool(plan.bundle), "paths": list(plan.bundle)},
        "image_notes": list(plan.notes),
        "then": [{"when": when, "what": what} for when, what in plan.then],
    }


def _image(image: ImageChange) -> str:
    bases = "; ".join(image.bases)
    if not image.paths:
        return f"unchanged, reused unless a tag has moved since: {bases}" if bases else "unchanged, reused"
    return f"inputs changed: {listed(image.paths, _SHOWN)}" + f"; {bases}" * bool(bases)


def _bundle(what: Sequence[str]) -> str:
    return f"{listed(what, _SHOWN)} changed" if what else "unchanged"
