"""What AWS's refusals mean for a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from release.errors import MachineError, ReleaseError, RemoteError

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
#: AWS's words for credentials that are missing, over or wrong (each service's "Common errors", S3's "Error responses").
_BAD_CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IDPRejectedClaim",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidIdentityToken",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
        "UnrecognizedClientException",
    }
)
#: botocore's own, when it has none or could not renew them; which of them there are depends on its version.
_NO_CREDENTIALS: tuple[type[BotoCoreError], ...] = tuple(
    getattr(exceptions, name)
    for name in (
        "CredentialRetrievalError",
        "LoginAuthorizationCodeError",
        "LoginError",
        "LoginInsufficientPermissions",
        "LoginRefreshRequired",
        "LoginTokenLoadError",
        "NoAuthTokenError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "ProfileNotFound",
        "RefreshWithMFAUnsupportedError",
        "SSOTokenLoadError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
    )
    if hasattr(exceptions, name)
)
_SAID_BY_AWS = re.compile(r"An error occurred \((\w+)\)[^\n]*")
#: botocore's sentences, with anything in their blanks, and sam's.
_SAID_BY_CLIENT = re.compile(
    "|".join(
        [
            *(r"[^\n]*".join(map(re.escape, re.split(r"\{\w+\}", kind.fmt))) for kind in _NO_CREDENTIALS),
            "Unable to resolve credentials for the AWS SDK",
        ]
    )
)


#: What a call may raise. botocore's parser has an error of its own for XML that was cut off, which is no BotoCoreError.
Failure = ClientError | BotoCoreError | ResponseParserError
FAILURES = (ClientError, BotoCoreError, ResponseParserError)


def code_of(error: Failure) -> str:
    """AWS's error code, or the name of the client's own error."""
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__


def denied(error: Failure) -> bool:
    """Whether AWS says that these credentials may not."""
    return code_of(error) in _DENIED


def ended_credentials(text: str) -> str:
    """The sentence of ``text``, an AWS tool's output, that says that its credentials are missing or over; else ""."""
    for found in _SAID_BY_AWS.finditer(text):
        if found[1] in _BAD_CREDENTIALS:
            return found[0]
    found_own = _SAID_BY_CLIENT.search(text)
    return found_own[0] if found_own else ""


def whole(answer: Mapping[str, Any], key: str, what: str) -> Any:
    """A part that every whole answer has: of JSON that was cut off, botocore hands over the text as a message.

    Raises:
        RemoteError: it is not there.
    """
    if key not in answer:
        raise _cut_off(what)
    return answer[key]


def _cut_off(what: str) -> RemoteError:
    return RemoteError(f"AWS's answer about {what} was cut off", untouched=what, next_step="run the same command again")


def explained(error: Failure, what: str) -> ReleaseError:
    """The refusal of a call about ``what``: MachineError for credentials, else RemoteError."""
    if isinstance(error, ResponseParserError):
        return _cut_off(what)
    if isinstance(error, _NO_CREDENTIALS) or code_of(error) in _BAD_CREDENTIALS:
        return MachineError(
            f"there are no valid AWS credentials: {error}",
            untouched=what,
            next_step="aws sso login, or check the role that this job takes",
        )
    if denied(error):
        return RemoteError(
            f"this role may not look at or change {what}: {error}",
            untouched=what,
            next_step="check the role in pipeline.yaml",
        )
    return RemoteError(f"AWS refused for {what}: {error}", untouched=what, next_step="run the same command again")
