"""Which file of a repository is the SAM template that is released, and why none is where none is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from release.completion.builds import merged
from release.errors import NotFoundError, UsageError
from release.settings import cfn
from release.settings.functions import FUNCTION_TYPES
from release.settings.localfiles import NESTED

Read = Callable[[str], bytes]
_OPTION = "name it: release init --template PATH"
#: What sam finds by itself (``sam build --help``, --template-file), and how people call others.
_USUAL = re.compile(r"(?:.+[._-])?template\.(?:ya?ml|json)\Z|.+\.template\Z", re.IGNORECASE)
_READABLE = re.compile(r".+\.(?:ya?ml|json|template)\Z", re.IGNORECASE)
#: Folders in which tools leave templates that they made.
_MADE = frozenset((".aws-sam", "cdk.out", "node_modules", ".serverless", "build", "dist"))
_SAM = "AWS::Serverless-2016-10-31"
_MARKS = (_SAM.encode(), b"AWS::Lambda::Function")

_INSTEAD = (
    "describe the functions in a SAM template (PackageType: Image, with Metadata: Dockerfile and DockerContext); "
    "everything else may stay where it is and be handed over as parameters. Then release init --template PATH"
)


@dataclass(frozen=True)
class TemplateFile:
    """A template of the repository."""

    path: str
    values: Mapping[str, Any]

    @property
    def nested(self) -> tuple[str, ...]:
        """The templates of the repository that it names."""
        found = []
        for resource in cfn.resources(self.values).values():
            own = cfn.properties(resource)
            where = own.get("Location", own.get("TemplateURL"))
            if resource["Type"] in NESTED and isinstance(where, str) and "://" not in where:
                found.append(posixpath.normpath(posixpath.join(posixpath.dirname(self.path), where)))
        return tuple(found)

    @property
    def ships_images(self) -> bool:
        """Whether a function of it runs an image."""
        return any(_runs_image(each) for each in cfn.resources(self.values).values())


def choose(
    paths: Sequence[str], read: Read, named: str = "", below: str = "", submodules: Sequence[str] = ()
) -> TemplateFile:
    """The template that is released.

    Args:
        paths: the repository's files.
        named: the one that a person, or sam's configuration, named; "" for none.
        submodules: folders that are other repositories.
        below: the folder where the command was started; what lies elsewhere is nobody's business then.

    Raises:
        NotFoundError: there is none, or not the named one.
        UsageError: there are several, or it cannot be read, or no function of it runs an image.
    """
    if named:
        if named not in paths:
            raise NotFoundError(
                f"there is no file {named} in this repository", untouched="everything", next_step=_OPTION
            )
        return _with_images(TemplateFile(named, cfn.load(read(named), named)), paths)
    here = [path for path in paths if not below or path.startswith(f"{below}/")]
    found = list(_templates(here, read))
    inner = {path for each in found for path in each.nested}
    shipping = [each for each in found if each.path not in inner and _ships(each, found)]
    if len(shipping) == 1:
        return shipping[0]
    if shipping:
        listed = ", ".join(each.path for each in shipping)
        raise UsageError(
            f"{len(shipping)} templates have functions that run images, and one is released: {listed}",
            untouched="everything",
            next_step=f"name the one: release init --template {shipping[0].path}",
        )
    if found:
        return _with_images(found[0], paths)
    raise _none(here, below, submodules)


def _ships(template: TemplateFile, every: Iterable[TemplateFile]) -> bool:
    return template.ships_images or any(each.ships_images for each in every if each.path in template.nested)


def _templates(paths: Sequence[str], read: Read) -> Iterator[TemplateFile]:
    """Every template; where one goes by a usual name, only those that do."""
    candidates = [path for path in paths if not _MADE & set(path.split("/")[:-1])]
    usual = [path for path in candidates if _USUAL.match(posixpath.basename(path))]
    for path in usual:
        text = read(path)
        if any(mark in text for mark in _MARKS) or posixpath.basename(path).lower().startswith("template."):
            yield TemplateFile(path, cfn.load(text, path))
    if usual:
        return
    for path in candidates:
        if _READABLE.match(path) and any(mark in (text := read(path)) for mark in _MARKS):
            yield TemplateFile(path, cfn.load(text, path))


def _runs_image(resource: Mapping[str, Any]) -> bool:
    own = merged(resource.get("Properties"))
    described = "ImageUri" in own or "ImageUri" in merged(own.get("Code"))
    built = "Dockerfile" in merged(resource.get("Metadata")) and own.get("PackageType") != "Zip"
    return resource["Type"] in FUNCTION_TYPES and (described or built or own.get("PackageType") == "Image")


def _with_images(template: TemplateFile, paths: Sequence[str]) -> TemplateFile:
    """``template``. Raises UsageError: nothing in it runs an image."""
    if template.ships_images or template.nested:
        return template
    if not cfn.resources(template.values):
        problem = "is no CloudFormation template with resources"
    elif not any(each["Type"] in FUNCTION_TYPES for each in cfn.resources(template.values).values()):
        problem = "has no Lambda function"
    else:
        problem = "has no function that runs a container image; functions that ship as ZIP alone need no image release"
    other = _foreign(paths)
    raise UsageError(
        f"{template.path} {problem}" + (f"; and this is {other}, which is not supported" if other else ""),
        untouched="everything",
        next_step=_INSTEAD
        if other
        else f"give a function PackageType: Image and Metadata (Dockerfile, DockerContext), or {_OPTION}",
    )


def _none(paths: Sequence[str], below: str, submodules: Sequence[str]) -> NotFoundError:
    where = below or "this repository"
    if other := _foreign(paths):
        return NotFoundError(
            f"there is no SAM template in {where}, which is {other}; that is not supported",
            untouched="everything",
            next_step=_INSTEAD,
        )
    others = f" ({', '.join(submodules)} is a submodule, a repository of its own)" if submodules else ""
    return NotFoundError(
        f"there is no SAM template in {where}{others}",
        untouched="everything",
        next_step="run it where the template is, begin one with `sam init --package-type Image`, or " + _OPTION,
    )


def _foreign(paths: Sequence[str]) -> str:
    """What describes the stack instead of SAM; "" when nothing is seen."""
    names = {posixpath.basename(path) for path in paths}
    folders = {part for path in paths for part in path.split("/")[:-1]}
    if "cdk.json" in names or "cdk.out" in folders:
        return "a CDK app (cdk.json): its templates are made when it is synthesized, and CDK publishes images itself"
    if found := next((path for path in paths if path.endswith((".tf", ".tf.json", ".tofu"))), ""):
        return f"Terraform ({found})"
    if found := next((name for name in sorted(names) if re.match(r"serverless\.(?:ya?ml|ts|js|json)\Z", name)), ""):
        return f"the Serverless Framework ({found})"
    if found := next((name for name in ("Pulumi.yaml", "Pulumi.yml") if name in names), ""):
        return f"Pulumi ({found})"
    return ""
