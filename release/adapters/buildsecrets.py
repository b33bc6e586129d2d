"""Build secrets: what release.toml asks for, and what every build may read; each as ``env:NAME`` or ``file:/path``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from release.errors import MachineError
from release.settings.images import ImageSpec


def offered(env: Mapping[str, str]) -> Mapping[str, str]:
    """Certificates for a network whose proxy re-signs TLS (``ca``), pip's configuration (``pip``): where they are."""
    found = {}
    for name in ("RELEASE_CA_BUNDLE", "PIP_CERT", "SSL_CERT_FILE"):
        if env.get(name) and Path(env[name]).is_file():
            found["ca"] = f"file:{Path(env[name]).absolute()}"
            break
    if env.get("PIP_CONFIG_FILE") and Path(env["PIP_CONFIG_FILE"]).is_file():
        found["pip"] = f"file:{Path(env['PIP_CONFIG_FILE']).absolute()}"
    return found


def required(image: ImageSpec, env: Mapping[str, str], folder: Path) -> Mapping[str, str]:
    """The secrets of ``image``, a file's path from ``folder``. Raises MachineError when one is not on this machine."""
    found = {}
    for secret, source in image.secrets.items():
        kind, _, where = source.partition(":")
        path = Path(folder, where.replace("~", env.get("HOME", "~"), 1) if where.startswith("~/") else where).absolute()
        if kind == "env" and not env.get(where):
            raise _missing(image, secret, f"the environment variable {where} is not set", f"set {where}")
        if kind == "file" and not path.is_file():
            raise _missing(image, secret, f"there is no file {path}", "put it there")
        found[secret] = source if kind == "env" else f"file:{path}"
    return found


def _missing(image: ImageSpec, secret: str, why: str, remedy: str) -> MachineError:
    return MachineError(
        f"image {image.name} needs the build secret {secret}, and {why}",
        untouched="the registry and every environment",
        next_step=f"{remedy}, then run the same command again",
    )
