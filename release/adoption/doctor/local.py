"""What is in the repository: release.toml, template, Dockerfiles, pipeline.yaml; each as it is in the working tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from release.adoption import pipeline, targets
from release.adoption.doctor.findings import LOCAL, OK, UNKNOWN, WRONG, Diagnosis, probe
from release.adoption.ports import ProjectFiles, Translator
from release.completion import tree
from release.errors import NotFoundError, ReleaseError, UsageError
from release.images import dockerfile
from release.images.sources import sources
from release.releases import bundling
from release.settings import agreement, cfn, functions, localfiles, parameters, reachable
from release.settings.builds import BASE_ARGUMENT
from release.settings.config import Config
from release.settings.environments import EnvironmentSpec
from release.settings.images import ImageSpec


@dataclass(frozen=True)
class Project:
    """What the local checks look at.

    Attributes:
        here: environment -> what RELEASE_PARAMETERS of this process gives it.
    """

    config: Config
    files: ProjectFiles
    translator: Translator
    here: Callable[[str], dict[str, str]]


def findings(project: Project) -> Iterator[Diagnosis]:
    """Every line; what the template's own fault hides is not told."""
    config = project.config
    yield Diagnosis(LOCAL, "release.toml", OK, f"{config.project}: {_count(config)}")
    yield _gate(config)
    yield _checks(config)
    copy = probe(LOCAL, config.template, partial(_template, project))
    yield copy
    if copy.state == OK:
        yield from _images_of_template(project)
        for each in config.environments.values():
            yield probe(LOCAL, f"parameters of {each.name}", partial(_parameters, project, each), each.name)
            yield from _open_parameters(project, each)
            yield _smoke(project, each)
    for image in config.images.values():
        yield probe(LOCAL, f"bases of image {image.name}", partial(_bases, project, image))
    if copy.state == OK:
        yield from _pipeline(project)


def _count(config: Config) -> str:
    images, environments = len(config.images), len(config.environments)
    return f"{images} image{'s' * (images != 1)}, {environments} environment{'s' * (environments != 1)}"


def _gate(config: Config) -> Diagnosis:
    if config.gate is None:
        remedy = 'write one into release.toml; the least is: [gate] and block = ["HIGH", "CRITICAL"]'
        return Diagnosis(LOCAL, "[gate]", WRONG, "there is none, so nothing may be published", remedy)
    return Diagnosis(LOCAL, "[gate]", OK, "there is a policy")


def _checks(config: Config) -> Diagnosis:
    if not config.checks.test:
        why = "no checks of your own are named, so merges and pull requests run none"
        return Diagnosis(LOCAL, "[checks]", UNKNOWN, why, 'name them in release.toml: [checks] and test = "make test"')
    return Diagnosis(LOCAL, "[checks]", OK, config.checks.test)


def _copy(project: Project) -> dict[str, object]:
    config = project.config
    read = tree.reader(config.template, project.files.read, bundling.wanted(config))
    return dict(cfn.load(read(config.template), config.template))


def _template(project: Project) -> str:
    template = _copy(project)
    localfiles.local_paths(project.config.template, project.files.read)
    return f"understood: {len(cfn.resources(template))} resources"


def _images_of_template(project: Project) -> Iterator[Diagnosis]:
    given = {image.parameter: image.name for image in project.config.images.values()}
    found = functions.functions(_copy(project), given, project.config.alias)
    for image in project.config.images.values():
        running = [each.logical_id for each in found if each.image == image.name]
        subject = f"functions of image {image.name}"
        if running:
            yield Diagnosis(LOCAL, subject, OK, ", ".join(running))
        else:
            remedy = (
                f"give a function ImageUri: !Ref {image.parameter}, or take [images.{image.name}] out of release.toml"
            )
            yield Diagnosis(LOCAL, subject, WRONG, "no function of the template runs it", remedy)


