"""What AWS's refusals mean for a person."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from release.errors import MachineError, ReleaseError, RemoteError

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_NO_CREDENTIALS = frozenset(
    {
        "NoCredentialsError",
        "PartialCredentialsError",
        "CredentialRetrievalError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
        "SSOTokenLoadError",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
    }
)


def code_of(error: ClientError | BotoCoreError) -> str:
    """AWS's error code, or the name of the client's own error."""
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__


def explained(error: ClientError | BotoCoreError, what: str) -> ReleaseError:
    """The refusal of a call about ``what``: MachineError for credentials, else RemoteError."""
    if code_of(error) in _NO_CREDENTIALS:
        return MachineError(
            f"there are no valid AWS credentials: {error}",
            untouched=what,
            next_step="aws sso login, or check the role that this job takes",
        )
    if code_of(error) in _DENIED:
        return RemoteError(
            f"this role may not look at or change {what}: {error}",
            untouched=what,
            next_step="check the role in pipeline.yaml",
        )
    return RemoteError(f"AWS refused for {what}: {error}", untouched=what, next_step="run the same command again")
