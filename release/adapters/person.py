"""The person at the terminal as the Questions port: asked on standard error, so that standard output is the result."""

from __future__ import annotations

import sys

from release.adapters import terminal
from release.errors import UsageError
from release.text import block


class Person:
    """Whoever typed the command."""

    @property
    def there(self) -> bool:
        """See :class:`release.adoption.ports.Questions`."""
        return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))

    def show(self, text: str) -> None:
        """See :class:`release.adoption.ports.Questions`."""
        terminal.write(block(text), sys.stderr)

    def ask(self, question: str) -> str:
        """See :class:`release.adoption.ports.Questions`."""
        sys.stderr.write(block(question))
        sys.stderr.flush()
        answer = sys.stdin.readline()
        if not answer:
            raise UsageError(
                "the input ended before every question was answered",
                untouched="everything",
                next_step="run it again; --yes takes what stands in brackets",
            )
        return answer.strip()