def _parameters(project: Project, each: EnvironmentSpec) -> str:
    template = _copy(project)
    agreement.check(template, each.parameters, project.here(each.name), each.name)
    notes = agreement.notes(template, {**each.parameters, **project.here(each.name)}, each.name)
    return "; ".join(notes) or "the template takes those that release.toml gives"


#: What every deployment gives itself (release/deployments/stackrequest.py).
_OF_A_DEPLOYMENT = frozenset({"ReleaseVersion", "GitSha", *agreement.OF_THE_PIPELINE})


def open_parameters(project: Project, each: EnvironmentSpec) -> tuple[str, ...]:
    """Parameters that nothing here gives: RELEASE_PARAMETERS of the environment on GitHub may.

    Raises what reading the template raises.
    """
    declared = parameters.declared(_copy(project))
    given = {*each.parameters, *project.here(each.name), *_OF_A_DEPLOYMENT}
    given |= {image.parameter for image in project.config.images.values()}
    return tuple(name for name, one in declared.items() if one.default is None and name not in given)


def _open_parameters(project: Project, each: EnvironmentSpec) -> Iterator[Diagnosis]:
    if left := open_parameters(project, each):
        yield Diagnosis(
            LOCAL,
            f"parameters of {each.name}",
            UNKNOWN,
            f"{', '.join(left)} must come from RELEASE_PARAMETERS: neither release.toml nor a default gives it",
            f"gh variable set RELEASE_PARAMETERS --env {each.name} --body '{' '.join(f'{name}=…' for name in left)}'",
            each.name,
        )


def _smoke(project: Project, each: EnvironmentSpec) -> Diagnosis:
    subject, template = f"smoke tests of {each.name}", _copy(project)
    if wrong := list(reachable.missing(template, project.config.smoke, each.name, {})):
        return Diagnosis(
            LOCAL, subject, WRONG, "; ".join(wrong), "correct them in release.toml, or the template", each.name
        )
    own = sum(each.name in test.environments for test in project.config.smoke)
    if not own:
        why = "there are none: a deployment is served, and nothing of the application is tried"
        return Diagnosis(LOCAL, subject, UNKNOWN, why, "write [[smoke]] into release.toml", each.name)
    return Diagnosis(LOCAL, subject, OK, f"{own}, and what they name is in the template", environment=each.name)


def _bases(project: Project, image: ImageSpec) -> str:
    text = project.files.read(image.dockerfile).decode("utf-8", "surrogateescape")
    file = dockerfile.parse(text, image.dockerfile)
    given = {**({BASE_ARGUMENT: image.base} if image.base else {}), **image.args}
    found = sources(file, image.target, given, image.platform, image.name)
    floating = sorted({each.name for each in found.images if not each.is_pinned})
    if floating:
        raise UsageError(
            f"{image.dockerfile} names {', '.join(floating)} without a digest: every build looks up what that is today",
            untouched="everything",
            next_step=f"docker buildx imagetools inspect {floating[0]}, then write {floating[0]}@sha256:… into "
            f"{image.dockerfile}; Dependabot keeps it current",
        )
    return f"{len(found.images)} by digest" if found.images else "none"


def _pipeline(project: Project) -> Iterator[Diagnosis]:
    try:
        found = targets.pipeline_plan(project.config, project.files, project.translator)
        pipeline.check(found)
    except NotFoundError as error:
        yield Diagnosis(LOCAL, pipeline.PATH, WRONG, error.message, error.next_step)
        return
    except ReleaseError as error:
        yield probe(LOCAL, pipeline.PATH, partial(_again, error))
        return
    yield Diagnosis(LOCAL, pipeline.PATH, OK, "it is what release.toml and the template ask for")
    for each in found.generated.unknown:
        yield Diagnosis(
            LOCAL,
            pipeline.PATH,
            UNKNOWN,
            f"nothing is granted for {each.type} ({', '.join(each.where)})",
            f"release pipeline says which actions to allow in your own block of {pipeline.PATH}",
        )
    for note in found.generated.notes:
        yield Diagnosis(LOCAL, pipeline.PATH, UNKNOWN, note)


def _again(error: ReleaseError) -> str:
    raise error
