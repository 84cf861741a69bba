"""The macros in DuckDB against Python's own arithmetic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

# The first example of a macro pays for its compilation.
settings.register_profile("sql", deadline=None)
settings.load_profile("sql")

COUNTS = st.integers(0, 10**9)
POSITIVE = st.integers(1, 10**9)
DECIMALS = st.integers(0, 4)
DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31))


@pytest.fixture(scope="session")
def evaluate(render: Callable[[str], str]) -> Callable[..., Any]:
    """Value of a macro call whose arguments are columns, for one row of values."""
    con = duckdb.connect()
    calls: dict[str, str] = {}

    def run(call: str, **row: Any) -> Any:
        if call not in calls:
            calls[call] = render("{{ " + call + " }}")
        columns = ", ".join(f"${name} as {name}" for name in row)
        (value,) = con.execute(f"select {calls[call]} from (select {columns})", row).fetchone() or (None,)
        return value

    return run


def half_up(numerator: int, denominator: int, decimals: int) -> float:
    exact = Decimal(numerator) / Decimal(denominator)
    return float(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


@given(numerator=st.integers(-(10**9), 10**9), denominator=POSITIVE, decimals=DECIMALS)
def test_round_half_up(evaluate, numerator, denominator, decimals):
    value = evaluate(
        "round_half_up('numerator', 'denominator', 'decimals')",
        numerator=numerator,
        denominator=denominator,
        decimals=decimals,
    )
    assert value == half_up(numerator, denominator, decimals)


@given(whole=st.integers(0, 10**6), decimals=DECIMALS)
def test_a_tie_goes_away_from_zero(evaluate, whole, decimals):
    """Ties are what binary floats and bankers' rounding miss."""
    numerator, denominator = 2 * whole + 1, 2 * 10**decimals
    call = "round_half_up('numerator', 'denominator', 'decimals')"
    row = {"denominator": denominator, "decimals": decimals}
    assert evaluate(call, numerator=numerator, **row) == (whole + 1) / 10**decimals
    assert evaluate(call, numerator=-numerator, **row) == -(whole + 1) / 10**decimals


@given(part=COUNTS, whole=POSITIVE, decimals=st.sampled_from([1, 2]))
def test_pct(evaluate, part, whole, decimals):
    assert evaluate(f"pct('part', 'whole', {decimals})", part=part, whole=whole) == half_up(100 * part, whole, decimals)


@given(earlier=POSITIVE, later=COUNTS)
def test_pct_change_is_on_the_earlier(evaluate, earlier, later):
    expected = half_up(100 * (later - earlier), earlier, 2)
    assert evaluate("pct_change('earlier', 'later', 2)", earlier=earlier, later=later) == expected


@pytest.mark.parametrize(
    ("earlier", "later", "change"),
    [(1942, 2429, 25.08), (2429, 2478, 2.02), (750, 605, -19.33), (605, 715, 18.18), (715, 740, 3.50), (740, 685, -7.43)],
)
def test_the_changes_that_the_publication_has_wrong(evaluate, earlier, later, change):
    assert evaluate("pct_change('earlier', 'later', 2)", earlier=earlier, later=later) == change


def test_a_share_of_nothing_is_no_number(evaluate):
    assert evaluate("pct('part', 'whole', 1)", part=0, whole=0) is None
    assert evaluate("pct_change('earlier', 'later', 1)", earlier=0, later=5) is None


@given(day=DAYS)
def test_financial_year(evaluate, day):
    start = day.year if (day.month, day.day) >= (4, 1) else day.year - 1
    assert evaluate("financial_year('day')", day=day) == f"{start}/{(start + 1) % 100:02d}"


@given(day=DAYS)
def test_a_financial_year_is_the_same_from_april_to_march(evaluate, day):
    april = dt.date(day.year if day.month >= 4 else day.year - 1, 4, 1)
    march = dt.date(april.year + 1, 3, 31)
    label = evaluate("financial_year('day')", day=day)
    assert label == evaluate("financial_year('day')", day=april) == evaluate("financial_year('day')", day=march)
    assert label != evaluate("financial_year('day')", day=march + dt.timedelta(days=1))


@given(figure=st.decimals(0, 10**6, places=2), zeros=st.sampled_from(["", "0", "00"]))
def test_trailing_zeros_are_the_same_figure(evaluate, figure, zeros):
    assert evaluate("same_figure('a', 'b', '0')", a=str(figure), b=f"{figure}{zeros}") is True


@pytest.mark.parametrize(
    ("published", "computed", "same"),
    [("205", "206", True), ("205", "208", False), ("July 2023", "July 2023", True), ("July 2023", "May 2022", False)],
)
def test_figures_within_a_tolerance_or_equal_as_text(evaluate, published, computed, same):
    assert evaluate("same_figure('a', 'b', '2.05')", a=published, b=computed) is same


@pytest.mark.parametrize(
    ("published", "computed", "same"),
    [
        ("Midnight to 4am. Saturday morning", "midnight to 4am, Saturday morning", True),
        ("Midnight to 4am", "Midnight to 4 am", False),
        ("Erewash", "Bolsover", False),
        ("1.5", "15", False),
    ],
)
def test_text_is_the_same_where_its_words_are(evaluate, published, computed, same):
    assert evaluate("same_figure('a', 'b', '0')", a=published, b=computed) is same


@pytest.mark.parametrize(
    ("hour", "words", "part"),
    [(0, "midnight", "morning"), (4, "4am", "morning"), (12, "noon", "afternoon"), (19, "7pm", "evening"), (23, "11pm", "night")],
)
def test_hours_in_words(evaluate, hour, words, part):
    assert evaluate("hour_in_words('hour')", hour=hour) == words
    assert evaluate("part_of_day('hour')", hour=hour) == part


def test_nothing_computed_is_not_the_same(evaluate):
    assert evaluate("same_figure('a', 'b', '0')", a="205", b=None) is False


@pytest.mark.parametrize(
    ("period", "later"),
    [("2022/23", "2023/24"), ("1998/99", "1999/00"), ("2024-03-31", "2025-03-31"), ("2023", "2024"), (None, None)],
)
def test_a_period_a_year_later(evaluate, period, later):
    assert evaluate("years_later('cast(period as varchar)', 1)", period=period) == later
    if later:
        assert evaluate("years_later('cast(period as varchar)', -1)", period=later) == period
