"""``[checks]`` of release.toml: the team's own checks, which the workflows run before anything is published."""

from __future__ import annotations

from dataclasses import dataclass

from release.toml import Table


@dataclass(frozen=True)
class Checks:
    """Commands as a shell takes them; "" where none is named."""

    test: str = ""
    images: str = ""


def parse_checks(table: Table) -> Checks:
    """The table ``[checks]``. Raises UsageError."""
    checks = Checks(
        test=table.text_of(
            "test",
            "",
            doc="The repository's own checks, as a shell takes them: `make test`. Pull requests, the merge queue and "
            "main run it in a job that can only read the repository, and nothing is published that it refuses.",
            unset="none are run, and the run says so",
        ),
        images=table.text_of(
            "images",
            "",
            doc="Checks of the built images, which the engine then knows under the names in `RELEASE_IMAGE_<NAME>` "
            "(`orders-api` is `RELEASE_IMAGE_ORDERS_API`). Pull requests and the merge queue run it.",
            unset="none are run, and the run says so",
        ),
    )
    table.done()
    return checks
