"""What is in the repository: release.toml, template, Dockerfiles, pipeline.yaml; each as it is in the working tree."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from release.adoption import pipeline, targets
from release.adoption.doctor import given
from release.adoption.doctor.findings import LOCAL, OK, UNKNOWN, WRONG, Diagnosis, probe
from release.adoption.doctor.project import Project
from release.errors import NotFoundError, ReleaseError
from release.images import dockerfile
from release.images.sources import sources
from release.settings import cfn, functions, localfiles, reachable
from release.settings.builds import BASE_ARGUMENT
from release.settings.config import Config
from release.settings.environments import EnvironmentSpec
from release.settings.images import ImageSpec


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
            yield from given.findings(project, each)
            yield _smoke(project, each)
    for image in config.images.values():
        yield _bases(project, image)
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


def _template(project: Project) -> str:
    template = project.copy()
    localfiles.local_paths(project.config.template, project.files.read)
    return f"understood: {len(cfn.resources(template))} resources"


def _images_of_template(project: Project) -> Iterator[Diagnosis]:
    whose = {image.parameter: image.name for image in project.config.images.values()}
    found = functions.functions(project.copy(), whose, project.config.alias)
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


def _smoke(project: Project, each: EnvironmentSpec) -> Diagnosis:
    subject, template = f"smoke tests of {each.name}", project.copy()
    if wrong := list(reachable.missing(template, project.config.smoke, each.name, {}, project.nested())):
        return Diagnosis(
            LOCAL, subject, WRONG, "; ".join(wrong), "correct them in release.toml, or the template", each.name
        )
    own = sum(each.name in test.environments for test in project.config.smoke)
    if not own:
        why = "there are none: a deployment is served, and nothing of the application is tried"
        return Diagnosis(LOCAL, subject, UNKNOWN, why, "write [[smoke]] into release.toml", each.name)
    return Diagnosis(LOCAL, subject, OK, f"{own}, and what they name is in the template", environment=each.name)


def _bases(project: Project, image: ImageSpec) -> Diagnosis:
    """A base without a digest is allowed, unless release.toml allows none: what it is today is not known from here."""
    subject = f"bases of image {image.name}"
    try:
        text = project.files.read(image.dockerfile).decode("utf-8", "surrogateescape")
        base = {BASE_ARGUMENT: image.base} if image.base else {}
        file = dockerfile.parse(text, image.dockerfile)
        found = sources(file, image.target, {**base, **image.args}, image.platform, image.name)
    except ReleaseError as error:
        return Diagnosis(LOCAL, subject, WRONG, error.message, error.next_step or error.usual_step)
    floating = sorted({each.name for each in found.images if not each.is_pinned})
    if not floating:
        return Diagnosis(LOCAL, subject, OK, f"{len(found.images)} by digest" if found.images else "none")
    remedy = (
        f"docker buildx imagetools inspect {floating[0]}, then write {floating[0]}@sha256:… into {image.dockerfile}; "
        "Dependabot keeps it current"
    )
    why = f"{image.dockerfile} names {', '.join(floating)} without a digest"
    if project.config.pinned:
        return Diagnosis(LOCAL, subject, WRONG, f"{why}, and [build] pinned allows digests only", remedy)
    return Diagnosis(LOCAL, subject, UNKNOWN, f"{why}: every build looks up what that is on its day", remedy)


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
