"""What changed since the release before, beside the messages of commits: what decides that a release is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from release.text import line

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed, as a person reads it (docs/architecture.md, rule 10).

    Attributes:
        images: every image there is -> what changed in its inputs; nothing for one that would be built the same.
        bundle: the template, the files that it names and the settings that changed; None where nobody can tell.
    """

    images: Mapping[str, Sequence[str]] = field(default_factory=dict)
    bundle: Sequence[str] | None = None

    @property
    def reason(self) -> str:
        """Why that alone asks for a release, or "" when it does not."""
        images = sorted(name for name, what in self.images.items() if what)
        found = [f"the inputs of {', '.join(images)}"] if images else []
        if self.bundle:
            found.append(line(listed(self.bundle, _SHOWN)))
        return f"{' and '.join(found)} changed" if found else ""


def listed(what: Sequence[str], shown: int) -> str:
    """The first ``shown`` of ``what``, and how many more there are."""
    more = f" and {len(what) - shown} more" if len(what) > shown else ""
    return ", ".join(what[:shown]) + more
