"""What release diff says: for a terminal, for a job summary, and as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from release import tables
from release.deployments.differences import Difference, Differences, ImageDifference
from release.report import Report
from release.text import Markup, code, line, markdown

_ALARM = "KEEPS DATA"
_HEADER = ("what", "is", "from what to what")


def of_differences(found: Differences) -> Report:
    """What a deployment would change."""
    title = f"{found.environment}: {f'v{found.live}' if found.live else 'nothing is live'} -> v{found.version}"
    return Report(data=_data(found), text=_text(title, found), summary=_summary(title, found))


def _parts(found: Differences) -> Iterator[tuple[str, Sequence[Difference], str]]:
    """Each part's name, what differs in it, and what is said when nothing does."""
    for image in found.images:
        if image.kind == "changed":
            none = f"not compared: {image.not_compared}" if image.not_compared else "none differs"
            yield f"packages of {image.name}", image.packages, none
    for each in found.code:
        none = f"not compared: {each.not_compared}" if each.not_compared else "none differs"
        yield f"packages of {each.name} (ZIP, {each.kind})", each.packages, none
    yield "parameters", found.parameters, "none differs"
    yield "template", found.template, "no resource differs"
    yield "files that the template names", found.files, "none differs"
    yield "functions", found.functions, "the same"
    yield "smoke tests", found.smoke, "the same"


def _text(title: str, found: Differences) -> str:
    lines = [line(title), "", tables.table(*_images(found.images))]
    for name, changes, none in _parts(found):
        if not changes:
            lines += ["", line(f"{name}: {none}")]
            continue
        cells = [(each.name, each.kind, f"{_ALARM}: {each.detail}" if each.alarm else each.detail) for each in changes]
        lines += ["", f"{name}:", tables.table(_HEADER, cells)]
    for name, commits in _commits(found):
        lines += ["", line(name), *(line(f"  {each}") for each in commits)]
    return "\n".join([*lines, *_last(found)])


def _summary(title: str, found: Differences) -> str:
    header, rows = _images(found.images)
    lines = [f"### {markdown(title)}", ""]
    lines += [f"> :warning: **{_ALARM}**: {code(name)} would be {kind}" for name, kind in _alarms(found)]
    lines += ["", tables.markdown(header, rows), ""]
    for name, changes, none in _parts(found):
        if not changes:
            lines += [f"**{markdown(name)}**: {markdown(none)}", ""]
            continue
        lines += [f"**{markdown(name)}**", "", tables.markdown(_HEADER, [_row(each) for each in changes]), ""]
    for name, commits in _commits(found):
        lines += [f"**{markdown(name)}**", "", *(f"- {markdown(each)}" for each in commits), ""]
    lines += [f"- {markdown(note)}" for note in _last(found) if note]
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
        old, new = image.old, image.new
        sizes = [tables.size(each.size) if each else "-" for each in (old, new)]
        digests = [tables.short(each.digest) if each else "-" for each in (old, new)]
        if image.kind == "same":
            rows.append((image.name, "unchanged", digests[1], sizes[1]))
        else:
            rows.append((image.name, image.kind, " -> ".join(digests), f"{' -> '.join(sizes)}{_more(image)}"))
    return ("image", "is", "digest", "size"), rows


def _more(image: ImageDifference) -> str:
    if image.old is None or image.new is None:
        return ""
    more = image.new.size - image.old.size
    return f" ({'+-'[more < 0]}{tables.size(abs(more)) if abs(more) >= 1000 else f'{abs(more)} B'})"


def _commits(found: Differences) -> Iterator[tuple[str, Sequence[str]]]:
    for name, commits in (("goes in", found.goes_in), ("comes out", found.comes_out)):
        if commits:
            yield (
                f"{name}: {len(commits)} commits",
                [f"{each.id[:12]} {each.message.partition(chr(10))[0]}" for each in commits],
            )


def _last(found: Differences) -> tuple[str, ...]:
    """What the reader must know of the limits of all this; the first is an empty line."""
    told = [line(f"note: {note}") for note in found.notes]
    if found.live and not found.goes_in and not found.comes_out:
        told.append("note: no commits between the two are known here")
    if found.template:
        told.append("note: templates are compared as written; what comes of it, CloudFormation's change set tells")
    return ("", *told) if told else ()


def _data(found: Differences) -> dict[str, object]:
    return {
        "environment": found.environment,
        "live": found.live or None,
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
