"""Lambda functions, behind their alias or as ``$LATEST``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from release.adapters.aws_errors import code_of, explained, whole
from release.deployments.model import LiveFunction
from release.errors import RemoteError

if TYPE_CHECKING:
    import boto3


#: Seconds that a function runs at most (Lambda quotas, "Function timeout").
_LONGEST = 900
#: What Lambda calls the settings of a function of which no version was published yet.
LATEST = "$LATEST"
#: The settings of a function that a published version keeps (Lambda API reference, "FunctionConfiguration"): they tell
#: whether what an alias serves is what the function was last set to.
SETTINGS = (
    "CodeSha256",
    "Environment",
    "MemorySize",
    "Timeout",
    "Role",
    "Handler",
    "Runtime",
    "Layers",
    "EphemeralStorage",
    "TracingConfig",
    "VpcConfig",
)


class Functions:
    """The functions of one region of one account; each method is that of :class:`release.deployments.ports.Cloud`."""

    def __init__(self, session: boto3.Session) -> None:
        self.client = session.client("lambda")
        self.patient = session.client(
            "lambda", config=Config(read_timeout=_LONGEST + 30, tcp_keepalive=True, retries={"total_max_attempts": 1})
        )

    def live(self, function: str, alias: str) -> LiveFunction | None:
        """What ``alias`` serves; digest and states are those of the version that it names, not of ``$LATEST``.

        Without an alias (""), what is served is ``$LATEST``.
        """
        try:
            named: Any = self.client.get_alias(FunctionName=function, Name=alias) if alias else {}
            version = whole(named, "FunctionVersion", f"function {function}") if alias else LATEST
            found = self.client.get_function(FunctionName=function, Qualifier=version)
            now: Any = self.client.get_function_configuration(FunctionName=function) if alias else {}
        except (ClientError, BotoCoreError) as error:
            if code_of(error) == "ResourceNotFoundException":
                return None
            raise explained(error, f"function {function}") from error
        latest = now if alias else found.get("Configuration", {})
        code, configuration = (whole(found, part, f"function {function}") for part in ("Code", "Configuration"))
        uri = code.get("ResolvedImageUri") or code.get("ImageUri") or ""
        return LiveFunction(
            function=function,
            version=version,
            digest=uri.partition("@")[2],
            state=configuration.get("State", ""),
            update=configuration.get("LastUpdateStatus", ""),
            reason=configuration.get("StateReason") or configuration.get("LastUpdateStatusReason") or "",
            weights=named.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}),
            behind=next((key for key in SETTINGS if _setting(configuration, key) != _setting(latest, key)), ""),
        )

    def move_alias(self, function: str, alias: str, version: str) -> None:
        """Send everything to ``version``: only empty weights end the share of another ("Create an alias", canary)."""
        try:
            try:
                self.client.update_alias(
                    FunctionName=function,
                    Name=alias,
                    FunctionVersion=version,
                    RoutingConfig={"AdditionalVersionWeights": {}},
                )
            except self.client.exceptions.ResourceNotFoundException:
                self.client.create_alias(FunctionName=function, Name=alias, FunctionVersion=version)
        except (ClientError, BotoCoreError) as error:
            raise explained(error, f"alias {alias} of function {function}") from error

    def set_image(self, function: str, uri: str) -> None:
        """Have ``$LATEST`` run ``uri`` (Lambda API reference, "UpdateFunctionCode"); it is pulled after the answer."""
        try:
            self.client.update_function_code(FunctionName=function, ImageUri=uri)
        except (ClientError, BotoCoreError) as error:
            raise explained(error, f"function {function}") from error

    def invoke(self, function: str, alias: str, payload: bytes) -> bytes:
        """The answer to ``payload``, waited for as long as a function may run, and asked for once.

        botocore gives up after a minute and asks again, which would run a function of several minutes five times.
        """
        try:
            answer = self.patient.invoke(FunctionName=function, Payload=payload, **_qualifier(alias))
            body: bytes = answer["Payload"].read()
        except (ClientError, BotoCoreError) as error:
            raise explained(error, f"function {function}") from error
        if answer.get("FunctionError"):
            raise RemoteError(f"function {function} failed: {body[:500].decode(errors='replace')}")
        return body

    def invoke_async(self, function: str, alias: str, payload: bytes) -> None:
        """Into the function's queue; Lambda takes it with 202."""
        try:
            self.client.invoke(FunctionName=function, InvocationType="Event", Payload=payload, **_qualifier(alias))
        except (ClientError, BotoCoreError) as error:
            raise explained(error, f"function {function}") from error


def _qualifier(alias: str) -> dict[str, Any]:
    return {"Qualifier": alias} if alias else {}


def _setting(configuration: Mapping[str, Any], key: str) -> object:
    """A setting in a form that two answers can be compared in: what is empty is as good as not there."""
    value = configuration.get(key)
    if key == "Environment":
        return (value or {}).get("Variables") or None
    if key == "Layers":
        return [layer.get("Arn") for layer in value or []] or None
    return value or None
