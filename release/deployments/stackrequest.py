"""A release made ready for a target: the stack as the release wants it, and what proves that it serves. Built once."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from release.completion import places
from release.deployments.model import Rollout, StackRequest
from release.deployments.target import Target
from release.errors import NotFoundError, UsageError
from release.releases import recording, unpacking
from release.releases.model import Release
from release.settings import agreement, cfn, reachable, template
from release.settings.config import Config

log = logging.getLogger("release.deploy")

#: Bytes of a parameter's value ("AWS CloudFormation quotas", Parameter values).
LONGEST_VALUE = 4096
#: What CloudFormation's answers, being XML, cannot hold (XML 1.0, Char); a CR they give back as a LF (2.11).
_LOST = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def prepare(release: Release, target: Target, *, strict: bool = False) -> Rollout:
    """All that bringing ``release`` into ``target`` takes: its bundle, settings, images and smoke tests.

    New settings can break old code, so going back takes the old ones along. Which stack and region it is comes from the
    present release.toml. Every parameter of the template is named, the defaults too: CloudFormation keeps the value of
    one that is not, so a setting that a later release brought would outlive the way back. An override that an old
    template does not know is left out.

    Args:
        strict: the release goes forward. Refuse then a setting that its template lacks, which would silently do
            nothing, a secret in plain text, and a smoke test that cannot pass. History is read leniently: going back,
            what the old template does not know is left out, and said.

    Raises:
        NotFoundError: the release lacks an image that its own release.toml names, or its bundle is gone.
        ConflictError: its bundle is not what a bundle of ours is.
        UsageError: the template lacks a parameter that a release needs, or needs one that nobody gives; or a value is
            one that CloudFormation would not take as it is.
    """
    then = recording.settings_of(release.record)
    for name in then.images:
        if name not in release.digests:
            raise NotFoundError(
                f"v{release.version} has no image {name}, which its release.toml names",
                untouched=target.name,
                next_step=f"release history {target.name} shows the releases that are whole",
            )
    folder = unpacked(release, target)
    where = release.record.template
    asked = template.parameters((folder / where).read_bytes(), f"{where} of v{release.version}")
    settings = _settings(then, target.name)
    document = cfn.load((folder / where).read_bytes(), f"{where} of v{release.version}")
    if strict:
        agreement.check(document, settings, target.overrides, target.name)
    for name in sorted({*settings, *target.overrides} - set(asked) - agreement.OF_THE_PIPELINE):
        log.warning("v%s has no parameter %s, which is given here: left out", release.version, name)
    images = release.record.images
    uris = {name: target.registry.uri(images[name].repository, images[name].digest) for name in then.images}
    released = {"ReleaseVersion": release.version, "GitSha": release.commit}
    released |= {image.parameter: uris[name] for name, image in then.images.items()}
    given = {**settings, **target.overrides, **released}
    _check(asked, given, set(released), target.name)
    parameters = {name: given.get(name, default or "") for name, default in asked.items()}
    _check_values(parameters, target.name)
    if strict:
        nested = places.nested(where, lambda path: (folder / path).read_bytes())
        _check_smoke(document, nested, then, parameters, target)
    request = StackRequest(
        name=target.environment.stack,
        folder=folder,
        template=where,
        parameters=parameters,
        repositories=tuple(uri.partition("@")[0] for uri in uris.values()),
    )
    noted = agreement.notes(document, {**settings, **target.overrides}, target.name)
    return Rollout(release, request, then.smoke, noted)


def unpacked(release: Release, target: Target) -> Path:
    """The release's bundle as a folder; a command that brings a release in twice unpacks it once."""
    folder = target.folder / release.digest.removeprefix("sha256:")
    if not folder.exists():
        archive, new = folder.with_suffix(".tar.gz"), folder.with_suffix(".new")
        recording.fetch_bundle(release.digest, target.store, target.records, archive, target.limits)
        new.mkdir()
        unpacking.unpack(archive, new, target.limits)
        new.rename(folder)
    return folder


def _settings(then: Config, environment: str) -> dict[str, str]:
    return dict(then.environments[environment].parameters) if environment in then.environments else {}


def _check(asked: Mapping[str, str | None], given: Mapping[str, str], needed: set[str], environment: str) -> None:
    if lacking := sorted(needed - set(asked) - agreement.OF_THE_PIPELINE):
        raise UsageError(
            f"the template has no parameter {lacking[0]}",
            untouched=environment,
            next_step="add it: every image's parameter of release.toml, ReleaseVersion and GitSha (template.yaml)",
        )
    if missing := sorted(name for name, default in asked.items() if default is None and name not in given):
        raise UsageError(
            f"the template's parameter {missing[0]} has no default, and nobody gives it",
            untouched=environment,
            next_step=f"give it in release.toml ([environments.{environment}.parameters]) or in RELEASE_PARAMETERS",
        )


def _check_smoke(
    document: Mapping[str, Any],
    nested: Mapping[str, Mapping[str, Any]],
    then: Config,
    parameters: Mapping[str, str],
    target: Target,
) -> None:
    values = {**parameters, "AWS::Region": target.environment.region, "AWS::StackName": target.environment.stack}
    if wrong := next(reachable.missing(document, then.smoke, target.name, values, nested), ""):
        raise UsageError(
            wrong,
            untouched=target.name,
            next_step="correct the smoke test in release.toml, or the template; then release that",
        )


def _check_values(parameters: Mapping[str, str], environment: str) -> None:
    """Never shows a value: it may be a secret."""
    for name, value in parameters.items():
        if found := _LOST.search(value):
            raise UsageError(
                f"the parameter {name} of {environment} holds the character U+{ord(found[0]):04X}, "
                "which CloudFormation does not keep",
                untouched=environment,
                next_step="give it encoded (base64), or as the name of a secret that the function reads",
            )
        if (size := len(value.encode())) > LONGEST_VALUE:
            raise UsageError(
                f"the parameter {name} of {environment} is {size:,} bytes long; CloudFormation takes {LONGEST_VALUE:,}",
                untouched=environment,
                next_step="split it into several parameters that the template joins (Fn::Join)",
            )
