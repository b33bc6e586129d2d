"""HTTP with one registry: signed in, retried, and every failure an error that says what was left as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urljoin

import urllib3

from release.adapters.unanswered import why
from release.digest import sha256
from release.errors import NotFoundError, RemoteError

#: Answers of a registry that may be well again in a moment.
PASSING = (429, 500, 502, 503, 504)

_Body = bytes | Iterator[bytes] | None


class RegistryHttp:
    """Requests to one registry; paths are below ``/v2/``.

    Args:
        host: ``host[:port]``; plain HTTP is spoken with localhost only.
        authorization: gives the ``Authorization`` header's value, or "".
        backoff: seconds before the second retry, doubled at each one after it.
    """

    def __init__(self, host: str, authorization: Callable[[], str], *, backoff: float) -> None:
        local = host.partition(":")[0] in ("localhost", "127.0.0.1")
        self.base = f"{'http' if local else 'https'}://{host}/v2/"
        self.authorization = authorization
        self.retries = urllib3.Retry(
            total=4,
            backoff_factor=backoff,
            status_forcelist=PASSING,
            allowed_methods=("GET", "HEAD", "POST"),  # POST only begins an upload; one begun twice is forgotten
            raise_on_status=False,
        )
        self.pool = urllib3.PoolManager(retries=self.retries, timeout=urllib3.Timeout(connect=10, read=120))

    def request(
        self,
        method: str,
        path: str,
        body: _Body = None,
        headers: Mapping[str, str] | None = None,
        *,
        whole: bool = True,
        again: bool = False,
    ) -> urllib3.BaseHTTPResponse:
        """The registry's answer, whatever its status. Raises RemoteError when there is none.

        Args:
            whole: read its body too; otherwise ``pieces`` does.
            again: asking for the same once more changes nothing, whatever the method; ``body`` is bytes.
        """
        authorization = self.authorization()
        sent = {**(headers or {}), **({"Authorization": authorization} if authorization else {})}
        url, get = urljoin(self.base, path), method == "GET"
        retries = self.retries.new(allowed_methods=None) if again else self.retries
        try:
            return self.pool.request(
                method, url, body=body, headers=sent, redirect=get, preload_content=whole, retries=retries
            )
        except urllib3.exceptions.HTTPError as error:
            raise self._silent(error) from error

    def get(self, path: str, digest: str, accept: str = "") -> bytes:
        """What is there under ``digest``, verified. Raises NotFoundError, RemoteError."""
        answer = self.request("GET", path, headers={"Accept": accept} if accept else {})
        self.expect(answer, (200,), path, digest)
        if sha256(answer.data) != digest:
            raise RemoteError(f"the registry's answer for {digest} has another digest")
        return answer.data

    def pieces(self, answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        """The body of an answer that was not read whole. Raises RemoteError when it breaks off."""
        try:
            yield from answer.stream(1 << 20)
        except urllib3.exceptions.HTTPError as error:
            raise self._silent(error) from error

    def expect(self, answer: urllib3.BaseHTTPResponse, statuses: tuple[int, ...], what: str, digest: str = "") -> None:
        """Raises RemoteError unless the answer has one of ``statuses``; NotFoundError when ``digest`` is not there."""
        if answer.status in statuses:
            return
        if digest and answer.status == 404:
            raise NotFoundError(
                f"{what.rpartition('/')[0]} has no {digest}",
                untouched="everything",
                next_step="release another version",
            )
        body = answer.data[:300].decode(errors="replace").strip() if answer.data else ""
        raise RemoteError(
            f"the registry answered {answer.status} for {what}: {body}",
            untouched="every tag",
            next_step="run the same command again; what arrived is kept",
        )

    def _silent(self, error: Exception) -> RemoteError:
        return RemoteError(
            f"the registry at {self.base} did not answer: {why(error)}",
            untouched="every tag",
            next_step="run the same command again; what arrived is kept",
        )
