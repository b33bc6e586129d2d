"""What ``docker login`` left on this machine: names and passwords of registries.

``config.json`` holds them itself (``auths``) or names a program that does (``credsStore``, ``credHelpers``), which is
asked by the protocol of github.com/docker/docker-credential-helpers: the host on standard input, JSON as the answer.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from release.adapters import process
from release.errors import ReleaseError

log = logging.getLogger("release.build")
#: Docker Hub is kept under its old address (github.com/docker/cli, cli/config/configfile).
_NAMES = {"docker.io": "https://index.docker.io/v1/"}


class DockerLogin:
    """The credentials in ``$DOCKER_CONFIG/config.json``, or ``~/.docker/config.json``."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        folder = env.get("DOCKER_CONFIG") or str(Path(env.get("HOME", "/"), ".docker"))
        self.path = Path(folder, "config.json")

    def __call__(self, host: str) -> tuple[str, str] | None:
        """``(user, password)`` for ``host``; None when nobody is signed in there, or only in a way not known here."""
        name = _NAMES.get(host, host)
        config = self._config()
        helper = _table(config, "credHelpers").get(host) or config.get("credsStore")
        if isinstance(helper, str) and helper:
            return self._asked(helper, name)
        kept = _table(config, "auths").get(name)
        auth = kept.get("auth") if isinstance(kept, dict) else None
        try:
            user, colon, password = base64.b64decode(auth or "", validate=True).decode().partition(":")
        except (ValueError, TypeError):
            log.warning("%s has no credentials for %s that can be read", self.path, host)
            return None
        return (user, password) if colon else None

    def _asked(self, helper: str, name: str) -> tuple[str, str] | None:
        try:
            program = process.find(f"docker-credential-{helper}", remedy="install it", path=self.env.get("PATH"))
            answer = process.run([program, "get"], env=self.env, stdin=name.encode(), timeout=60, check=False)
        except ReleaseError as error:
            log.warning("docker's credentials for %s cannot be had: %s", name, error.message)
            return None
        try:
            found = json.loads(answer.stdout) if answer.code == 0 else {}
            user, secret = found.get("Username"), found.get("Secret")
        except (ValueError, AttributeError):
            user = secret = None
        # "<token>" is a refresh token, which only an OAuth2 exchange can use
        return (user, secret) if isinstance(user, str) and isinstance(secret, str) and user != "<token>" else None

    def _config(self) -> Mapping[str, Any]:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            log.warning("%s cannot be read, so nobody is signed in: %s", self.path, error)
            return {}
        return found if isinstance(found, dict) else {}


def _table(config: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = config.get(key)
    return value if isinstance(value, dict) else {}
