"""The two functions agree: what export writes, report counts."""

import json
import logging
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import FUNCTION_ROOT, Clock, Context

from export.generate import Generator
from report.routes import make_api
from shared.auth import Verifier
from shared.config import Config


def test_report_counts_every_member_that_export_wrote(
    generator: Generator,
    put_member: Callable[..., None],
    event: Callable[..., dict[str, Any]],
    context: Context,
    verifier: Verifier,
    clock: Clock,
    log: logging.Logger,
    config: Config,
) -> None:
    regions: list[Any] = ["Utrecht", "Zeeland", None, Decimal(7)]
    for number in range(40):
        put_member(
            f"M{number}", region=regions[number % 4], membership_type="Gewoon", joined_on=f"20{number % 20:02d}-01-31"
        )
    made = generator.run(lambda: 300.0)
    answer = make_api(config, generator.store, clock, verifier, log)(
        event("GET", "/members/report", ["Members_Read_All"]), context
    )
    content = json.loads(answer["body"])
    assert content["record_count"] == made.record_count == 40
    assert {row["region"]: row["members"] for row in content["regions"]} == {
        "Utrecht": 10,
        "Zeeland": 10,
        "7": 10,
        "unknown": 10,
    }
    for figure in ("regions", "membership", "age_bands", "joined_per_year"):
        assert sum(row["members"] for row in content[figure]) == 40


@pytest.mark.parametrize(
    ("package", "never"),
    [("shared", ("export", "report", "pandas")), ("export", ("report", "pandas")), ("report", ("export",))],
)
def test_package_imports_nothing_that_its_image_lacks(package: str, never: tuple[str, ...]) -> None:
    sources = sorted(Path(FUNCTION_ROOT, package).glob("*.py"))
    lines = [line.strip() for source in sources for line in source.read_text().splitlines()]
    imports = [line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))]
    assert imports
    assert not set(imports) & set(never)
