"""Which images Amazon ECR's lifecycle policies expire, as its user guide tells it.

Amazon ECR User Guide, "Automate the cleanup of images by using lifecycle policies in Amazon ECR", How lifecycle
policies work and Lifecycle policy evaluation rules:

- All rules are evaluated at the same time, whatever their priority; then they are applied, the lowest number first.
- An image is expired by exactly one rule, or by none.
- An image that matches the tagging requirements of a rule cannot be expired by a rule with a lower priority.
- A rule never marks what one of a higher priority marked, but it still counts it as if it were there.
- Only one rule may select untagged images; one for ``any`` comes last ("Lifecycle policy properties", tagStatus).
- Of a ``tagPatternList`` (or ``tagPrefixList``) all patterns must match, each any of the image's tags; ``*`` stands for
  anything, at most four times.
- ``imageCountMoreThan``: sorted from youngest to oldest, all beyond the count. ``sinceImagePushed``: all that were
  pushed longer ago than so many days.
- What a manifest list references cannot expire before the list.

It says nothing of untagged artifacts whose subject is there (the referrers of an image): they are taken for untagged
images, which is the worse case.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Image:
    """One manifest of a repository; ``parts`` are those that it lists as a manifest list."""

    digest: str
    tags: tuple[str, ...]
    pushed: datetime
    parts: tuple[str, ...] = ()


def expired(policy: Mapping[str, Any], images: Sequence[Image], now: datetime) -> set[str]:
    """The digests that expire. Asserts that ECR would take the policy."""
    rules = sorted(policy["rules"], key=lambda rule: rule["rulePriority"])
    _check(rules)
    marked: set[str] = set()
    seen: set[str] = set()
    for rule in rules:
        chosen = rule["selection"]
        matching = [image for image in images if _matches(chosen, image.tags)]
        marked |= {image.digest for image in _beyond(chosen, matching, now)} - seen
        seen |= {image.digest for image in matching}
    held = {part for image in images if image.digest not in marked for part in image.parts}
    return marked - held


def _check(rules: Sequence[Mapping[str, Any]]) -> None:
    assert rules, "a policy has rules"
    assert len({rule["rulePriority"] for rule in rules}) == len(rules), "each rulePriority once"
    statuses = [rule["selection"]["tagStatus"] for rule in rules]
    assert statuses.count("untagged") <= 1, "only one rule may select untagged images"
    assert "any" not in statuses[:-1], "a rule for any comes last"
    for rule in rules:
        chosen = rule["selection"]
        assert rule["action"] == {"type": "expire"}
        assert set(chosen) <= {"tagStatus", "tagPatternList", "tagPrefixList", "countType", "countUnit", "countNumber"}
        lists = {"tagPatternList", "tagPrefixList"} & set(chosen)
        assert len(lists) == (1 if chosen["tagStatus"] == "tagged" else 0)
        assert all(pattern.count("*") <= 4 for pattern in chosen.get("tagPatternList", ()))
        assert chosen["countNumber"] >= 1
        assert chosen["countType"] in ("imageCountMoreThan", "sinceImagePushed")
        assert chosen.get("countUnit") == ("days" if chosen["countType"] == "sinceImagePushed" else None)


def _matches(chosen: Mapping[str, Any], tags: Collection[str]) -> bool:
    if chosen["tagStatus"] != "tagged":
        return chosen["tagStatus"] == "any" or not tags
    patterns = chosen.get("tagPatternList") or [f"{prefix}*" for prefix in chosen["tagPrefixList"]]
    forms = [re.compile(".*".join(map(re.escape, pattern.split("*"))) + r"\Z") for pattern in patterns]
    return all(any(form.match(tag) for tag in tags) for form in forms)


def _beyond(chosen: Mapping[str, Any], images: Sequence[Image], now: datetime) -> Sequence[Image]:
    if chosen["countType"] == "imageCountMoreThan":
        return sorted(images, key=lambda image: image.pushed, reverse=True)[chosen["countNumber"] :]
    limit = now - timedelta(days=chosen["countNumber"])
    return [image for image in images if image.pushed < limit]
