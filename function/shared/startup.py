"""Builds what both functions need, once per container."""

import logging
import time

from shared.auth import Verifier
from shared.config import Config
from shared.jwks import KeySet, http_fetch
from shared.logs import make_logger


def make_verifier(config: Config) -> Verifier:
    """The token verifier of the configured user pool; its keys are fetched with the first token."""
    keys = KeySet(http_fetch(config.jwks_url), time.monotonic)
    return Verifier(keys, issuer=config.issuer, client_id=config.client_id, now=time.time)


def make_log(function: str, config: Config) -> logging.Logger:
    """The function's logger; each line carries version and commit."""
    return make_logger(function, level=config.log_level, version=config.version, commit=config.commit)
