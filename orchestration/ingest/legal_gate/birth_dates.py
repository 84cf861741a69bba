"""Dates of birth that are not labelled as such: dates too long before a delivery's period to be of anything it reports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from orchestration.ingest.legal_gate.vocabulary import is_ordinary

# A date so long before the period, in a column that holds no dates, can only be somebody's.
BIRTH_YEARS = 3

AGE = re.compile(r"\b(?:age|aged|birth|born|dob)\b", re.IGNORECASE)

_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"((?:19|20)\d\d)"
_TH = rf"{_DAY}(?:st|nd|rd|th)?"
_NAMED = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)(?![a-z])"
)
# Between day, month and year.
_S = r"[\s./,_|*-]{1,3}"
_ROMAN = r"(?:I{1,3}|IV|VI{0,3}|IX|XI{0,2})"
_WRITTEN = (
    rf"{_DAY}{_S}{_DAY}{_S}{_YEAR}",
    rf"{_YEAR}{_S}{_DAY}{_S}{_DAY}",
    rf"{_TH}(?: of)?[ ./-]{{0,2}}{_NAMED}[ ,./-]{{0,2}}{_YEAR}",
    rf"{_NAMED}[ ./-]{{0,2}}{_TH}[ ,./-]{{1,2}}{_YEAR}",
    rf"{_YEAR}[ ,./-]{{1,2}}(?:{_NAMED}[ ./-]{{0,2}}{_TH}|{_TH}[ ./-]{{0,2}}{_NAMED})",
    rf"{_DAY}[./-](?-i:{_ROMAN})[./-]{_YEAR}",
)
# A moment of the day makes it no date of birth, but for the midnight that a spreadsheet adds.
_DATE = re.compile(
    rf"(?<!\d)(?<!\d[./-])(?:{'|'.join(_WRITTEN)})(?!\d)(?:[ T]00:00(?::00)?|(?![ T]\d{{1,2}}:\d\d))", re.IGNORECASE
)
_SHORT_NAMED = re.compile(rf"(?<!\d){_TH}(?: of)?[ ./-]{{0,2}}{_NAMED}[ ,./'-]{{1,2}}(\d\d)(?![\d:])", re.IGNORECASE)
_COMPACT_WITHIN = re.compile(r"(?<![\w/.-])(?<!ref )(?<!no )(?<!id )\d{8}(?![\w/.-])")
_COMPACT = re.compile(
    rf"{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2]){_YEAR}"
    rf"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]){_YEAR}"
)
_SHORT = rf"{_DAY}[./-]{_MONTH}[./-](\d\d)(?!\d)"
_SHORT_CELL = re.compile(_SHORT)
# A word for a month of another language: in small letters, or behind the point of an ordinal number ("17. März").
_OF_ANOTHER_LANGUAGE = re.compile(
    rf"(?<!\d)(?<!\d[./-]){_DAY}(?:\. ?([A-Za-z]{{3,12}})|(?:er|o|a)? (?:de |di )?([a-z]{{3,12}}))\.?(?: del?| di)? {_YEAR}(?!\d)"
)
_SHORT_AFTER_AGE = re.compile(rf"\baged? ?\d{{1,3}}\b[^0-9]{{1,12}}{_SHORT}", re.IGNORECASE)
_PERSON = re.compile(
    r"\b(?:(?:fe)?male|[mf]|m[ae]n|wom[ae]n|boy|girl|lad|pt|patient|victim|he|she|his|her|aged?|yo|years? old)\b", re.IGNORECASE
)


def birth_dates(cells: Iterable[tuple[int, str]], period: int, *, of_people: bool, about_age: bool) -> Iterator[int]:
    """Numbers of the cells of a column that hold a date of birth.

    Args:
        cells: number and text of each.
        period: year in which the delivery's period begins.
        of_people: whether the cells are of records of people, so that an old date within a text is somebody's as well.
        about_age: whether the column's heading is about age or birth, so that a year of two digits will do.
    """
    latest = period - BIRTH_YEARS
    filled = [(number, text.strip()) for number, text in cells if any(map(str.isdigit, text))]
    for number, text in filled:
        person = of_people or _PERSON.search(text) is not None
        if (
            _in_full(text, latest, person)
            or _in_short(text, period, person, about_age)
            or (of_people and _without_signs(text, latest))
        ):
            yield number
    # Numbers of a series look like dates here and there; in a column of dates every one of eight digits is a date.
    eight = [(number, _COMPACT.fullmatch(text)) for number, text in filled if re.fullmatch(r"\d{8}", text)]
    if all(match for _, match in eight):
        yield from (number for number, match in eight if match and int(_year(match)) <= latest)


def _in_full(text: str, latest: int, person: bool) -> bool:
    """Whether a date with a year of four digits is the whole text, or is in a text about a person."""
    found = [(date, _year(date)) for date in _DATE.finditer(text)]
    foreign = _OF_ANOTHER_LANGUAGE.finditer(text)
    found += [(date, date[3]) for date in foreign if not is_ordinary((date[1] or date[2]).lower())]
    return any(int(year) <= latest and (person or date.span() == (0, len(text))) for date, year in found)


def _in_short(text: str, period: int, person: bool, about_age: bool) -> bool:
    """Whether a date has a year of two digits, and something says that it is somebody's."""
    latest = period - BIRTH_YEARS
    short = (_SHORT_CELL.fullmatch(text) if about_age else None) or _SHORT_AFTER_AGE.search(text)
    if short and _full(short[1], period) <= latest:
        return True
    named = _SHORT_NAMED.search(text)
    return named is not None and (person or named.span() == (0, len(text))) and _full(named[1], period + 1) <= latest


def _without_signs(text: str, latest: int) -> bool:
    """Whether eight digits within a text are a date."""
    within = [_COMPACT.fullmatch(word) for word in _COMPACT_WITHIN.findall(text) if word != text]
    return any(match and int(_year(match)) <= latest for match in within)


def _year(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group and len(group) == 4)


def _full(year: str, period: int) -> int:
    """A year of two digits as the last such year up to the period."""
    return period - (period - int(year)) % 100
