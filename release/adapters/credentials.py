"""Whether this process was given AWS credentials, told without asking anybody."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

#: AWS SDKs and Tools reference guide, "Standardized credential providers". The instance metadata service is left out:
#: asking it takes seconds where there is none.
_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
_FILES = {"AWS_SHARED_CREDENTIALS_FILE": ".aws/credentials", "AWS_CONFIG_FILE": ".aws/config"}


def are_there(env: Mapping[str, str]) -> bool:
    """Whether ``env`` names credentials, or AWS's files are where it says; not whether they are good."""
    if any(env.get(name) for name in _VARIABLES):
        return True
    home = env.get("HOME", "")
    places = (env.get(name) or (f"{home}/{path}" if home else "") for name, path in _FILES.items())
    return any(Path(place).is_file() for place in places if place)
