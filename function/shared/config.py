"""The functions' settings, read once from the environment when a container starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LONGEST_PRESIGN_SECONDS = 7 * 24 * 3600  # Signature Version 4's own limit


class ConfigError(Exception):
    """A setting is missing or malformed; the message names it. The container refuses to start."""


@dataclass(frozen=True)
class Config:
    """Every setting of either function. `members_table` is empty where a function needs no table."""

    version: str
    commit: str
    members_table: str
    reports_bucket: str
    issuer: str
    client_id: str
    jwks_url: str
    consistent_read: bool
    allowed_origin: str
    presign_seconds: int
    log_level: str


def read_config(environ: Mapping[str, str], *, needs_table: bool) -> Config:
    """The settings in `environ`; raises ConfigError."""

    def required(name: str) -> str:
        value = environ.get(name, "").strip()
        if not value:
            raise ConfigError(f"environment variable {name} is not set")
        return value

    issuer = required("USER_POOL_ISSUER")
    jwks_url = environ.get("USER_POOL_JWKS_URL") or f"{issuer}/.well-known/jwks.json"
    emulated = bool(environ.get("AWS_ENDPOINT_URL"))
    _check_address("USER_POOL_ISSUER", issuer, emulated=emulated)
    _check_address("USER_POOL_JWKS_URL", jwks_url, emulated=emulated)
    return Config(
        version=required("RELEASE_VERSION"),
        commit=required("GIT_SHA"),
        members_table=required("MEMBERS_TABLE") if needs_table else "",
        reports_bucket=required("REPORTS_BUCKET"),
        issuer=issuer,
        client_id=required("USER_POOL_CLIENT_ID"),
        jwks_url=jwks_url,
        consistent_read=_truth(environ, "CONSISTENT_READ"),
        allowed_origin=environ.get("ALLOWED_ORIGIN", ""),
        presign_seconds=_seconds(environ, "PRESIGN_SECONDS", default=300),
        log_level=_level(environ),
    )


def _check_address(name: str, url: str, *, emulated: bool) -> None:
    # Whoever can change the key set on its way can sign any token: plain HTTP only towards an emulation. An issuer
    # without its scheme is in no token at all (OpenID Connect Core 1.0, section 2, "iss"): nobody would get in.
    parts = urlsplit(url)
    schemes = ("https", "http") if emulated else ("https",)
    if parts.scheme not in schemes or not parts.netloc:
        raise ConfigError(f"environment variable {name} must be an https:// address")


def _truth(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name) or "false"
    if value not in ("true", "false"):
        raise ConfigError(f'environment variable {name} must be "true" or "false"')
    return value == "true"


def _seconds(environ: Mapping[str, str], name: str, *, default: int) -> int:
    value = environ.get(name) or str(default)
    if not value.isdecimal() or not 1 <= int(value) <= LONGEST_PRESIGN_SECONDS:
        raise ConfigError(f"environment variable {name} must be a number from 1 to {LONGEST_PRESIGN_SECONDS}")
    return int(value)


def _level(environ: Mapping[str, str]) -> str:
    value = (environ.get("LOG_LEVEL") or "INFO").upper()
    if value not in LOG_LEVELS:
        raise ConfigError(f"environment variable LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}")
    return value
