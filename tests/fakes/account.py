"""What an account holds of one stack: its parameters, its functions with their versions and aliases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from release.deployments.model import StackRequest, StackResource
from release.digest import sha256
from release.errors import RemoteError
from tests.fakes.template import read, resolve

REGION = "eu-west-1"


def text(request: StackRequest) -> bytes:
    """The template that is asked for, as it lies in the release's bundle."""
    return (request.folder / request.template).read_bytes()


@dataclass(frozen=True)
class Published:
    """A version of a function: what it was deployed as, and when it can serve. The number of ``$LATEST`` is 0."""

    number: int
    image: str
    hashed: str
    version: str
    commit: str
    ready: datetime

    @property
    def digest(self) -> str:
        """The digest in the image's address."""
        return self.image.partition("@")[2]


@dataclass
class Function:
    """A function: its versions, the one that the stack made last, and its aliases.

    Attributes:
        aliases: name -> (version, other versions' shares).
        wakes: when it is ready again, once it was invoked while Inactive.
        latest: what ``$LATEST`` runs, which is what callers reach that name no alias.
        asked: what the stack's template asked of it last, which is all that CloudFormation compares.
    """

    name: str
    versions: dict[int, Published] = field(default_factory=dict)
    current: int = 0
    aliases: dict[str, tuple[int, Mapping[str, float]]] = field(default_factory=dict)
    wakes: datetime | None = None
    latest: Published | None = None
    asked: str = ""

    def has(self, alias: str) -> bool:
        """Whether it can be called so; every function can be called without an alias."""
        return alias in self.aliases if alias else self.latest is not None

    def behind(self, alias: str) -> Published:
        """What an alias sends (most) calls to; ``$LATEST`` without one."""
        if not alias:
            assert self.latest is not None
            return self.latest
        return self.versions[self.aliases[alias][0]]

    @property
    def called_by(self) -> str:
        """The alias by which its callers know it; "" when the template publishes no version of it."""
        return "live" if self.current else ""


@dataclass
class Account:
    """One stack.

    ``others`` is what it holds beside functions, ``ends`` when the running change is over, ``then`` what it comes to.
    """

    name: str
    status: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    template: bytes = b""
    functions: dict[str, Function] = field(default_factory=dict)
    others: tuple[StackResource, ...] = ()
    reason: str = ""
    protected: bool = False
    ends: datetime | None = None
    then: Callable[[], None] = lambda: None

    def names(self, parameters: Mapping[str, str]) -> dict[str, str]:
        """What expressions of the template may refer to."""
        functions = {logical: function.name for logical, function in self.functions.items()}
        return {"AWS::StackName": self.name, **parameters, **functions}

    def effective(self, request: StackRequest) -> dict[str, str]:
        """What CloudFormation makes of the parameters that ``sam deploy`` hands over ("UsePreviousValue")."""
        found = {}
        for name, rule in read(text(request)).parameters.items():
            value = request.parameters.get(name, self.parameters.get(name, rule.get("Default")))
            if value is None:
                raise RemoteError(f"Parameters: [{name}] must have values")
            found[name] = value
        return found

    def images(self, request: StackRequest) -> list[str]:
        """The image of every function that ``request`` asks for."""
        template = read(text(request))
        found = [template.image(logical, self.names(request.parameters)) for logical in template.functions]
        return [image for image in found if image]

    def publish(self, request: StackRequest, ready: datetime, *, sticks: bool) -> None:
        """Make, change and delete functions; publish a version of each whose ImageUri changed, and move its alias.

        An alias whose version did not change is not looked at, and the shares of other versions are never ended: the
        template does not name them. A function without AutoPublishAlias has no version: its ``$LATEST`` changes when
        something that the template says of it becomes something else, and not when somebody changed it by hand.
        """
        template = read(text(request))
        for logical in self.functions.keys() - template.functions.keys():
            del self.functions[logical]
        for logical in template.functions.keys() - self.functions.keys():
            self.functions[logical] = Function(f"{self.name}-{logical}-0A1B2C3D4E5F")
        names = self.names(request.parameters)
        version, commit = request.parameters["ReleaseVersion"], request.parameters["GitSha"]
        for logical, properties in template.functions.items():
            function, code = self.functions[logical], _code(request, properties)
            image = template.image(logical, names)
            if function.asked != (asked := template.configured(logical, names) + code):
                function.asked = asked
                function.latest = Published(0, image, asked, version, commit, ready)
            if "AutoPublishAlias" not in properties:
                function.current, function.aliases = 0, {}
                continue
            hashed = template.hashed(logical, names) + code
            if function.current and (sticks or function.versions[function.current].hashed == hashed):
                continue
            function.current = number = max(function.versions, default=0) + 1
            function.versions[number] = Published(number, image, hashed, version, commit, ready)
            alias = properties["AutoPublishAlias"]
            function.aliases[alias] = (number, function.aliases.get(alias, (0, {}))[1])
        self.template, self.parameters = text(request), dict(request.parameters)

    @property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs; none before its first creation."""
        if not self.template:
            return {}
        names = self.names(self.parameters)
        return {output: resolve(value, names) for output, value in read(self.template).outputs.items()}

    @property
    def resources(self) -> tuple[StackResource, ...]:
        """The functions with what SAM's transform makes beside each."""
        found = []
        for logical, function in self.functions.items():
            arn = f"arn:aws:lambda:{REGION}:000000000000:function:{function.name}"
            found.append(StackResource(logical, "AWS::Lambda::Function", function.name))
            if not function.current:
                continue
            found.append(StackResource(f"{logical}Version0a1b2c", "AWS::Lambda::Version", f"{arn}:{function.current}"))
            found.append(StackResource(f"{logical}Aliaslive", "AWS::Lambda::Alias", f"{arn}:live"))
        return (*found, *self.others)


def _code(request: StackRequest, properties: Mapping[str, Any]) -> str:
    """What SAM hashes of a ZIP: its address, which ``sam package`` makes of the content of its folder."""
    if "CodeUri" not in properties:
        return ""
    folder = request.folder / properties["CodeUri"]
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert files, f"no code in {folder}"
    return sha256(b"".join(path.relative_to(folder).as_posix().encode() + path.read_bytes() for path in files))
