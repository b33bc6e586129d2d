"""Builds what both functions need, once per container."""

from __future__ import annotations

import logging
import time
from functools import cached_property
from typing import TYPE_CHECKING

from shared.config import Config
from shared.logs import make_logger
from shared.principals import Principal

if TYPE_CHECKING:
    from shared.auth import Verifier


class PoolVerifier:
    """Verifies tokens of the configured user pool; its keys are fetched with the first token.

    What that takes (PyJWT and cryptography, 30 ms) is loaded then, too: a direct invocation brings no token.
    """

    def __init__(self, config: Config) -> None:
        self._config = config

    @cached_property
    def _verifier(self) -> Verifier:
        from shared.auth import Verifier
        from shared.jwks import KeySet, http_fetch

        keys = KeySet(http_fetch(self._config.jwks_url), time.monotonic)
        return Verifier(keys, issuer=self._config.issuer, client_id=self._config.client_id, now=time.time)

    def principal(self, authorization: str | None) -> Principal:
        """The caller named by an Authorization header; raises as Verifier.principal does."""
        return self._verifier.principal(authorization)


def make_log(function: str, config: Config) -> logging.Logger:
    """The function's logger; each line carries version and commit."""
    return make_logger(function, level=config.log_level, version=config.version, commit=config.commit)
