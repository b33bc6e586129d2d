"""Takes out of installed packages what neither function loads: `python slim.py FOLDER`, while an image is built.

Each package's dist-info stays, so that a scanner sees it. A pattern that fits nothing stops the build: it is out of
date.
"""

import gzip
import json
import shutil
import sys
from pathlib import Path
from typing import Any

SERVICES = ("dynamodb", "s3")
"""The services of AWS that the functions call; botocore describes some four hundred."""

UNUSED = {
    # botocore does S3 here; Flight, ORC, CSV, Feather and the other file systems are other ways in and out. Substrait,
    # Dataset and Acero stay as far as libarrow_python is linked with them, and libarrow_python is there three times.
    "pyarrow": (
        *("include", "includes", "interchange", "src", "tests", "*.pxd", "*.pxi", "*.pyx"),
        *("*flight*", "libarrow_s3*", "_s3fs*", "_azurefs*", "_gcsfs*", "_hdfs*", "_orc*", "_csv*", "_feather*"),
        *("_acero*", "_dataset*", "_substrait*", "_pyarrow_cpp_tests*", "*parquet_encryption*"),
        *("libarrow_python.so", "libarrow_python.so.*.*"),
    ),
    "botocore": ("data/*/*/examples-1.json*", "data/*/*/waiters-2.json*"),
    "pandas": ("tests",),
    "numpy": ("tests", "*/tests"),
    "cffi": ("*.h",),
    "bin": ("*",),
}


def slim(packages: Path) -> None:
    """Takes it out of the folder; raises SystemExit where a pattern fits nothing in a package that is there."""
    for package, patterns in UNUSED.items():
        if (packages / package).is_dir():
            for pattern in patterns:
                _remove(packages / package, pattern)
    _slim_descriptions(packages / "botocore" / "data")


def _remove(folder: Path, pattern: str) -> None:
    found = list(folder.glob(pattern))
    if not found:
        raise SystemExit(f"slim.py: {folder.name} has no {pattern} any more; take it out of UNUSED")
    for path in found:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _slim_descriptions(data: Path) -> None:
    """Leaves the services that are called, and of their descriptions what is not told to people."""
    for service in data.iterdir():
        if service.is_dir() and service.name not in SERVICES:
            shutil.rmtree(service)
    for packed in data.glob("*/*/*.json.gz"):
        described = json.loads(gzip.decompress(packed.read_bytes()))
        _write(packed.with_suffix(""), _without_documentation(described))
        packed.unlink()
    endpoints = json.loads((data / "endpoints.json").read_text())
    for partition in endpoints["partitions"]:
        partition["services"] = {
            name: described for name, described in partition["services"].items() if name in SERVICES
        }
    _write(data / "endpoints.json", endpoints)


def _without_documentation(described: Any) -> Any:
    if isinstance(described, list):
        return [_without_documentation(each) for each in described]
    if not isinstance(described, dict):
        return described
    # a member of a structure may have this name, too: that is no text. Some readers want the key, so it stays
    return {
        name: "" if name == "documentation" and isinstance(each, str) else _without_documentation(each)
        for name, each in described.items()
    }


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    slim(Path(sys.argv[1]))
