"""Why an HTTP request got no answer, in words for whoever reads the error: urllib3 names its own classes."""

from __future__ import annotations

from urllib3 import exceptions

#: The first that fits: some of them are kinds of others.
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.NameResolutionError, "its name cannot be resolved from here"),
    (exceptions.NewConnectionError, "it takes no connection"),
    (exceptions.ProxyError, "the proxy that the environment names does not let through"),
    (exceptions.SSLError, "its certificate is not trusted here"),
    (exceptions.ConnectTimeoutError, "no connection came about in time"),
    (exceptions.ReadTimeoutError, "it was silent for too long"),
    (exceptions.IncompleteRead, "the answer broke off"),
    (exceptions.ProtocolError, "the connection broke off"),
)


def why(error: Exception) -> str:
    """What ended ``error``'s last try, and what urllib3 says of it where that adds something."""
    last = error.reason if isinstance(error, exceptions.MaxRetryError) and error.reason else error
    for kind, words in _WORDS:
        if isinstance(last, kind):
            cause = last.__cause__ or last.__context__
            said = str(cause) if isinstance(last, exceptions.SSLError | exceptions.ProxyError) and cause else ""
            return f"{words} ({_line(said)})" if said else words
    return _line(str(last))


def _line(text: str) -> str:
    return " ".join(text.split())[:300]
