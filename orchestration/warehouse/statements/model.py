"""Reports of an area and the statements of their prose, read strictly from YAML.

areas/<area>/reports/<report>/report.yaml           years and windows
                              statements/*.yaml     one file per section: what each statement computes, and its sentence
                              claims.csv            what a printed report states, and its errata; no statement reads it
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from orchestration.home import areas, settings_files
from orchestration.home.environment import DBT_PROJECT, SettingsError

Kind = Literal["number", "share", "change", "rank", "leader", "comparison", "trend"]
Unit = Literal["count", "percent", "percentage points", "rate", "one in", "text"]
_NEEDED = {"change": ["against"], "leader": ["by"], "rank": ["by", "member"], "comparison": ["than"]}
# What a condition or measure may not have: it is about the rows of one mart, and of nothing else.
_FOREIGN = re.compile(r"\b(select|from|join|with|sna|reference|read_\w+)\b|;|--", re.IGNORECASE)
_YEAR = r"(?:first|last)(?:[+-]\d+)?"
_PERIOD = re.compile(rf"({_YEAR})(?:\.\.({_YEAR}))?")
_PLACEHOLDER = re.compile(rf"\{{({_YEAR})(\.calendar)?\}}|\{{(\w+)\}}")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Windows(_Strict):
    """Days and years of national statistics, which are not those of the report.

    Attributes:
        outcomes_end: last day whose outcomes of offences the report knows.
        hotspot_last_month: last of the twelve months on which hotspot wards are scored, such as 2024-04.
        prison_day: day on which prisoners were counted.
        safety_end, deaths_end: last day of the twelve months of assaults and self-harm in prisons, and of deaths.
        cohort_end: last day of the cohort whose reoffending is reported.
        comparators_year: last school year of exclusion rates beside other areas'.
    """

    outcomes_end: dt.date | None = None
    hotspot_last_month: str | None = Field(default=None, pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    prison_day: dt.date | None = None
    safety_end: dt.date | None = None
    deaths_end: dt.date | None = None
    cohort_end: dt.date | None = None
    comparators_year: str | None = Field(default=None, pattern=r"^\d{4}/\d{2}$")


class Report(_Strict):
    """An edition of a report.

    Attributes:
        first_year, last_year: financial years, such as 2019/20.
        recent_years: how many of the last years its tables of recent years have.
        statements_of: report of the same area whose statements this one makes for its own years.
        section_titles: section → its title, where that of the other report has another date.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    first_year: str = Field(pattern=r"^\d{4}/\d{2}$")
    last_year: str = Field(pattern=r"^\d{4}/\d{2}$")
    recent_years: int = Field(default=3, ge=1)
    windows: Windows = Windows()
    statements_of: str | None = None
    section_titles: Mapping[str, str] = {}

    @model_validator(mode="after")
    def _in_order(self) -> Report:
        for year in (self.first_year, self.last_year):
            if financial_year(int(year[:4])) != year:
                raise ValueError(f"{year} is no financial year; expected one such as {financial_year(int(year[:4]))}")
        if self.first_year > self.last_year:
            raise ValueError(f"the first year {self.first_year} is after the last year {self.last_year}")
        return self

    def start_year(self, name: str) -> int:
        """First calendar year of a year such as `last-2`."""
        start = int((self.first_year if name.startswith("first") else self.last_year)[:4])
        return start + int(name.removeprefix("first").removeprefix("last") or 0)

    def start_years(self, period: str) -> list[int]:
        """First calendar years of a period such as `last-2..last`; empty for `all`, which bounds nothing."""
        found = _PERIOD.fullmatch(period)
        if not found:
            return []
        first, last = self.start_year(found[1]), self.start_year(found[2] or found[1])
        return list(range(first, last + 1))

    def text(self, template: str) -> str:
        """A template with its id (`{report}`), years and windows; what is computed (`{value}`) stays.

        Raises:
            KeyError: a placeholder that there is not.
        """
        known = {"value": "{value}", "report": self.id, "last_day": f"{self.start_year('last') + 1}-03-31"}
        known |= {name: str(value) for name, value in self.windows if value is not None}

        def replaced(found: re.Match[str]) -> str:
            if found[1]:
                start = self.start_year(found[1])
                return str(start) if found[2] else financial_year(start)
            return known[found[3]]

        return _PLACEHOLDER.sub(replaced, template)


