"""A stand-in for a tool: an executable file, started as a real process, that notes how it was called."""

from __future__ import annotations

from pathlib import Path


class Tool:
    """``path`` is the executable; what it does is the shell script ``behave`` was given last.

    In the script ``$output`` is the destination of ``--output type=oci,dest=…`` where one was given.
    """

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.path = folder, folder / name
        self.path.write_text(
            "#!/bin/sh\n"
            f"folder='{folder}'\n"
            'printf "%s\\0" "$@" > "$folder/arguments"\n'
            'env -0 > "$folder/environment"\n'
            'for word in "$@"; do case "$word" in type=oci,dest=*) output="${word#type=oci,dest=}";; esac; done\n'
            'output="${output%%,*}"\n'
            '. "$folder/script"\n'
        )
        self.path.chmod(0o755)
        self.behave("exit 0")

    def behave(self, script: str) -> None:
        """From now on it runs ``script``."""
        (self.folder / "script").write_text(script + "\n")

    @property
    def arguments(self) -> list[str]:
        """What it was called with last."""
        return (self.folder / "arguments").read_text().split("\0")[:-1]

    @property
    def environment(self) -> dict[str, str]:
        """The environment it was called in last."""
        words = (self.folder / "environment").read_text().split("\0")[:-1]
        return {name: value for name, _, value in (word.partition("=") for word in words)}
