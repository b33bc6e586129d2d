"""What a person should know after ``release init``: what is left to say, and what nobody could tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from release.adoption import generated
from release.adoption.answers import PLACEHOLDER_OWNER, Answers
from release.adoption.found import Found
from release.adoption.generated import GeneratedFile
from release.adoption.parameters import OpenParameter
from release.adoption.pin import Provenance
from release.completion.imageuris import refers_to
from release.settings.config import Config


def of(
    found: Found,
    config: Config,
    answers: Answers,
    provenance: Provenance | None,
    workflows: Sequence[GeneratedFile],
    parameters: Sequence[OpenParameter],
) -> tuple[str, ...]:
    """Every note.

    Args:
        provenance: None where nothing is called in another repository.
    """
    return tuple(
        dict.fromkeys(
            (
                *_repository(found),
                *(_origin(answers, provenance) if provenance else ()),
                *generated.moved(workflows),
                *_parameters(config, parameters),
                *_functions(found, config),
            )
        )
    )


def _repository(found: Found) -> Iterator[str]:
    around = found.around
    if not around.remotes:
        yield "this repository has no remote yet: the workflows run once it is on GitHub"
    elif not around.github:
        yield f"the remote {next(iter(around.remotes.values()))} is not on GitHub, and the workflows are GitHub's"
    if not around.branch and not around.default:
        yield f"nothing is checked out but a commit, so {around.main} was taken for the branch that people merge to"
    if around.main != "main":
        yield f"people merge to {around.main} here: the workflows and the roles of pipeline.yaml are for that branch"
    if around.shallow:
        yield "this clone is shallow; versions come from the whole history: git fetch --unshallow --tags"
    if not found.owners:
        yield "there is no CODEOWNERS: whoever may merge may change the workflows and pipeline.yaml"
    if found.sam.stacks:
        yield (
            f"{found.sam.where} deploys {', '.join(found.sam.stacks)}; release.toml names stacks of its own. To go on "
            "with one that is there, write its name as stack = of its environment before the first deployment"
        )


def _origin(answers: Answers, provenance: Provenance) -> Iterator[str]:
    if answers.home.startswith(f"{PLACEHOLDER_OWNER}/"):
        yield (
            f"nobody said which repository has the workflows: {PLACEHOLDER_OWNER} in them stands for its owner, and no "
            "workflow starts before it is right. Put it right: release upgrade --workflows OWNER/REPO"
        )
    elif not provenance.home and provenance.commit:
        yield (
            f"nothing tells where this command comes from, so the workflows are called from {answers.home}; it must "
            f"have the commit {provenance.commit[:12]}. Another one: release upgrade --workflows OWNER/REPO"
        )
    if provenance.changed:
        yield (
            f"this command has changes that are not committed; the workflows are called at {provenance.commit[:12]}, "
            "without them"
        )


def _parameters(config: Config, parameters: Sequence[OpenParameter]) -> Iterator[str]:
    for each in parameters:
        lacking = [name for name, spec in config.environments.items() if each.name not in spec.parameters]
        if not lacking:
            continue
        where = " and ".join(lacking)
        if each.default is None:
            yield f"the parameter {each.name} has no default: give it for {where} in release.toml before a deployment"
        elif each.is_placeholder:
            yield f"the parameter {each.name} is secret, and {each.default!r} looks like a placeholder"


def _functions(found: Found, config: Config) -> Iterator[str]:
    ours = {image.parameter for image in config.images.values()}
    for each in found.functions:
        if each.build is None and not refers_to(each.uri) & ours:
            yield f"{each.logical_id} runs an image that is not built here; it is deployed as it is"
    if not config.smoke:
        yield "there is no smoke test yet: a deployment is served, not smoke-tested ([[smoke]] of release.toml)"
