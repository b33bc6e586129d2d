"""Of all products that a customer knows, the ones that they will most likely buy again."""

from collections.abc import Iterable

Pair = tuple[str, ...]


def best(scored: Iterable[tuple[Pair, float]], count: int) -> dict[str, list[str]]:
    """Customer -> products, likeliest first; products that are equally likely by name."""
    found: dict[str, list[tuple[float, str]]] = {}
    for (customer, product), likely in scored:
        found.setdefault(customer, []).append((-likely, product))
    return {customer: [product for _, product in sorted(each)[:count]] for customer, each in sorted(found.items())}