class Computation(_Strict):
    """What is computed: a fraction of sums over the rows of a mart, or a word about such fractions.

    Attributes:
        mart: table of the schema marts; the only one that is read.
        measure: column, or expression of columns, that is aggregated.
        of: rows that are looked at; the whole of a share.
        where: of these, the rows that are counted.
        of_measure: what the denominator of a share sums, where it is another measure.
        year_column: column of the mart with the years.
        period: years of the report, such as `first..last`, `last-2..last` or `last`; `all` for no bound.
        against: of a change, the earlier year.
        by: of a leader or rank, the column of its members.
        each: of a leader, trend, comparison or change in words, the column for each of whose members the word is found; the
            different words are listed.
        member: of a rank, whose place it is.
        place, top: of leaders, the place, or so many of the first places.
        order: whether the first place has the most or the least.
        than: of a comparison, the rows that `where` is compared with; of shares (with `of_measure`), those that `of` is.
        per: a mean per year or month of the period.
        pick, over: instead of one value of the period, the mean, least or greatest of those of its years, or the largest change
            from one to the next; or of another column's, such as months.
        fall: a decrease is the positive number.
    """

    kind: Kind | None = None
    mart: str | None = None
    measure: str = "1"
    aggregate: Literal["sum", "min", "max", "distinct", "max to mean"] = "sum"
    of: str = "true"
    where: str = "true"
    of_measure: str | None = None
    year_column: Literal["financial_year", "academic_year", "calendar_year", "period", "year(counted_on)"] = "financial_year"
    period: str = Field(default="first..last", pattern=rf"^(all|{_PERIOD.pattern})$")
    against: str | None = Field(default=None, pattern=rf"^{_YEAR}$")
    by: str | None = None
    each: str | None = None
    member: str | None = None
    place: int = 1
    top: int | None = None
    order: Literal["most", "least"] = "most"
    than: str | None = None
    per: Literal["year", "month"] | None = None
    pick: Literal["mean", "least", "greatest", "largest change"] | None = None
    over: str | None = None
    fall: bool = False
    unit: Unit | None = None
    decimals: int = Field(default=0, ge=0, le=2)

    @field_validator("measure", "of", "where", "of_measure", "than", "by", "each", "over")
    @classmethod
    def _of_one_mart(cls, expression: str | None) -> str | None:
        if expression and (found := _FOREIGN.search(re.sub(r"'[^']*'", "''", expression))):
            raise ValueError(f"'{found[0]}' is not allowed: an expression is about the columns of its mart")
        return expression

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        needed = ["kind", "mart", *_NEEDED.get(self.kind or "", [])]
        if self.is_computed and (missing := [name for name in needed if getattr(self, name) is None]):
            raise ValueError(f"{', '.join(missing)} is missing of a statement of kind {self.kind or '?'}")
        if self.kind in ("number", "share") and self.unit == "text":
            raise ValueError("a number or share has no unit text")
        return self

    @property
    def is_computed(self) -> bool:
        return True

    @property
    def unit_shown(self) -> Unit:
        """The unit, by default that of the kind."""
        defaults: dict[Kind | None, Unit] = {"share": "percent", "change": "percent", "number": "count", "rank": "count"}
        return self.unit or defaults.get(self.kind, "text")


class Place(_Strict):
    """Where a figure is among `sna.figures`, for tables of the prose about graphs that are lost.

    Labels have years relative to the report, as sentences do.
    """

    table: str
    row: str
    column: str


class Figure(Computation, Place):
    """A figure that is no claim of its own, such as one half of a sentence."""


class Statement(Computation):
    """One sentence of a report and what it computes.

    Attributes:
        id: of the claim in the printed report, such as N007.
        sentence: with `{value}` for what is computed, years relative to the report, such as `{last-2}`, and `{fell|rose}` for a
            word and what is said instead of it, without the sign, where the number is negative.
        figure: the figure that the statement is as well.
        not_computable: what is missing; then nothing else is set but id and sentence.
    """

    id: str = Field(pattern=r"^[A-Z]\d{3}$")
    sentence: str
    figure: Place | None = None
    not_computable: str | None = None

    @property
    def is_computed(self) -> bool:
        return self.not_computable is None

    @model_validator(mode="after")
    def _shows_a_value(self) -> Self:
        if "{value}" not in self.sentence:
            raise ValueError("the sentence does not show what is computed: {value} is missing")
        if not self.is_computed and (extra := self.model_fields_set - {"id", "sentence", "not_computable"}):
            raise ValueError(f"not computable, but has {', '.join(sorted(extra))}")
        return self


