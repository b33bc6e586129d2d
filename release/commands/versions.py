"""Commands that ask the repository alone: which version, why, and may this tag be released?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.bootstrap import Wiring
    from release.report import Report


def version(args: argparse.Namespace, wiring: Wiring) -> Report:
    """The next version."""
    from release.report import Report
    from release.versions import version

    answer = version.next_version(wiring.git, wiring.versions, args.revision, inputs=wiring.inputs)
    data = version.as_json(answer, candidate=args.candidate)
    return Report(data, data["version"] or "", outputs=version.outputs(answer, candidate=args.candidate))


def changelog(args: argparse.Namespace, wiring: Wiring) -> Report:
    """The section for the next version, or of a tag."""
    from release.report import Report
    from release.versions import sections

    if args.tag:
        text = sections.section_of_tag(wiring.git, wiring.versions, args.tag)
        return Report({"tag": args.tag, "section": text}, text)
    section = sections.next_section(
        wiring.git, wiring.versions, wiring.today, args.revision, authors=args.authors, inputs=wiring.inputs
    )
    return Report({"version": str(section.answer.version), "section": section.text}, section.text.rstrip())


def plan(args: argparse.Namespace, wiring: Wiring) -> Report:
    """What would be released and why; exit code 3 when nothing would."""
    from release.errors import NothingToRelease
    from release.report import Report
    from release.versions import plan, releaseplan, version

    found = plan.plan(wiring.git, wiring.versions, wiring.inputs or {}, args.revision, branch=args.branch)
    answer = found.answer
    outputs = version.outputs(answer, candidate=True) | {"release": str(answer.is_due).lower()}
    return Report(
        data=version.as_json(answer, candidate=True) | releaseplan.as_json(found),
        text=releaseplan.text(found),
        summary=releaseplan.summary(found),
        outputs=outputs,
        exit_code=0 if answer.is_due else NothingToRelease.exit_code,
    )


def prepare(args: argparse.Namespace, wiring: Wiring) -> Report:
    """The next version's section into CHANGELOG.md."""
    from release.report import Report
    from release.versions import prepare

    path = wiring.folder / "CHANGELOG.md"
    found = prepare.plan(wiring.git, wiring.versions, wiring.today, path, authors=args.authors, inputs=wiring.inputs)
    if not args.dry_run:
        prepare.apply(found)
    answer = found.section.answer
    data = {"version": str(answer.version), "tag": answer.tag, "changes": found.changes, "path": "CHANGELOG.md"}
    if not found.changes:
        text = f"CHANGELOG.md has the section of {answer.version} already"
    else:
        done = "would get" if args.dry_run else "has"
        text = f"CHANGELOG.md {done} the section of {answer.version}; commit it, then tag that commit {answer.tag}"
    return Report(data, f"{text}\n\n{found.section.text}".rstrip(), outputs={"version": str(answer.version)})


def check_tag(args: argparse.Namespace, wiring: Wiring) -> Report:
    """Whether a tag may be released."""
    from release.report import Report
    from release.versions import check_tag

    accepted = check_tag.check_tag(wiring.git, wiring.versions, args.tag, ask_remote=args.remote)
    version = check_tag.version_of(wiring.git, wiring.versions, args.tag)
    data = {"tag": args.tag, "version": version, "commit": accepted.commit}
    text = f"{args.tag} may be released: version {version} of commit {accepted.commit[:12]}"
    return Report(data, text, f"### {text}\n", {"version": version, "commit": accepted.commit})
