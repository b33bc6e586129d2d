"""What release diff says: for a terminal, for a job summary, and as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from release import tables
from release.deployments import diffstarts
from release.deployments.differences import Difference, Differences, ImageDifference
from release.deployments.diffstarts import absent, arrow
from release.report import Report
from release.text import Markup, code, line, markdown

_ALARM = "KEEPS DATA"
_HEADER = ("what", "is", "from what to what")


def of_differences(found: Differences) -> Report:
    """What a deployment would change."""
    title = f"{found.environment}: {_before(found)} -> v{found.version}"
    return Report(data=_data(found), text=_text(title, found), summary=_summary(title, found))


def _before(found: Differences) -> str:
    if found.live:
        return f"v{found.live}"
    return "nothing is live" if found.asked else "(not known here)"


def _parts(found: Differences) -> Iterator[tuple[str, Sequence[Difference], str]]:
    """Each part's name, what differs in it, and why it was not compared, "" when it was."""
    for image in found.images:
        if image.packages or image.not_compared or image.kind == "changed":
            yield f"packages of {image.name}", image.packages, image.not_compared
    for each in found.code:
        yield f"packages of {each.name} (ZIP, {each.kind})", each.packages, each.not_compared
    yield "parameters", found.parameters, ""
    yield "template", found.template, ""
    yield "files that the template names", found.files, ""
    yield "functions", found.functions, ""
    yield "smoke tests", found.smoke, ""


def _told(found: Differences) -> tuple[list[tuple[str, Sequence[Difference], str]], str]:
    """The parts that differ or were not compared, and one line that names the others."""
    parts = list(_parts(found))
    same = [name for name, changes, why in parts if not changes and not why]
    return [each for each in parts if each[0] not in same], f"the same: {', '.join(same)}" if same else ""


def _text(title: str, found: Differences) -> str:
    lines = [line(title), *(line(f"note: {note}") for note in found.notes), "", tables.table(*_images(found.images))]
    lines += ["", tables.table(diffstarts.HEADER, starts)] if (starts := diffstarts.rows(found.images)) else []
    parts, same = _told(found)
    for name, changes, why in parts:
        if why:
            lines += ["", line(f"{name}: not compared: {why}")]
            continue
        cells = [(each.name, each.kind, f"{_ALARM}: {each.detail}" if each.alarm else each.detail) for each in changes]
        lines += ["", f"{name}:", tables.table(_HEADER, cells)]
    lines += ["", line(same)] if same else []
    for name, commits in _commits(found):
        lines += ["", line(name), *(line(f"  {each}") for each in commits)]
    limits = list(_limits(found))
    return "\n".join([*lines, *([""] if limits else []), *limits])


def _summary(title: str, found: Differences) -> str:
    header, rows = _images(found.images)
    lines = [f"### {markdown(title)}", ""]
    lines += [f"> :warning: **{_ALARM}**: {code(name)} would be {kind}" for name, kind in _alarms(found)]
    lines += [f"> {markdown(note)}" for note in found.notes]
    lines += ["", tables.markdown(header, rows), ""]
    lines += [tables.markdown(diffstarts.HEADER, starts), ""] if (starts := diffstarts.rows(found.images)) else []
    parts, same = _told(found)
    for name, changes, why in parts:
        if why:
            lines += [f"**{markdown(name)}**: not compared: {markdown(why)}", ""]
            continue
        lines += [f"**{markdown(name)}**", "", tables.markdown(_HEADER, [_row(each) for each in changes]), ""]
    lines += [markdown(same), ""] if same else []
    for name, commits in _commits(found):
        lines += [f"**{markdown(name)}**", "", *(f"- {markdown(each)}" for each in commits), ""]
    lines += [f"- {markdown(limit)}" for limit in _limits(found)]
    return "\n".join(lines) + "\n"


def _row(change: Difference) -> tuple[str, ...]:
    if change.alarm:
        kind = Markup(f":warning: **{change.kind}, {_ALARM}**")
        return code(change.name), kind, change.detail
    return code(change.name), change.kind, change.detail


def _alarms(found: Differences) -> Iterator[tuple[str, str]]:
    return ((each.name, each.kind) for each in found.template if each.alarm)


def _images(images: Sequence[ImageDifference]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    rows: list[tuple[str, ...]] = []
    for image in images:
        sides = [(image.old, image.kind != "added"), (image.new, image.kind != "removed")]
        digests = [tables.short(each.digest) if each else absent(there=there) for each, there in sides]
        sizes = [tables.size(each.size) if each else absent(there=there) for each, there in sides]
        if image.kind == "same":
            rows.append((image.name, "unchanged", digests[1], sizes[1]))
        else:
            rows.append((image.name, image.kind, arrow(digests), f"{arrow(sizes)}{_more(image)}"))
    return ("image", "is", "digest", "size"), rows


def _more(image: ImageDifference) -> str:
    if image.old is None or image.new is None:
        return ""
    return f" ({tables.more(image.new.size - image.old.size)})"


def _commits(found: Differences) -> Iterator[tuple[str, Sequence[str]]]:
    for name, commits in (("goes in", found.goes_in), ("comes out", found.comes_out)):
        if commits:
            yield (
                f"{name}: {len(commits)} commit{'' if len(commits) == 1 else 's'}",
                [f"{each.id[:12]} {each.message.partition(chr(10))[0]}" for each in commits],
            )


def _limits(found: Differences) -> Iterator[str]:
    """What the reader must know of the limits of all this."""
    if found.live and not found.goes_in and not found.comes_out:
        yield "note: no commits between the two are known here"
    if found.template:
        yield "note: templates are compared as written; what comes of it, CloudFormation's change set tells"


def _data(found: Differences) -> dict[str, object]:
    return {
        "environment": found.environment,
        "live": found.live or None,
        "asked": found.asked,
        "version": found.version,
        "release": found.release,
        "images": {
            image.name: {
                "is": image.kind,
                "old": asdict(image.old) if image.old else None,
                "new": asdict(image.new) if image.new else None,
                "packages": None
                if image.not_compared or image.kind in ("added", "removed")
                else [asdict(each) for each in image.packages],
                "not_compared": image.not_compared or None,
            }
            for image in found.images
        },
        "code": {
            each.name: {
                "is": each.kind,
                "packages": None if each.not_compared else [asdict(package) for package in each.packages],
                "not_compared": each.not_compared or None,
            }
            for each in found.code
        },
        **{
            name: [asdict(each) for each in changes]
            for name, changes in (
                ("parameters", found.parameters),
                ("template", found.template),
                ("files", found.files),
                ("functions", found.functions),
                ("smoke", found.smoke),
            )
        },
        **{
            name: None if commits is None else [each.id for each in commits]
            for name, commits in (("goes_in", found.goes_in), ("comes_out", found.comes_out))
        },
        "alarms": [name for name, _ in _alarms(found)],
        "notes": list(found.notes),
    }
