"""What ``release init`` shows: what it found, what it would write, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from release.adoption import filelist, settingsfile
from release.adoption.found import Found
from release.adoption.initplan import InitPlan
from release.adoption.pin import Provenance
from release.completion.builds import ImageFunction
from release.report import Report


def of_found(found: Found) -> str:
    """What was found, a line for each thing."""
    rows = list(_rows(found))
    width = max(len(name) for name, _ in rows)
    return "\n".join(["Found:", *(f"  {name:<{width}}  {what}" for name, what in rows)])


def _rows(found: Found) -> Iterator[tuple[str, str]]:
    around, starts = found.around, found.starts
    yield "template", found.template
    for built, functions in _images(found.functions).items():
        yield "image", f"{built}, run by {', '.join(functions)}"
    for route in starts.health:
        unsure = found.unsure(route)
        yield "health route", f"GET {route.path} of {route.function}" + (f" ({unsure})" if unsure else "")
    for timed in starts.schedules:
        yield "schedule", f"{timed.logical_id} {timed.when}".rstrip()
    if kinds := sorted({kind for each in starts.others.values() for kind in each}):
        yield "other events", ", ".join(kinds)
    where = around.github or ("a remote that is not GitHub's" if around.remotes else "no remote yet")
    yield "repository", f"{where}, branch {around.main}" + (f"; here: {around.below}" if around.below else "")
    if found.sam.region:
        yield "region", f"{found.sam.region} ({found.sam.where})"
    if found.test:
        yield "tests", found.test
    yield "owners", found.owners or "no CODEOWNERS"
    yield "changelog", found.changelog or "none"


def _images(functions: Sequence[ImageFunction]) -> dict[str, list[str]]:
    """What builds an image -> the functions that run it."""
    found: dict[str, list[str]] = {}
    for each in functions:
        built = "an image that the template does not describe"
        if each.build:
            target = f", target {each.build.target}" if each.build.target else ""
            built = f"{each.build.dockerfile}{target}"
            if each.build.args:
                built += f", {', '.join(f'{name}={value}' for name, value in sorted(each.build.args.items()))}"
        found.setdefault(built, []).append(each.logical_id)
    return found


def of_plan(plan: InitPlan) -> str:
    """What a person is asked to agree to: the files, and what stands in those that are theirs to edit."""
    shown = [each for each in plan.changes if each.path == settingsfile.PATH or each.before is not None]
    return f"Would write:\n{filelist.listed(plan.changes)}\n\n{filelist.contents(shown)}"


def of_dry_run(plan: InitPlan) -> Report:
    """Everything that would be written."""
    text = (
        f"{of_found(plan.found)}\n\nWould write:\n{filelist.listed(plan.changes)}\n\n{filelist.contents(plan.changes)}"
    )
    return Report(_data(plan, written=False), text.rstrip("\n"), notes=plan.notes)


def of_nothing(plan: InitPlan) -> Report:
    """Everything is there."""
    text = (
        f"nothing to write: {', '.join(plan.kept)} are there\n"
        "To bring what is generated to this version of the command: release upgrade"
    )
    return Report(_data(plan, written=False), text, notes=plan.notes)


def of_refusal(plan: InitPlan) -> Report:
    """A person said no."""
    return Report(_data(plan, written=False), "nothing was written")


def of_writing(plan: InitPlan, provenance: Provenance, *, asked: bool) -> Report:
    """What was written, and what comes next."""
    came, went = filelist.counted(plan.changes)
    head = "" if asked else f"{of_found(plan.found)}\n\n"
    done = f"Written: {len(plan.changes)} files, {came} lines" + (f"; {went} lines changed" if went else "")
    text = f"{head}{done}; nothing else was changed.\n{filelist.listed(plan.changes)}\n\n{_next(plan, provenance)}"
    return Report(_data(plan, written=True), text, notes=plan.notes)


def _next(plan: InitPlan, provenance: Provenance) -> str:
    page = f"https://github.com/{plan.answers.home}/blob/{provenance.commit}/docs"
    paths = " ".join(dict.fromkeys(each.path.partition("/")[0] for each in plan.changes))
    return "\n".join(
        (
            "Next:",
            "  1. look at release.toml: what is a comment in it is yours to decide",
            f"  2. git add {paths} && git commit -m 'ci: release with lambda-image-release'",
            "  3. release rehearse: the whole pipeline on this machine, without an account",
            f"  4. {page}/setup.md: the account, GitHub's settings, the first release",
            "  5. whenever release.toml or the template changes: release pipeline --write; where that changes",
            "     pipeline.yaml, its stack is deployed before the release is (release doctor has the command)",
        )
    )


def _data(plan: InitPlan, *, written: bool) -> dict[str, Any]:
    answers, found = plan.answers, plan.found
    return {
        "written": written,
        "template": found.template,
        "images": {name: image.dockerfile for name, image in plan.config.images.items()},
        "health": [
            {"path": each.path, "function": each.function, "unsure": found.unsure(each)} for each in found.starts.health
        ],
        "schedules": [each.logical_id for each in found.starts.schedules],
        "answers": {
            "project": answers.project,
            "region": answers.region,
            "block": list(answers.block),
            "environments": list(answers.environments),
            "workflows": answers.home,
        },
        "files": filelist.as_data(plan.changes, content=not written),
        "kept": list(plan.kept),
        "notes": list(plan.notes),
    }
