"""Template parameters that release.toml has to say something about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from release.completion.builds import merged

#: What the pipeline gives by itself (docs/template.md).
_GIVEN = frozenset(("ReleaseVersion", "GitSha", "PermissionsBoundaryArn"))
#: Defaults that stand for a secret and are none.
_PLACEHOLDERS = ("change", "replace", "todo", "secret", "password", "dummy", "example", "xxx")


@dataclass(frozen=True)
class OpenParameter:
    """A parameter whose value is a person's to give.

    Attributes:
        secret: NoEcho: its value stands in no file.
        default: as the template has it, None where it has none.
        values: environment -> a value that the template's own AllowedValues make sure.
    """

    name: str
    secret: bool
    default: str | None
    values: Mapping[str, str]

    @property
    def is_placeholder(self) -> bool:
        """Whether a secret has a default that somebody was meant to replace."""
        written = (self.default or "").lower()
        return self.secret and (written == "" or any(word in written for word in _PLACEHOLDERS))


def open_parameters(
    template: Mapping[str, Any], images: Iterable[str], environments: Iterable[str]
) -> tuple[OpenParameter, ...]:
    """Those without a default, secrets, and those whose AllowedValues name the environments.

    Args:
        images: the parameters that take images.
    """
    given, names, found = _GIVEN | set(images), list(environments), []
    for name, rule in merged(template.get("Parameters")).items():
        rule = merged(rule)
        if name in given or str(rule.get("Type", "")).startswith("AWS::SSM::"):
            continue
        allowed = rule.get("AllowedValues")
        sure = {each: each for each in names if isinstance(allowed, list) and each in allowed}
        default = rule.get("Default")
        secret = str(rule.get("NoEcho", "")).lower() == "true"
        if default is None or secret or len(sure) == len(names):
            found.append(OpenParameter(str(name), secret, None if default is None else str(default), sure))
    return tuple(found)
