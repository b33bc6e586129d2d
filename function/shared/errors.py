"""Errors that a caller is told about. Anything else is a fault of ours and answers 500 without details."""

from collections.abc import Mapping


class ApiError(Exception):
    """A refusal. `message` says what is wrong and what to do; it holds no personal data.

    `status` is the HTTP status, `code` a word for programs, `headers` what the answer carries besides.
    """

    status = 500
    code = "internal_error"

    def __init__(self, message: str, *, headers: Mapping[str, str] | None = None, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.headers = dict(headers or {})
        self.details = details


class UnauthorizedError(ApiError):
    """No token, or one that does not hold."""

    status, code = 401, "unauthorized"

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"WWW-Authenticate": "Bearer"})


class ForbiddenError(ApiError):
    """A good token whose groups do not allow the action."""

    status, code = 403, "forbidden"


class NotFoundError(ApiError):
    status, code = 404, "not_found"


class MethodNotAllowedError(ApiError):
    status, code = 405, "method_not_allowed"


class NotAcceptableError(ApiError):
    status, code = 406, "not_acceptable"


class SupersededError(ApiError):
    """Another run's file of the same moment or a later one is the current one. `details["current"]` is its key."""

    status, code = 409, "superseded"


class UnreadableFileError(ApiError):
    """The current member file is no Parquet file or lacks a column that a figure needs."""

    status, code = 502, "unreadable_file"


class UnavailableError(ApiError):
    """A service that is needed does not answer now; nothing changed."""

    status, code = 503, "unavailable"


class DeadlineError(ApiError):
    """The function's time limit would cut the run; it stopped by itself and changed nothing."""

    status, code = 504, "deadline"


class MemoryFullError(ApiError):
    """The function's memory is too small for the table; the run stopped by itself and changed nothing."""

    status, code = 507, "memory_full"


class DiskFullError(ApiError):
    """The function's /tmp is too small for the table."""

    status, code = 507, "disk_full"
