"""The figures, computed with pandas. Pure. Every member is counted once in each figure, under UNKNOWN if need be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from report.members import BIRTH_DATE, JOINED_ON, LEFT_ON, MEMBERSHIP_TYPE, REGION, STATUS, UNKNOWN

MEMBERS, AGE_BAND, YEAR = "members", "age_band", "year"
BAND_STARTS = (0, 18, 30, 40, 50, 60, 70, 80)
BAND_NAMES = ("0-17", "18-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+")


@dataclass(frozen=True)
class Figure:
    """A small table: the columns it is grouped by, and a row per group, its number of members last."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | None, ...], ...]

    def records(self) -> Sequence[Mapping[str, str | int | float | None]]:
        """The rows as the JSON answer holds them."""
        names = (*self.columns, MEMBERS)
        return [dict(zip(names, row, strict=True)) for row in self.rows]


def all_figures(members: pd.DataFrame, as_of: date) -> list[Figure]:
    """What a board asks for; ages are those on `as_of`."""
    return [
        _counts("regions", members, (REGION,)),
        _counts("membership", members, (MEMBERSHIP_TYPE, STATUS)),
        _age_bands(members, as_of),
        _per_year("joined_per_year", members[JOINED_ON]),
        _per_year("left_per_year", members.loc[members["has_left"].astype(bool), LEFT_ON]),
    ]


def _counts(name: str, members: pd.DataFrame, columns: tuple[str, ...]) -> Figure:
    sizes = members.groupby(list(columns), sort=True).size()
    groups: Sequence[object] = sizes.index.tolist()
    keys = [group if isinstance(group, tuple) else (group,) for group in groups]
    return Figure(name, columns, tuple((*key, int(size)) for key, size in zip(keys, sizes, strict=True)))


def _age_bands(members: pd.DataFrame, as_of: date) -> Figure:
    ages = pd.Series([_age(born, as_of) for born in members[BIRTH_DATE]], dtype="float64")
    bands = pd.cut(ages, [*BAND_STARTS, float("inf")], right=False, labels=list(BAND_NAMES))
    sizes = bands.value_counts(sort=False)
    rows: list[tuple[str | int | None, ...]] = [(name, int(sizes[name])) for name in BAND_NAMES]
    return Figure("age_bands", (AGE_BAND,), (*rows, (UNKNOWN, int(bands.isna().sum()))))


def _age(born: date | None, as_of: date) -> float:
    """Full years; NaN where unknown. Someone born on 29 February has a birthday on 1 March in other years."""
    if born is None:
        return float("nan")
    return as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))


def _per_year(name: str, dates: pd.Series) -> Figure:
    years = pd.Series([None if day is None else day.year for day in dates], dtype="Int64")
    sizes = years.value_counts().sort_index()
    rows: list[tuple[str | int | None, ...]] = [(int(str(year)), int(size)) for year, size in sizes.items()]
    unknown = int(years.isna().sum())
    return Figure(name, (YEAR,), (*rows, (None, unknown)) if unknown else tuple(rows))
