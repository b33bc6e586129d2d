"""The page of figures: whole in itself, and no member's text is anything but text in it."""

import json
import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from conftest import BUCKET, START, Clock, Context
from function_report_file import MEMBERS, parquet

from report import charts
from report.figures import all_figures
from report.members import read_members, stays
from report.page import to_html
from report.retention import LEFT, STAYED, retention
from report.routes import make_api
from shared.members_file import key_for
from shared.store import CurrentFile

AS_OF = date(2025, 3, 30)
FILE = CurrentFile("analytics/parquet/members/members_20250330_112233.parquet", 1, "2025-03-30T11:22:33+00:00", 4, None)


class Page(HTMLParser):
    """Elements with their attributes, text by element; unclosed elements are told."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append((self.open[-1] if self.open else "", data))


def page(rows: list[dict[str, Any]]) -> str:
    members = read_members(parquet(rows))
    return to_html(FILE, [*all_figures(members, AS_OF), retention(stays(members), AS_OF)])


def test_page_has_a_sentence_a_plot_and_a_table_for_each_figure() -> None:
    read = Page(page([*MEMBERS, {"region": "Zeeland", "joined_on": "2010-01-01"}]))
    assert read.open == []
    names = [tag for tag, _ in read.elements]
    assert names.count("section") == names.count("table") == names.count("h2") == 6
    plots = [attributes for tag, attributes in read.elements if tag == "svg"]
    assert len(plots) == 6
    assert all(plot["role"] == "img" and plot["aria-label"] for plot in plots)
    cells = [text for element, text in read.text if element == "td"]
    assert {"Utrecht", "Zeeland", "unknown"} <= set(cells)


def test_page_takes_nothing_from_elsewhere_and_runs_nothing() -> None:
    html = page(MEMBERS)
    read = Page(html)
    assert {"script", "link", "img", "iframe", "object", "form", "base"}.isdisjoint(tag for tag, _ in read.elements)
    assert not re.search(r"""https?:|url\(|@import|src=|href=| on\w+=""", html)
    assert "prefers-color-scheme:dark" in html


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title><b>", "a&amp;b"]
)
def test_text_of_a_member_is_never_markup(text: str) -> None:
    read = Page(page([{"region": text, "membership_type": text, "status": text, "joined_on": "2010-01-01"}]))
    assert {"script", "img", "b"}.isdisjoint(tag for tag, _ in read.elements)
    assert ("td", text) in read.text


def test_page_of_no_members_is_a_page() -> None:
    assert "There are no members." in page([])


def test_many_regions_are_told_whole_in_the_table_and_shortened_in_the_plot() -> None:
    html = page([{"region": f"Region {number:03d}", "joined_on": "2010-01-01"} for number in range(50)])
    assert "30 others" in html
    assert "Region 049" in html


def test_long_label_is_cut_in_the_plot_and_whole_in_its_title() -> None:
    drawn = charts.bars([("x" * 40, 1)], "about")
    assert f"<title>{'x' * 40}: 1</title>" in drawn
    assert f">{'x' * 25}…<" in drawn


@pytest.mark.parametrize(
    ("largest", "last"), [(0, 1), (1, 1), (5, 5), (6, 6), (11, 15), (99, 100), (1228, 1500), (10**6, 10**6)]
)
def test_axis_ends_at_a_round_number_not_below_the_largest(largest: int, last: int) -> None:
    ticks = [text for _, text in Page(charts.columns(["a"], [("members", [largest])], "")).text]
    assert f"{last:,}" in ticks


# retention


def test_retention_counts_whole_years_of_those_who_were_there_when_they_began() -> None:
    found = retention(
        [
            (date(2020, 5, 1), None, False),
            (date(2020, 12, 31), date(2022, 1, 1), True),
            (date(2021, 1, 1), date(2021, 6, 1), True),  # in no year's beginning
            (date(2022, 6, 1), date(2025, 2, 1), True),  # left in the year that is not over
            (None, None, False),
            (date(2020, 1, 1), None, True),
        ],
        AS_OF,
    )
    assert found.rows == (
        *((2021, STAYED, 2), (2021, LEFT, 0)),
        *((2022, STAYED, 1), (2022, LEFT, 1)),
        *((2023, STAYED, 2), (2023, LEFT, 0)),
        *((2024, STAYED, 2), (2024, LEFT, 0)),
        (None, "unknown", 2),
    )
    records = found.records()
    assert records[1] == {"year": 2022, "members": 2, "stayed": 1, "left": 1, "retention": 0.5, "churn": 0.5}
    assert records[-1]["members"] == 2


def test_member_of_the_year_one_makes_no_endless_table() -> None:
    rows = retention([(date(1, 1, 1), None, False)], AS_OF).rows
    assert [row[0] for row in rows[::2]] == list(range(1925, 2025))


def test_nobody_has_no_retention() -> None:
    assert retention([], AS_OF).rows == ()


# the route


def test_browser_gets_the_page_with_a_policy_that_runs_nothing(
    s3: Any, config: Any, store: Any, verifier: Any, clock: Clock, log: Any, event: Callable[..., Any], context: Context
) -> None:
    metadata = {"generated-at": START.isoformat(), "record-count": "4"}
    s3.put_object(Bucket=BUCKET, Key=key_for(START), Body=parquet(MEMBERS), Metadata=metadata)
    api = make_api(config, store, clock, verifier, log)
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    answer = api(event("GET", "/members/report", ["Members_Read_All"], {"Accept": accept}), context)
    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer["headers"]["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Accept" in answer["headers"]["Vary"]
    assert "<h1>Member report</h1>" in answer["body"]
    answer = api(event("GET", "/members/report", ["Members_Read_All"]), context)
    retained = json.loads(answer["body"])["retention_per_year"]
    assert retained[0] == {"year": 2021, "members": 2, "stayed": 2, "left": 0, "retention": 1.0, "churn": 0.0}
