"""XmR control charts: by hand, against an implementation in NumPy that reads no SQL, and in simulations."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray

START = np.datetime64("2019-04")
# Months, and how many series: as the method page states them.
MONTHS, SERIES, SEED = 60, 2000, 16
Floats = NDArray[np.float64]


def days(months: NDArray[np.datetime64]) -> Floats:
    return ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(float)


def months_of(number: int) -> NDArray[np.datetime64]:
    return START + np.arange(number)


@pytest.fixture(scope="session")
def chart(render) -> Callable[..., duckdb.DuckDBPyConnection]:
    """Judge series (rows) of months (columns) by the project's macro; a connection with the table `judged`."""
    sql = render("{{ control_chart('counted') }}")

    def judge(
        events: NDArray[np.int64], exceptional: tuple[int, ...] = (), break_at: int | None = None
    ) -> duckdb.DuckDBPyConnection:
        number, length = events.shape
        con = duckdb.connect()
        con.execute("set threads = 1")
        months = months_of(length)
        frame = {
            "chart": np.repeat(np.arange(number), length),
            "place": np.tile(np.arange(length), number),
            "events": events.ravel().astype(np.int64),
        }
        calendar = {"place": np.arange(length), "month": months.astype("datetime64[D]").astype("datetime64[us]")}
        con.register("frame", frame)
        con.register("calendar", calendar)
        con.execute(
            """create table counted as
               select
                   chart, month::date as month_start, year(month - interval 3 month)::varchar as financial_year, events,
                   list_contains($1, place) as is_exceptional, (place >= $2)::int as segment
               from frame join calendar using (place)""",
            [list(exceptional), break_at if break_at is not None else length],
        )
        con.execute(f"create table judged as from ({sql})")
        return con

    return judge


def simulated(mean: float, amplitude: float, step: float = 1, spike: float = 1, series: int = SERIES) -> NDArray[np.int64]:
    """Poisson counts of so many series, with a season and the lengths of months; a step or a spike in the 37th month."""
    months = months_of(MONTHS)
    season = 1 + amplitude * np.sin(2 * np.pi * (months.astype(int) % 12) / 12)
    expected = np.tile(mean * days(months) / 30.4375 * season, (series, 1))
    expected[:, 36:] *= step
    expected[:, 36] *= spike
    return np.random.default_rng(SEED).poisson(expected)


def factors(per_month: Floats, calendar: NDArray[np.int64]) -> Floats:
    """Seasonal factors: two harmonics of the proportions of whole years."""
    whole = len(per_month) // 12
    if whole < 2:
        return np.ones(len(per_month))
    years = per_month[: 12 * whole].reshape(whole, 12)
    proportion = (years / years.mean(axis=1, keepdims=True)).ravel()
    angle = 2 * np.pi * (calendar + 1) / 12
    waves = [side(wave * angle) for wave in (1, 2) for side in (np.cos, np.sin)]
    return 1 + sum(2 * np.mean(proportion * wave[: 12 * whole]) * wave for wave in waves)


def proven(run: Floats, earlier: Floats) -> str | None:
    """The step that eight months prove against those before them."""
    if len(earlier) < 12:
        return None
    level, error = earlier.mean(), np.abs(np.diff(earlier)).mean() / 1.128 * np.sqrt(1 / 8 + 1 / len(earlier))
    on_one_side = (run > level).all() or (run < level).all()
    if not on_one_side or max(level, run.mean()) < 5 or abs(run.mean() - level) <= 3 * error:
        return None
    return "shift up" if run.mean() > level else "shift down"


def judged_alone(value: float, level: float, reach: float) -> str:
    """The signal of a month that proves nothing."""
    if level < 5:
        return "too few to compare"
    if abs(value - level) <= reach:
        return "no change"
    return "above the limits" if value > level else "below the limits"


def by_hand(events: Floats) -> list[tuple[str, float, float]]:
    """The signal, centre line and upper limit of each month of one series without exceptional months and breaks."""
    months = months_of(len(events))
    length = days(months) / 30.4375
    factor = factors(events / length, months.astype(int) % 12)
    usual = events / length / factor
    found: list[tuple[str, float, float]] = []
    first, before = 0, (np.nan, np.nan)
    for place in range(len(events)):
        baseline = usual[first : min(place, first + 24)]
        if len(baseline) < (8 if first else 12):
            found.append(("too few months", np.nan, np.nan))
            continue
        level, spread = baseline.mean(), np.abs(np.diff(baseline)).mean()
        if len(baseline) < 12:
            spread = before[1] * np.sqrt(level / before[0])
        start = place - 7
        earlier = usual[first : max(first, min(start, first + 24))]
        step = proven(usual[start : place + 1], earlier)
        signal = step or judged_alone(usual[place], level, 2.66 * spread)
        scale = factor[place] * length[place]
        found.append((signal, level * scale, (level + 2.66 * spread) * scale))
        if step:
            first, before = start, (earlier.mean(), np.abs(np.diff(earlier)).mean())
    return found