class Section(_Strict):
    """The statements of one section of a report, and further figures of its prose."""

    section: str
    statements: tuple[Statement, ...] = Field(min_length=1)
    figures: tuple[Figure, ...] = ()


class Claim(_Strict):
    """What a printed report states.

    Attributes:
        published: the figure, or the word that a statement computes, such as `increasing` or `2023/24`.
        wording: whether the print says around or over.
        corrected, proof, citation, reason: of an error of the print: what is right, whether arithmetic proves it or two cells of
            the print contradict each other and one was chosen, where it is listed, and how we know.
    """

    claim_id: str
    section: str
    published: str
    wording: Literal["exact", "around", "over"] = "exact"
    corrected: str = ""
    proof: Literal["arithmetic", "choice", ""] = ""
    citation: str = ""
    reason: str = ""

    @model_validator(mode="after")
    def _proven(self) -> Claim:
        if bool(self.corrected) != bool(self.proof and self.reason):
            raise ValueError("an erratum has a corrected figure, its proof and the reason")
        return self


class Edition(_Strict):
    """A report with its statements by section, and the claims of its print, none where it was not printed."""

    report: Report
    sections: tuple[Section, ...]
    claims: tuple[Claim, ...]


def financial_year(start: int) -> str:
    """2023 → 2023/24."""
    return f"{start}/{(start + 1) % 100:02}"


def editions(area: str) -> list[Edition]:
    """All reports of an area, by id.

    Raises:
        SettingsError: a file is not valid; the message says which, and where.
    """
    return [edition(area, path.parent.name) for path in sorted((areas.folder() / area / "reports").glob("*/report.yaml"))]


def edition(area: str, report: str) -> Edition:
    """One report of an area.

    Raises:
        SettingsError: as `editions`.
    """
    folder = areas.folder() / area / "reports" / report
    about = _read(folder / "report.yaml", Report)
    if about.id != report:
        raise SettingsError(f"{folder / 'report.yaml'}: its id is '{about.id}', but its folder is '{report}'.")
    of = folder.parent / (about.statements_of or report)
    paths = sorted((of / "statements").glob("*.yaml"))
    if not paths:
        raise SettingsError(f"{of / 'statements'}: there are no statements.")
    sections = [_read(path, Section) for path in paths]
    for path, section in zip(paths, sections, strict=True):
        _check(path, section, about)
    ids = Counter(statement.id for section in sections for statement in section.statements)
    if twice := [key for key, count in ids.items() if count > 1]:
        raise SettingsError(f"{of / 'statements'}: {', '.join(twice)} occur twice.")
    claims = _claims(folder / "claims.csv")
    if claims and (unlike := ids.keys() ^ {claim.claim_id for claim in claims}):
        raise SettingsError(f"{folder}: {', '.join(sorted(unlike))} are in claims.csv or statements, but not in both.")
    return Edition(report=about, sections=tuple(sections), claims=tuple(claims))


def _read(path: Path, model: type[Any]) -> Any:
    return settings_files.validate(path, settings_files.parse(path, path.read_text("utf-8"), SettingsError), model, SettingsError)


def _check(path: Path, section: Section, report: Report) -> None:
    """What a statement's own fields cannot show: that there is such a mart, and such a placeholder."""
    named: list[tuple[str, Computation]] = [(one.id, one) for one in section.statements]
    named += [(f"figures.{one.table}: {one.row}", one) for one in section.figures]
    for name, one in named:
        if one.mart is not None and one.mart not in _marts():
            raise SettingsError(f"{path}: {name}.mart: there is no mart '{one.mart}'.")
        fields = ("sentence", "measure", "of", "where", "than", "row", "column")
        templates = {field: getattr(one, field, None) for field in fields}
        if place := getattr(one, "figure", None):
            templates |= {"figure.row": place.row, "figure.column": place.column}
        for field, template in templates.items():
            try:
                report.text(template or "")
            except KeyError as error:
                raise SettingsError(f"{path}: {name}.{field}: there is no {{{error.args[0]}}} in report.yaml.") from error


@cache
def _marts() -> frozenset[str]:
    return frozenset(path.stem for path in (DBT_PROJECT / "models" / "marts").glob("*/*.sql"))


def _claims(path: Path) -> list[Claim]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows: list[Mapping[str, str]] = list(csv.DictReader(file))
    return [settings_files.validate(path, {**row, "wording": row["wording"] or "exact"}, Claim, SettingsError) for row in rows]
