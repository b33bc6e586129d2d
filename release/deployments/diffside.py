"""One of the two sides that are compared, made ready for it: a release's bundle unpacked, or a commit laid out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from release.deployments import stackrequest
from release.deployments.differences import Value
from release.deployments.model import Stack
from release.deployments.target import Target
from release.digest import sha256_of_file
from release.errors import NotFoundError
from release.releases import recording
from release.releases.model import Release
from release.settings import cfn, localfiles
from release.settings.config import Config
from release.settings.smoke import SmokeTest


def of_release(release: Release, target: Target) -> Side:
    """A release. Raises as :func:`stackrequest.unpacked`, and what :class:`Side` raises."""
    folder, settings = stackrequest.unpacked(release, target), recording.settings_of(release.record)
    return Side(f"v{release.version}", folder, release.record.template, settings, target.name, target.overrides)


class Side:
    """One of the two sides, made ready to be compared.

    Args:
        name: what it is called, for errors.
        folder: the template and every file that it names.
        root: the template's path in ``folder``.
        settings: release.toml as it goes with them.
        environment: the environment that is compared.
        overrides: parameters that are given here.

    Raises:
        NotFoundError: a template is not in ``folder``. UsageError: it cannot be read.
    """

    def __init__(
        self, name: str, folder: Path, root: str, settings: Config, environment: str, overrides: Mapping[str, str]
    ) -> None:
        self.name, self.folder, self.root, self.settings = name, folder, root, settings
        self.environment, self.overrides = environment, overrides
        self.templates: Mapping[str, Mapping[str, Any]] = dict(self._templates())

    def _templates(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The template under "", then every one that is nested in it, however deep, under its path."""
        nested = [each.path for each in localfiles.local_paths(self.root, self.read) if each.template]
        for path in (self.root, *nested):
            yield "" if path == self.root else path, cfn.load(self.read(path), f"{path} of {self.name}")

    def read(self, path: str) -> bytes:
        """A file of it. Raises NotFoundError."""
        try:
            return (self.folder / path).read_bytes()
        except OSError as error:
            raise NotFoundError(
                f"{path} is not in the bundle of {self.name}",
                untouched="everything",
                next_step="release another version",
            ) from error

    def values(self) -> Mapping[str, Value]:
        """Each parameter as a deployment from here would give it, but those that name the release itself."""
        return {
            name: Value(self.overrides.get(name, said), _is_hidden(rule) or name in self.overrides)
            for name, (rule, said) in self._parameters().items()
        }

    def live_values(self, stack: Stack | None) -> Mapping[str, Value]:
        """Each parameter as the stack has it. A value that the release did not bring along was given by hand, or by an
        override that may be a secret; CloudFormation masks one that is NoEcho, so nobody can tell it."""
        have = stack.parameters if stack else {}
        found = {}
        for name, (rule, said) in self._parameters().items():
            if name in have:
                hidden = _is_hidden(rule)
                found[name] = Value(None if hidden else have[name], hidden or have[name] != said)
        return found

    def _parameters(self) -> Mapping[str, tuple[Mapping[str, Any], str | None]]:
        """Parameter -> its rule, and the value that the release brings along for it; None when it has none."""
        environment = self.settings.environments.get(self.environment)
        given = environment.parameters if environment else {}
        own = {"ReleaseVersion", "GitSha", *(image.parameter for image in self.settings.images.values())}
        rules = self.templates[""].get("Parameters")
        return {
            str(name): (rule, given.get(str(name), _text(rule.get("Default"))))
            for name, rule in (rules.items() if isinstance(rules, dict) else ())
            if isinstance(rule, dict) and name not in own
        }

    def files(self) -> Mapping[str, str]:
        """Every file of the bundle but the template -> its digest."""
        paths = ((path, path.relative_to(self.folder).as_posix()) for path in self.folder.rglob("*") if path.is_file())
        return {name: sha256_of_file(path) for path, name in paths if name != self.root}

    def smoke(self) -> tuple[SmokeTest, ...]:
        """Its smoke tests of this environment."""
        return tuple(test for test in self.settings.smoke if self.environment in test.environments)


def _is_hidden(rule: Mapping[str, Any]) -> bool:
    """Whether a parameter's value is none to be shown ("Parameters" of a template, ``NoEcho``)."""
    return str(rule.get("NoEcho", "false")).lower() not in ("false", "no")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
