"""The packages of the export's image as its build installs them: its locked requirements, slimmed by function/slim.py.

Copied from the environment that this runs in, so without the network; its versions are those of the lock files.
"""

from __future__ import annotations

import compileall
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "function" / "requirements" / "export.txt"
REFERENCE = (
    *("pandas", "numpy", "pyarrow", "python-dateutil", "six"),
    *("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "pyjwt", "cryptography", "cffi", "pycparser"),
)
"""pandas, pyarrow, boto3 and PyJWT, and what they need; a token of Cognito cannot be verified without cryptography."""


def locked() -> list[str]:
    """The names in the image's lock file."""
    return re.findall(r"^([a-z0-9-]+)==", LOCK.read_text(), re.MULTILINE)


def _files(name: str) -> Iterator[tuple[Path, Path]]:
    """Each file of a distribution, as it is named and where it is, without byte code."""
    for file in distribution(name).files or ():
        if ".." not in file.parts and "__pycache__" not in file.parts:
            yield Path(file), Path(str(file.locate()))


def slimmed(folder: Path) -> Path:
    """The image's packages in ``folder``, byte-compiled as they are there."""
    for name, source in (each for package in locked() for each in _files(package)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / name)
    subprocess.run([sys.executable, ROOT / "function" / "slim.py", folder], check=True)
    compileall.compile_dir(str(folder), quiet=1)
    return folder


def size(folder: Path) -> int:
    """Bytes of the files, without byte code: the same for whoever installs, whatever it imported since."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def size_of(names: Iterable[str]) -> int:
    """The same of distributions as pip installs them."""
    return sum(source.stat().st_size for name in names for _, source in _files(name))
