"""The name of a sender's file: its words, the periods it may mean, the part.

Senders name files as they like: `Copy of Crimes_2023-07_final (1).CSV`. A name is normalised (case, separators, marks of copies
and versions), so that a file is the same delivery under all its names. A day is not a period, nor is the date of an extract or a
reference number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from orchestration.contracts.model import PartRule
from orchestration.contracts.periods import Cadence, bounds, form, is_period, normalised

OLDEST_YEAR = 1990
YEARS_AHEAD = 2

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH_NAME = "|".join(sorted((*_MONTHS, *(name[:3] for name in _MONTHS), "sept"), key=len, reverse=True))

_SEP = r"[-_. /]"
_YEAR = r"(?:19|20)\d\d"
# Marks that programs and people add to the name of a file whose content is another copy or version of the same.
_MARKS = re.compile(
    r"^copy( \(?\d+\)?)? of |\(\d+\)|(?<![a-z])(v|ver|version)[ .]?\d+(\.\d+)*(?!\d)"
    r"|(?<![a-z])(copy( \d+)?|final|resend|resent|resubmission|resubmitted|revised|corrected|amended|draft)(?![a-z])"
)
_NUMBER = r"[a-z]{0,3}\d[\d-]*"
_REFERENCE = re.compile(
    rf"(?<![a-z])(ref|reference|foi|case|job|ticket|request|req|order|id|no|nr|number|urn){_SEP}*[:#]?{_SEP}*{_NUMBER}|#{_NUMBER}"
)
_DAYS = (
    re.compile(rf"(?<!\d)(?P<year>{_YEAR})(?P<sep>{_SEP}?)(?P<month>\d\d)(?P=sep)(?P<day>\d\d)(?!\d)"),
    re.compile(rf"(?<!\d)(?P<day>\d\d?)(?P<sep>{_SEP})(?P<month>\d\d?)(?P=sep)(?P<year>{_YEAR})(?!\d)"),
    re.compile(rf"(?<![\da-z])(?P<day>\d\d)(?P<month>\d\d)(?P<year>{_YEAR})(?!\d)"),
    re.compile(rf"(?<!\d)(?P<day>\d\d?)(st|nd|rd|th)?{_SEP}*(?P<name>{_MONTH_NAME}){_SEP}*(?P<year>{_YEAR})(?!\d)"),
    re.compile(rf"(?<![a-z])(?P<name>{_MONTH_NAME}){_SEP}*(?P<day>\d\d?)(st|nd|rd|th)?{_SEP}+(?P<year>{_YEAR})(?!\d)"),
)
_MONTHLY = (
    re.compile(rf"(?<!\d)(?P<year>{_YEAR}){_SEP}?(?P<month>\d\d)(?!\d)"),
    re.compile(rf"(?<!\d)(?<!\d{_SEP})(?P<month>\d\d?){_SEP}(?P<year>{_YEAR})(?!\d)"),
    re.compile(rf"(?<![a-z])(?P<name>{_MONTH_NAME}){_SEP}*(?P<year>{_YEAR})(?!\d)"),
    re.compile(rf"(?<!\d)(?P<year>{_YEAR}){_SEP}*(?P<name>{_MONTH_NAME})(?![a-z])"),
)
_SPANNING = rf"{_YEAR}{_SEP}?(?:{_YEAR}|\d\d)"
_QUARTERLY = (
    re.compile(rf"(?<![a-z])q(?:uarter)?{_SEP}?[1-4]{_SEP}+(?:fy)?(?:{_SPANNING}|{_YEAR})(?!\d)"),
    re.compile(rf"(?<!\d)(?:fy)?(?:{_SPANNING}|{_YEAR}){_SEP}*q(?:uarter)?{_SEP}?[1-4](?!\d)"),
)
_YEARLY = (re.compile(rf"(?<!\d)(?:fy|ay)?{_SPANNING}(?!\d)"),)
# Not one of two years that follow each other, and no month.
_CALENDAR_YEAR = (re.compile(rf"(?<!\d){_YEAR}(?!\d|{_SEP}?\d\d(?!\d))"), re.compile(rf"(?<=(?<!\d){_YEAR}){_YEAR}(?!\d)"))
# What is a quarter or a financial year and cannot be a month: `Q1 2024`, `2023-24`.
_LONGER: tuple[tuple[Cadence, tuple[re.Pattern[str], ...]], ...] = (("quarterly", _QUARTERLY), ("annual", _YEARLY))
_BY_FORM = {"YYYY-MM": _MONTHLY, "YYYY-Qn": _QUARTERLY, "YYYY-YY": _YEARLY, "YYYY": _CALENDAR_YEAR}
_TAKEN = re.compile(
    r"(?<![a-z])(extract(ed)?|created|generated|produced|run|sent|received|exported|printed|dated|as at|as of|downloaded"
    rf"|published|issued|updated|saved|report date){_SEP}*(on{_SEP}+)?$"
)
_UNTIL = re.compile(rf"{_SEP}*(to|until|till|through|–|—)?{_SEP}*")
_UNTIL_IN_WORDS = re.compile(rf"{_SEP}*(to|until|till|through|–|—|-){_SEP}*")


@dataclass(frozen=True)
class Period:
    """A period that a name may mean, and where in the normal form it is written."""

    key: str
    start: int
    end: int


def normal_form(file_name: str) -> str:
    """The name without its extension, in lower case, with single spaces for underscores and runs of spaces, and without marks of
    copies and versions.
    """
    stem = unicodedata.normalize("NFKC", file_name).casefold()
    stem = re.sub(r"(\.v\d+)?\.[a-z0-9]+$", "", stem)
    stem = " ".join(stem.replace("_", " ").split())
    return " ".join(re.sub(r"\(\s*\)|[- .]+$", " ", _MARKS.sub(" ", stem)).split())


def words(file_name: str) -> tuple[str, ...]:
    """The words and numbers of a name."""
    return tuple(re.findall(r"[a-z]+|\d+", normal_form(file_name)))


def periods(file_name: str, cadence: Cadence) -> list[str]:
    """The different periods that a name may mean, in the order in which they are written; the two ends of a range are two."""
    return list(dict.fromkeys(period.key for period in _periods(normal_form(file_name), cadence)))


def longer(file_name: str) -> list[tuple[date, date]]:
    """The quarters and financial years that a name may mean, each as its first day and the first day after it.

    The first quarter may be that of the calendar year or of the financial year.
    """
    name = _without_dates(normal_form(file_name))
    found: list[tuple[date, date]] = []
    for cadence, patterns in _LONGER:
        for match in (match for pattern in patterns for match in pattern.finditer(name)):
            if (key := _key(match, cadence)) is None:
                continue
            start, end = bounds(cadence, key)
            found.append((start, end))
            if cadence == "quarterly" and not re.search(_SPANNING, match[0]):
                found.append((_later(start), _later(end)))
    return found


def _later(day: date) -> date:
    """The same day of the next quarter."""
    return date(day.year + (day.month > 9), (day.month + 2) % 12 + 1, day.day)


def impossible(file_name: str, cadence: Cadence) -> str | None:
    """What is written like a month and is none (`2023-13`), in a name that means no period; else None."""
    if periods(file_name, cadence) or form(cadence) != "YYYY-MM" or longer(file_name):
        return None
    match = re.search(rf"(?<![\d-]){_YEAR}-\d\d(?![\d-])", _REFERENCE.sub(_blank, normal_form(file_name)))
    return match[0] if match else None


def is_range(file_name: str, cadence: Cadence, *, in_words: bool = False) -> bool:
    """Whether the name says two periods, from the one to the other (`2013 to 2025`, `2021-04_2024-03`).

    Args:
        in_words: only where a word or a dash says so; two periods beside each other may be that of the rows and another date.
    """
    name = normal_form(file_name)
    between = _UNTIL_IN_WORDS if in_words else _UNTIL
    found = _periods(name, cadence)
    return (
        len(found) == 2
        and found[0].key < found[1].key
        and all(between.fullmatch(name[one.end : other.start]) is not None for one, other in pairwise(found))
    )


def parts(file_name: str, rule: PartRule) -> list[str]:
    """The different parts that a name may mean; of two that share words the longer."""
    tokens = re.findall(r"[^\W_]+", normal_form(file_name))
    found: list[str] = []
    place = 0
    while place < len(tokens):
        lengths = range(min(len(tokens) - place, 5), 0, -1)
        hit = next(((n, part) for n in lengths if (part := rule.find("-".join(tokens[place : place + n])))), None)
        if hit:
            found.append(hit[1])
        place += hit[0] if hit else 1
    return list(dict.fromkeys(found))


def _without_dates(name: str) -> str:
    """The normal form of a name with marks for references and days."""
    name = _REFERENCE.sub(_blank, name)
    for pattern in _DAYS:
        name = pattern.sub(lambda match: _blank(match) if _is_day(match) else match[0], name)
    return name


def _periods(name: str, cadence: Cadence) -> list[Period]:
    name = _without_dates(name)
    if form(cadence) == "YYYY-MM":  # the number of a quarter is no month
        for pattern in _QUARTERLY:
            name = pattern.sub(_blank, name)
    found = [
        Period(key, match.start(), match.end())
        for pattern in _BY_FORM[form(cadence)]
        for match in pattern.finditer(name)
        if (key := _key(match, cadence)) and not _TAKEN.search(name[: match.start()])
    ]
    return sorted(_longest(found), key=lambda period: period.start)


def _blank(match: re.Match[str]) -> str:
    """As many marks as the match has characters, so that places stay as they are and what was apart stays apart."""
    return "~" * len(match[0])


def _is_day(match: re.Match[str]) -> bool:
    groups = match.groupdict()
    try:
        date(int(groups["year"]), _month(groups), int(groups["day"]))
    except ValueError:
        return False
    return True


def _month(groups: dict[str, str]) -> int:
    if name := groups.get("name"):
        return next(number for number, month in enumerate(_MONTHS, 1) if month.startswith(name[:3]))
    return int(groups["month"])


def _key(match: re.Match[str], cadence: Cadence) -> str | None:
    groups = match.groupdict()
    if "year" in groups:
        written = f"{groups['year']}-{_month(groups):02d}"
    else:
        written = normalised(cadence, re.sub(r"[ ._]", "-", match[0]).replace("quarter", "q").upper())
    plausible = OLDEST_YEAR <= int(written[:4]) <= date.today().year + YEARS_AHEAD if written[:4].isdigit() else False
    return written if plausible and is_period(cadence, written) else None


def _longest(found: list[Period]) -> Iterator[Period]:
    """Without those that are written within another."""
    for period in found:
        if not any(
            other.start <= period.start and period.end <= other.end and (other.end - other.start) > (period.end - period.start)
            for other in found
        ):
            yield period
