"""OpenVEX documents (OpenVEX specification 0.2.0): what a vendor or we ourselves say about not being affected.

A statement takes a finding out of the verdict only when its status is ``not_affected``, it gives one of the
specification's justifications, and it names the very product. Anything else is told in the verdict and changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from packageurl import PackageURL

from release.errors import UsageError
from release.gate.findings import Finding, Kind
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
_STATUSES = frozenset({"not_affected", "affected", "fixed", "under_investigation"})


@dataclass(frozen=True)
class Product:
    """What a statement is about: a package, or an image with some of its packages (none named: all of them)."""

    purl: str
    subcomponents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statement:
    """One statement of a document. ``names`` are the vulnerability's identifier and aliases."""

    source: str
    names: frozenset[str]
    status: str
    justification: str
    products: tuple[Product, ...]

    def why_not_applied(self) -> str:
        """Why the statement can take nothing out of a verdict, or ""."""
        if self.status != "not_affected":
            return f"its status is {self.status}; only not_affected takes a finding out"
        if not self.justification:
            return "it gives no justification"
        if self.justification not in JUSTIFICATIONS:
            return f"{self.justification!r} is no justification that OpenVEX knows"
        if not self.products:
            return "it names no product"
        return ""

    def names_vulnerability(self, finding: Finding) -> bool:
        """Whether the statement is about this vulnerability, of whatever product."""
        return finding.kind is Kind.VULNERABILITY and not self.names.isdisjoint(finding.names)

    def names_product(self, finding: Finding, image: str, digest: str) -> bool:
        """Whether one of its products is the finding's package, or the image that holds it."""
        return any(_matches(product, finding, image, digest) for product in self.products)


def parse_vex(text: str, source: str) -> tuple[Statement, ...]:
    """The statements of one document.

    Raises:
        UsageError: it is no OpenVEX document.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise _error(source, f"is not JSON: {error}") from error
    context = document.get("@context", "") if isinstance(document, dict) else ""
    if not str(context).startswith("https://openvex.dev/ns"):
        raise _error(source, "is no OpenVEX document (its @context is not https://openvex.dev/ns/…)")
    statements = document.get("statements")
    if not isinstance(statements, list) or not all(isinstance(item, dict) for item in statements):
        raise _error(source, "holds no list of statements")
    return tuple(_statement(item, f"{source}, statement {n}") for n, item in enumerate(statements, 1))


def _statement(item: Mapping[str, Any], source: str) -> Statement:
    vulnerability = item.get("vulnerability")
    if isinstance(vulnerability, str):  # OpenVEX 0.0.1
        vulnerability = {"name": vulnerability}
    if not isinstance(vulnerability, Mapping) or not isinstance(vulnerability.get("name"), str):
        raise _error(source, "names no vulnerability")
    status = item.get("status")
    if status not in _STATUSES:
        raise _error(source, f"has an unknown status {status!r}")
    return Statement(
        source,
        frozenset((vulnerability["name"], *map(str, vulnerability.get("aliases") or ()))),
        str(status),
        str(item.get("justification") or ""),
        tuple(_product(product) for product in item.get("products") or ()),
    )


def _product(value: object) -> Product:
    if isinstance(value, str):
        return Product(value)
    if not isinstance(value, Mapping):
        return Product("")
    parts: Sequence[object] = value.get("subcomponents") or ()
    return Product(_purl_of(value), tuple(_product(part).purl for part in parts))


def _purl_of(value: Mapping[str, Any]) -> str:
    identifiers = value.get("identifiers")
    purl = identifiers.get("purl") if isinstance(identifiers, Mapping) else None
    return str(purl or value.get("@id") or "")


def _matches(product: Product, finding: Finding, image: str, digest: str) -> bool:
    if not product.purl.startswith("pkg:oci/"):
        # A package as the product has no parts here: parts named all the same would narrow it to something unseen.
        return not product.subcomponents and purl_covers(product.purl, finding.purl)
    try:
        purl = PackageURL.from_string(product.purl)
    except ValueError:
        return False
    if purl.name != image or (purl.version or digest) != digest:
        return False
    return not product.subcomponents or any(purl_covers(part, finding.purl) for part in product.subcomponents)


def _error(source: str, problem: str) -> UsageError:
    return UsageError(
        f"{source} {problem}",
        untouched="everything",
        next_step="mend the document or take it out of gate.vex",
    )
