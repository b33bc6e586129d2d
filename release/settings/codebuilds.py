"""Which ZIP functions and layers of a template have to be built before they can run, as ``sam build`` decides it.

Sources: AWS SAM's "Building Lambda functions with custom runtimes" and "Building Lambda layers" (``Metadata``:
``BuildMethod``), "Default build with AWS SAM" (a Python function's ``requirements.txt``).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from release.errors import UsageError
from release.settings import cfn
from release.settings.localfiles import inside, local_paths

#: Resource type -> the property that names its code.
CODE = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Lambda::Function": "Code",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Lambda::LayerVersion": "Content",
}
LAYERS = frozenset({"AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion"})
MANIFEST = "requirements.txt"
#: What is packed already; sam builds none of it.
_PACKED = (".zip", ".jar")


@dataclass(frozen=True, order=True)
class CodeBuild:
    """One function or layer that sam builds.

    Attributes:
        template: the template that it stands in, a path in the repository.
        key: its property that names the code.
        folder: where its code is, a path in the repository.
        method: its runtime, or what ``BuildMethod`` says; "" when the template computes it.
    """

    template: str
    logical_id: str
    key: str
    folder: str
    method: str

    @property
    def place(self) -> str:
        """Where what is built stands in the bundle: beside its template."""
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.template), self.written))

    @property
    def written(self) -> str:
        """The same, as its template names it."""
        return f"built-by-sam/{self.logical_id}"


def code_builds(template: str, read: Callable[[str], bytes], exists: Callable[[str], bool]) -> tuple[CodeBuild, ...]:
    """Everything of ``template`` and of the templates nested in it that sam has to build, sorted.

    Args:
        read: a file's content by its path in the repository. Raises NotFoundError.
        exists: whether a path is in the repository.

    Raises:
        UsageError: a layer declares packages and nothing says how they are built; or as :func:`local_paths`.
    """
    nested = [each.path for each in local_paths(template, read) if each.template]
    found = (build for path in (template, *nested) for build in _of(path, cfn.load(read(path), path), exists))
    return tuple(sorted(set(found)))


def code_folders(template: str, read: Callable[[str], bytes]) -> Mapping[str, str]:
    """Function or layer -> where its code is, for everything that ``template`` and its nested templates ship as ZIP.

    One of a nested template is named with it: ``child.template.yaml.Layer``.
    """
    nested = [each.path for each in local_paths(template, read) if each.template]
    found = {}
    for path in (template, *nested):
        for name, _, folder in _coded(path, cfn.load(read(path), path)):
            found[name if path == template else f"{path.replace('/', '.')}.{name}"] = folder
    return found


def _of(path: str, document: Mapping[str, Any], exists: Callable[[str], bool]) -> Iterator[CodeBuild]:
    shared = cfn.shared_by_functions(document)
    for name, resource, folder in _coded(path, document):
        kind, own = resource["Type"], cfn.properties(resource)
        if folder.endswith(_PACKED):
            continue
        metadata = resource.get("Metadata")
        method = metadata.get("BuildMethod", "") if isinstance(metadata, dict) else ""
        runtime = own.get("Runtime", shared.get("Runtime", "") if kind == "AWS::Serverless::Function" else "")
        declared = exists(posixpath.normpath(f"{folder}/{MANIFEST}"))
        if kind in LAYERS and declared and not method:
            _check_layer(path, name, folder, exists)
        elif method or (kind not in LAYERS and declared and _is_python(runtime)):
            yield CodeBuild(path, name, CODE[kind], folder, _text(method) or _text(runtime))


def _coded(path: str, document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """``(logical id, resource, where its code is)`` of every function and layer that ships as ZIP from here."""
    shared = cfn.shared_by_functions(document)
    for name, resource in cfn.resources(document).items():
        kind = resource["Type"]
        if kind not in CODE:
            continue
        own = cfn.properties(resource)
        default = {} if kind in LAYERS or kind == "AWS::Lambda::Function" else shared
        if own.get("PackageType", default.get("PackageType")) == "Image" or "ImageUri" in own or "InlineCode" in own:
            continue
        written = own.get(CODE[kind], default.get(CODE[kind], "." if kind == "AWS::Serverless::Function" else None))
        if not isinstance(written, str) or "://" in written:
            continue
        yield name, resource, inside(path, written, f"{name}.{CODE[kind]}")


def _check_layer(path: str, name: str, folder: str, exists: Callable[[str], bool]) -> None:
    """A layer whose packages lie there already, as Lambda reads them, is complete as it is."""
    if not exists(posixpath.normpath(f"{folder}/python")):
        raise UsageError(
            f"{path}: the layer {name} has a {MANIFEST}, and nothing says how it is built",
            untouched="everything",
            next_step="give it Metadata: BuildMethod: python3.13 (its runtime), or commit its packages below python/",
        )


def _is_python(runtime: Any) -> bool:
    """A runtime that the template computes may be Python: sam resolves it, and says so when it is not."""
    return not isinstance(runtime, str) or runtime.startswith("python")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
