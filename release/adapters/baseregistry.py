"""The Bases port: the registries that Dockerfiles name, asked for the digest of a tag (HEAD) and nothing else.

Signing in is what ``docker build`` would do: a registry answers 401 and says where a token is to be had (CNCF
Distribution, "Token Authentication Specification"), anonymously or with what ``docker login`` left on this machine.
"""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Callable, Mapping
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

from release.adapters.unanswered import why
from release.digest import is_digest, sha256
from release.errors import NotFoundError, RemoteError
from release.images.model import BaseImage
from release.images.reference import Reference, parse_reference
from release.oci import DOCKER_LIST, IMAGE_MANIFESTS, OCI_INDEX

log = logging.getLogger("release.build")

_ACCEPT = {"Accept": ", ".join((OCI_INDEX, DOCKER_LIST, *sorted(IMAGE_MANIFESTS)))}
_CHALLENGE = re.compile(r'([a-zA-Z]+)="([^"]*)"')
#: Where Docker Hub speaks the registry protocol (github.com/moby/moby, registry/config.go).
_HUB = {"docker.io": "registry-1.docker.io"}

Credentials = Callable[[str], tuple[str, str] | None]


class BaseRegistry:
    """Every registry there is, by the host in an image's name.

    Args:
        credentials: ``(user, password)`` for a host, or None to be nobody.
        backoff: seconds before the second retry, doubled at each one after it.
    """

    def __init__(self, credentials: Credentials = lambda _host: None, *, backoff: float = 0.5) -> None:
        self.credentials = credentials
        self.retries = urllib3.Retry(
            total=3, backoff_factor=backoff, status_forcelist=(429, 500, 502, 503, 504), raise_on_status=False
        )
        self._found: dict[str, BaseImage] = {}
        self._pools: dict[str, urllib3.PoolManager] = {}

    def find(self, name: str) -> BaseImage:
        """See :class:`release.images.ports.Bases`. One request an image, however often it is named in a run."""
        reference = parse_reference(name)
        if reference is None:
            raise NotFoundError(
                f"{name!r} is no name of an image", untouched="everything", next_step="mend the line that names it"
            )
        if reference.digest:
            return BaseImage(name, reference.digest)
        if name not in self._found:
            self._found[name] = BaseImage(name, self._digest(reference, name))
        return self._found[name]

    def _digest(self, reference: Reference, name: str) -> str:
        host = _HUB.get(reference.host, reference.host)
        url = f"{'http' if _is_local(host) else 'https'}://{host}/v2/{reference.repository}/manifests/{reference.tag}"
        answer = self._request("HEAD", url, _ACCEPT, name)
        headers = _ACCEPT
        if answer.status == 401:
            headers = _ACCEPT | self._signed(answer.headers.get("WWW-Authenticate", ""), reference, name)
            answer = self._request("HEAD", url, headers, name)
        self._expect(answer, name)
        digest = answer.headers.get("Docker-Content-Digest", "")
        if is_digest(digest):
            return digest
        answer = self._request("GET", url, headers, name)  # the header is a SHOULD (specification, "Pulling manifests")
        self._expect(answer, name)
        return sha256(answer.data)

    def _signed(self, challenge: str, reference: Reference, name: str) -> dict[str, str]:
        """The header that answers a challenge."""
        kind, _, rest = challenge.partition(" ")
        known = self.credentials(reference.host)
        basic = {"Authorization": "Basic " + base64.b64encode(":".join(known).encode()).decode()} if known else {}
        if kind.lower() == "basic" and basic:
            return basic
        facts = dict(_CHALLENGE.findall(rest))
        realm = urlsplit(facts.get("realm", ""))
        if kind.lower() != "bearer" or not (realm.scheme == "https" or _is_local(realm.netloc)):
            raise _refused(name, reference.host)
        query = {key: facts[key] for key in ("service", "scope") if key in facts}
        query.setdefault("scope", f"repository:{reference.repository}:pull")
        answer = self._request("GET", f"{facts['realm']}?{urlencode(query)}", basic, name)
        if answer.status in (401, 403):
            raise _refused(name, reference.host)
        self._expect(answer, name)
        try:
            found = answer.json()
            return {"Authorization": f"Bearer {found.get('token') or found['access_token']}"}
        except (ValueError, KeyError, AttributeError) as error:
            raise RemoteError(f"{urljoin(facts['realm'], '/')} gave no token for {name}") from error

    def _request(self, method: str, url: str, headers: Mapping[str, str], name: str) -> urllib3.BaseHTTPResponse:
        log.debug("%s %s", method, url)
        try:
            return self._pool(url).request(method, url, headers=dict(headers))
        except urllib3.exceptions.HTTPError as error:
            raise RemoteError(
                f"the registry of {name} did not answer: {why(error)}",
                untouched="everything",
                next_step="run it again; or name the image by digest (…@sha256:…), which asks nobody",
            ) from error

    def _pool(self, url: str) -> urllib3.PoolManager:
        """Through the proxy that the environment names for ``url`` (HTTPS_PROXY, NO_PROXY), as every tool does."""
        parts = urlsplit(url)
        direct = _is_local(parts.netloc) or proxy_bypass(parts.netloc)
        proxy = "" if direct else getproxies().get(parts.scheme, "")
        if proxy not in self._pools:
            timeout = urllib3.Timeout(connect=10, read=30)
            self._pools[proxy] = (
                urllib3.ProxyManager(proxy, retries=self.retries, timeout=timeout)
                if proxy
                else urllib3.PoolManager(retries=self.retries, timeout=timeout)
            )
        return self._pools[proxy]

    def _expect(self, answer: urllib3.BaseHTTPResponse, name: str) -> None:
        if answer.status in (401, 403):
            reference = parse_reference(name)
            raise _refused(name, reference.host if reference else name)
        if answer.status == 404:
            raise NotFoundError(
                f"there is no image {name}",
                untouched="everything",
                next_step="correct the name; a stage must have it in an AS, letter for letter",
            )
        if answer.status != 200:
            raise RemoteError(
                f"the registry answered {answer.status} for {name}",
                untouched="everything",
                next_step="run it again; or name the image by digest (…@sha256:…), which asks nobody",
            )


def _is_local(host: str) -> bool:
    return host.rpartition("@")[2].partition(":")[0] in ("localhost", "127.0.0.1")


def _refused(name: str, host: str) -> NotFoundError:
    return NotFoundError(
        f"there is no image {name}, or it may not be read without signing in",
        untouched="everything",
        next_step=f"docker login {host}, or correct the name",
    )
