"""SAM's translator as the Translator port: a process in the environment of the locked sam, which brings it along.

It is no dependency of this package: it needs pydantic and jsonschema, and a team that installs the command should not
get a second copy of what sam has. A sam on PATH may be frozen into one file, so it is the locked one that is asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from release.adapters import process
from release.adoption.ports import TranslationJob
from release.errors import MachineError, RemoteError, UsageError

_PROGRAM = Path(__file__).with_name("samprogram.py")


@dataclass(frozen=True)
class SamTranslator:
    """SAM's translator.

    Attributes:
        python: finds the interpreter that can import ``samtranslator``; asked for when it is run.
        env: the environment that it runs in.
    """

    python: Callable[[], Path]
    env: Mapping[str, str]

    def translate(self, jobs: Sequence[TranslationJob]) -> Sequence[Mapping[str, Any]]:
        """See :class:`release.adoption.ports.Translator`."""
        documents = [{"text": job.text, "parameters": dict(job.parameters)} for job in jobs]
        # The translator takes its partition from the region; all that is asked here is the same in each.
        env = {**self.env, "AWS_DEFAULT_REGION": self.env.get("AWS_DEFAULT_REGION") or "us-east-1"}
        try:
            done = process.run(
                [self.python(), "-I", _PROGRAM], stdin=json.dumps(documents).encode(), env=env, timeout=300
            )
            answers = json.loads(done.stdout)
        except (RemoteError, ValueError) as error:
            raise MachineError(
                f"SAM's translator did not answer: {str(error)[:300]}",
                untouched="everything",
                next_step="remove the folder venvs of the cache (RELEASE_CACHE) and run the same command again",
            ) from error
        found = []
        for job, answer in zip(jobs, answers, strict=True):
            if "error" in answer:
                raise UsageError(
                    f"{job.where} cannot be expanded by SAM: {' '.join(answer['error'].split())[:500]}",
                    untouched="everything",
                    next_step=f"sam validate --lint --template-file {job.where}",
                )
            found.append(answer["template"])
        return found
