"""What the checks of the working tree look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from release.adoption.ports import ProjectFiles, Translator
from release.completion import places, tree
from release.releases import bundling
from release.settings import cfn
from release.settings.config import Config


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

    def copy(self) -> dict[str, object]:
        """The template as it is deployed. Raises UsageError: it is none."""
        return dict(cfn.load(self._read(self.config.template), self.config.template))

    def nested(self) -> Mapping[str, Mapping[str, Any]]:
        """``Stack/`` -> the template of a nested stack that is a file here, as it is deployed. Raises as ``copy``."""
        return places.nested(self.config.template, self._read)

    @property
    def _read(self) -> Callable[[str], bytes]:
        return tree.reader(self.config.template, self.files.read, bundling.wanted(self.config))