@pytest.mark.parametrize(
    ("mean", "amplitude", "step"), [(205, 0.2, 1.0), (205, 0.1, 1.3), (40, 0.0, 0.6), (6, 0.2, 1.0), (3, 0.0, 1.0)]
)
def test_the_chart_is_that_of_another_implementation(chart, mean, amplitude, step):
    events = simulated(mean, amplitude, step, series=20)
    columns = "chart, signal, centre_line, upper_control_limit"
    judged = chart(events).execute(f"select {columns} from judged order by chart, month_start").fetchall()
    expected = [(number, *month) for number, series in enumerate(events) for month in by_hand(series.astype(float))]
    assert [row[:2] for row in judged] == [row[:2] for row in expected]
    for column in (2, 3):
        numbers = [np.nan if row[column] is None else row[column] for row in judged]
        assert numbers == pytest.approx([row[column] for row in expected], nan_ok=True)


def test_limits_of_wheelers_form_by_hand(chart):
    """Twelve months of 10 and 20 a day in turn: the mean is 15 a day and every moving range 10; limits are 26.6 a day from it."""
    months = months_of(13)
    events = (days(months) * np.where(np.arange(13) % 2, 20, 10)).astype(int)
    last = chart(events[None, :]).execute(
        "select baseline_months, centre_line, upper_control_limit, lower_control_limit, signal"
        " from judged order by month_start desc"
    )
    # April has 30 days.
    assert last.fetchone() == (12, pytest.approx(450), pytest.approx(30 * 41.6), 0.0, "no change")


def test_limits_are_frozen_and_no_limits_are_made_of_exceptional_months(chart):
    events = simulated(100, 0.0, series=1)
    events[0, 24:30] = 10
    con = chart(events, exceptional=tuple(range(24, 30)))
    rows = con.execute(
        "select baseline_months, signal, centre_line / day(last_day(month_start)) / seasonal_factor"
        " from judged order by month_start"
    ).fetchall()
    assert [signal for _, signal, _ in rows[24:30]] == ["below the limits"] * 6
    assert {row[0] for row in rows[24:]} == {24} and len({round(row[2], 6) for row in rows[24:]}) == 1


def test_nothing_is_compared_across_a_break(chart):
    events = simulated(100, 0.0, series=1)
    events[0, 30:] *= 3
    rows = chart(events, break_at=30).execute("select signal, phase_start from judged order by month_start").fetchall()
    assert [signal for signal, _ in rows[30:42]] == ["too few months"] * 12
    assert {str(start) for _, start in rows[30:]} == {"2021-10-01"}
    assert "shift up" not in {signal for signal, _ in rows}


def test_a_step_is_proven_by_its_eighth_month_and_has_limits_of_its_own(chart):
    # Seven and eight a day in turn, and half as many more from the 37th month on.
    months = months_of(MONTHS)
    events = (days(months) * np.where(np.arange(MONTHS) % 2, 7, 8) * np.where(np.arange(MONTHS) < 36, 2, 3)).astype(int)
    con = chart(events[None, :])
    assert con.execute(
        "select month_start::varchar, step_month::varchar, signal from judged where step_month is not null"
    ).fetchall() == [("2022-11-01", "2022-04-01", "shift up")]
    after = con.execute(
        "select min(phase_start)::varchar, min(baseline_months), avg(level) from judged where month_start > '2022-11-01'"
    ).fetchone()
    assert after == ("2022-04-01", 8, pytest.approx(22.5 * 30.4375, rel=0.02))


@pytest.mark.slow
@pytest.mark.parametrize("mean", [20, 205])
@pytest.mark.parametrize("amplitude", [0, 0.1, 0.2])
def test_at_most_three_false_alarms_in_two_hundred_months(chart, mean, amplitude):
    con = chart(simulated(mean, amplitude))
    judged, alarms = con.execute(
        "select count(*), count(*) filter (signal <> 'no change') from judged where signal not like 'too few%'"
    ).fetchone()
    assert judged > 90_000
    assert 0.005 < alarms / judged < 0.015


@pytest.mark.slow
def test_a_step_of_a_fifth_is_found_within_a_year(chart):
    con = chart(simulated(205, 0.1, step=1.2))
    found = con.execute(
        """select count(distinct chart) from judged
           where signal in ('above the limits', 'shift up') and month_start between '2022-04-01' and '2023-03-01'"""
    ).fetchone()
    assert found[0] > 0.95 * SERIES
