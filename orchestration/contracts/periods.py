"""The arithmetic of periods: which days a key such as `2024-Q1` means, and which key comes next.

    cadence         key        means
    monthly         2024-01    a month
    quarterly       2024-Q1    a quarter of the calendar year
    annual          2023-24    a financial year, 1 April to 31 March
    academic_year   2023-24    a school year, 1 September to 31 August
    calendar_year   2023       a calendar year
    once            2021       the only period that a feed has, named by a calendar year

`2010-11` is a month or a year: only the cadence can say. The keys of one cadence sort as text in the order of time.
`2021-04_2024-03` is a span of periods, the first and the last of which are part of it: what one file of several periods covers.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

Cadence = Literal["monthly", "quarterly", "annual", "academic_year", "calendar_year", "once"]


SPAN = "_"


class _Kind(NamedTuple):
    """How long the periods of a cadence are, in months, the month in which the year of such periods begins, and their form."""

    months: int
    begins: int
    form: str


_KINDS: dict[Cadence, _Kind] = {
    "monthly": _Kind(1, 1, "YYYY-MM"),
    "quarterly": _Kind(3, 1, "YYYY-Qn"),
    "annual": _Kind(12, 4, "YYYY-YY"),
    "academic_year": _Kind(12, 9, "YYYY-YY"),
    "calendar_year": _Kind(12, 1, "YYYY"),
    "once": _Kind(12, 1, "YYYY"),
}
# What a sender may write in a file's name; spaces, underscores, slashes and hyphens count alike and are taken out first.
_MONTH = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})")
_YEARS = re.compile(r"(?:FY|AY)?(?P<year>\d{4})(?:\d{2})?(?P<end>\d{2})")
_QUARTERS = (
    re.compile(r"Q(?P<quarter>[1-4])(?P<year>\d{4})(?:(?:\d{2})?(?P<end>\d{2}))?"),
    re.compile(r"(?P<year>\d{4})(?:(?:\d{2})?(?P<end>\d{2}))?Q(?P<quarter>[1-4])"),
)


def form(cadence: Cadence) -> str:
    """How the keys of a cadence are written, for messages."""
    return _KINDS[cadence].form


def key(cadence: Cadence, day: date) -> str:
    """The key of the period that contains a day."""
    start = _first_month(cadence, day)
    year, month = divmod(start, 12)
    match _KINDS[cadence].form:
        case "YYYY-MM":
            return f"{year:04d}-{month + 1:02d}"
        case "YYYY-Qn":
            return f"{year:04d}-Q{month // 3 + 1}"
        case "YYYY-YY":
            return f"{year:04d}-{(year + 1) % 100:02d}"
        case _:
            return f"{year:04d}"


def bounds(cadence: Cadence, period: str) -> tuple[date, date]:
    """First day of a period or span of periods, and the first day after it.

    Raises:
        ValueError: not a period of this cadence; the message says how one is written.
    """
    first, is_span, last = period.partition(SPAN)
    if is_span:
        start, end = _bounds(cadence, first)[0], _bounds(cadence, last)[1]
        if first >= last:
            raise ValueError(f"{period!r} is not a span of periods: {last} is not later than {first}")
        return start, end
    return _bounds(cadence, period)


def _bounds(cadence: Cadence, period: str) -> tuple[date, date]:
    if re.match(r"[1-9][0-9]{3}", period):
        year, months = int(period[:4]), _KINDS[cadence].months
        for month in range(_first_month(cadence, date(year, 1, 1)), year * 12 + 12, months):
            if key(cadence, _day(month)) == period:
                return _day(month), _day(month + months)
    raise ValueError(f"{period!r} is not a period of a feed that is delivered {cadence} ({form(cadence)})")


def is_period(cadence: Cadence, period: str) -> bool:
    """Whether a text is the key of one period of this cadence."""
    try:
        _bounds(cadence, period)
    except ValueError:
        return False
    return True


def is_span(period: str) -> bool:
    """Whether a period that a file covers is a span of several."""
    return SPAN in period


def periods_of(cadence: Cadence, period: str) -> list[str]:
    """The periods of a span in order, or the one period itself.

    Raises:
        ValueError: not a period or span of this cadence.
    """
    start, end = bounds(cadence, period)
    return keys(cadence, start, end - timedelta(days=1))


def following(cadence: Cadence, period: str) -> str:
    """The key of the next period.

    Raises:
        ValueError: not a period of this cadence.
    """
    return key(cadence, bounds(cadence, period)[1])


def keys(cadence: Cadence, first: date, last: date) -> list[str]:
    """The keys of all periods from the one of `first` to the one of `last`; empty if `last` is earlier."""
    step = _KINDS[cadence].months
    return [key(cadence, _day(month)) for month in range(_first_month(cadence, first), _first_month(cadence, last) + 1, step)]


def normalised(cadence: Cadence, written: str) -> str:
    """The key for a period as a sender writes it in a file's name; what is not understood comes back as it is.

    `202401` and `2024_01` are a month; `2023/24`, `202324`, `2023-2024` and `FY2023-24` a year that spans two; `Q1 2024` and
    `2024Q1` a quarter of the calendar year, `Q1 2023-24` the first quarter of the financial year, which is 2023-Q2.
    """
    plain = re.sub(r"[\s_/-]", "", written).upper()
    found = written
    if cadence == "monthly" and (match := _MONTH.fullmatch(plain)):
        found = f"{match['year']}-{match['month']}"
    elif _KINDS[cadence].form == "YYYY-YY" and (match := _YEARS.fullmatch(plain)):
        found = f"{match['year']}-{match['end']}"
    elif cadence == "quarterly" and (match := next((m for form in _QUARTERS if (m := form.fullmatch(plain))), None)):
        month = int(match["year"]) * 12 + int(match["quarter"]) * 3 - 3
        if match["end"] is None:
            return key(cadence, _day(month))
        if int(match["end"]) == (int(match["year"]) + 1) % 100:
            return key(cadence, _day(month + 3))
    return found


def _first_month(cadence: Cadence, day: date) -> int:
    """The month in which the period of a day begins, counted from the year 0."""
    kind = _KINDS[cadence]
    month = day.year * 12 + day.month - 1
    return month - (month - (kind.begins - 1)) % kind.months


def _day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def end_of_day(day: str) -> datetime:
    """The last moment of an ISO date in England and Wales."""
    return datetime.combine(date.fromisoformat(day), time.max, ZoneInfo("Europe/London"))
