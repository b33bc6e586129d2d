"""VEX statements (OpenVEX specification 0.2.0): what a vendor or we ourselves say about not being affected.

Statements override each other: of those about one vulnerability of one product the last word counts, in the order of
their timestamps, and of equal ones the later in the document ("The VEX Statement", "Inheritance Flow"). It takes a
finding out of the verdict only when its status is ``not_affected``, it gives one of the specification's justifications,
and it names the very product. Anything else is told in the verdict and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from packageurl import PackageURL

from release.gate.findings import Finding, FindingKind
from release.gate.policy import purl_covers

#: OpenVEX specification, "Status Justifications"
JUSTIFICATIONS = frozenset(
    {
        "component_not_present",
        "vulnerable_code_not_present",
        "vulnerable_code_not_in_execute_path",
        "vulnerable_code_cannot_be_controlled_by_adversary",
        "inline_mitigations_already_exist",
    }
)
NOT_AFFECTED = "not_affected"

#: A registry of ours whose account nobody named: Amazon ECR user guide, "Amazon ECR registries".
_ECR = re.compile(r"[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\Z")


@dataclass(frozen=True)
class ImageName:
    """What a package URL may say of an image.

    Attributes:
        name: its name in release.toml.
        digest: of its manifest.
        repository: where it is: ``host/path``, or the path alone where the host is not known; "" when nothing is known.
        architecture: ``amd64``, ``arm64``; "" when it is not known.
    """

    name: str
    digest: str
    repository: str = ""
    architecture: str = ""


@dataclass(frozen=True)
class Product:
    """What a statement is about: a package, or an image with some of its packages (none named: all of them)."""

    purl: str
    subcomponents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statement:
    """One statement of a document.

    Attributes:
        names: the vulnerability's identifier and aliases.
        time: when it was known to be true; the document's time where it has none of its own.
    """

    source: str
    names: frozenset[str]
    status: str
    justification: str
    products: tuple[Product, ...]
    time: datetime

    def why_not_applied(self) -> str:
        """Why the statement can take nothing out of a verdict, or ""."""
        if self.status != NOT_AFFECTED:
            return f"its status is {self.status}; only {NOT_AFFECTED} takes a finding out"
        if not self.justification:
            return "it gives no justification"
        if self.justification not in JUSTIFICATIONS:
            return f"{self.justification!r} is no justification that OpenVEX knows"
        if not self.products:
            return "it names no product"
        return ""

    def names_vulnerability(self, finding: Finding) -> bool:
        """Whether the statement is about this vulnerability, of whatever product."""
        return finding.kind is FindingKind.VULNERABILITY and not self.names.isdisjoint(finding.names)

    def names_product(self, finding: Finding, image: ImageName) -> bool:
        """Whether one of its products is the finding's package, or the image that holds it."""
        sure = self.status == NOT_AFFECTED
        return any(_matches(product, finding, image, sure=sure) for product in self.products)


def last_word(statements: Sequence[Statement], finding: Finding, image: ImageName) -> Statement | None:
    """The statement that counts for ``finding`` in ``image``; None when there is none about it."""
    said = [each for each in statements if each.names_vulnerability(finding) and each.names_product(finding, image)]
    return sorted(said, key=lambda each: each.time)[-1] if said else None


def notes(statements: Sequence[Statement], findings: Iterable[Finding], image: ImageName) -> set[str]:
    """What is to say about statements on these findings that took nothing out."""
    found, known = set(), list(findings)
    for statement in statements:
        named = [finding for finding in known if statement.names_vulnerability(finding)]
        counted = {last_word(statements, each, image) for each in named if statement.names_product(each, image)}
        why = statement.why_not_applied()
        if not why and not counted:
            why = "none of its products is what was found"
        elif not why and statement not in counted:
            why = " and ".join(sorted(f"{each.source} is newer" for each in counted if each))
        if named and why:
            found.add(f"VEX not applied: {statement.source} ({sorted(statement.names)[0]}): {why}")
    return found


def _matches(product: Product, finding: Finding, image: ImageName, *, sure: bool) -> bool:
    if not product.purl.startswith("pkg:oci/"):
        # A package as the product has no parts here: parts named all the same would narrow it to something unseen.
        return not product.subcomponents and purl_covers(product.purl, finding.purl)
    if not _is_image(product.purl, image, sure=sure):
        return False
    return not product.subcomponents or any(purl_covers(part, finding.purl) for part in product.subcomponents)


def _is_image(text: str, image: ImageName, *, sure: bool) -> bool:
    """Whether a package URL of type oci names ``image`` (package-url/purl-spec, "oci": name, version, qualifiers).

    Args:
        sure: what cannot be compared (a tag, which an image has only later) means no; else it is passed over.
    """
    try:
        purl = PackageURL.from_string(text)
    except ValueError:
        return False
    _, path = _host_and_path(image.repository)
    if purl.name != (path.rpartition("/")[2] or image.name) or (purl.version or image.digest) != image.digest:
        return False
    qualifiers = dict(purl.qualifiers or {})
    url, architecture = qualifiers.pop("repository_url", ""), qualifiers.pop("arch", "")
    if (url and not _is_at(url, image.repository)) or (architecture and architecture != image.architecture):
        return False
    return not (sure and (qualifiers or purl.subpath))


def _is_at(url: str, repository: str) -> bool:
    host, path = _host_and_path(re.sub(r"\A[a-z]+://", "", url).rstrip("/"))
    our_host, our_path = _host_and_path(repository)
    if not our_path or path != our_path:
        return False
    return not host or (host == our_host if our_host else bool(_ECR.match(host)))


def _host_and_path(repository: str) -> tuple[str, str]:
    """``host/path`` in two, as image references are read: the first part is a host when it has a dot or a port."""
    first, slash, rest = repository.partition("/")
    return (first, rest) if slash and re.search(r"[.:]|\Alocalhost\Z", first) else ("", repository)
