"""The whole numbers that the records must add up to.

Published constraints: the counts of ``figures.csv`` of the printed report with the
corrections of ``errata.csv`` applied, and the whole numbers behind three tables of percentages
(``implied_counts.csv``: T17, T18, T28 and T63; Derby's relationship denominators are the fullest of
29 that fit). Our assumptions: the midnight row, which the publication forgot, and all constants
in capitals that say so.

Shapes: ``year`` is 5 long (2019/20 to 2023/24), ``kind`` the 5 offence types in the order of T03,
``weekday`` 7 from Monday, ``band`` the 19 five-year age bands from 1-5 to 91-95, ``area`` 3 (city,
county, unknown), ``district`` the 9 of T06.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from orchestration.home.areas import AREAS
from orchestration.home.environment import DBT_PROJECT

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]

HERE = Path(__file__).parent
SEEDS = DBT_PROJECT / "seeds"
# What the needs assessment printed.
PRINTED = AREAS / "derbyshire" / "reports" / "sna-2024"

YEARS = ("2019/20", "2020/21", "2021/22", "2022/23", "2023/24")
LONG_YEARS = tuple(f"{label[:5]}{int(label[:4]) + 1}" for label in YEARS)
WEEKDAYS = ("Mon", "Tues", "Weds", "Thurs", "Fri", "Sat", "Sun")
HOMICIDE, POSSESSION, ROBBERY_BUSINESS, ROBBERY_PERSONAL, VIOLENCE = range(5)
CITY, COUNTY, NO_AREA = range(3)
DERBY = 3
"""Row of Derby in T06; districts are counted from 0 in that order, 9 is unknown."""
NO_DISTRICT = 9

PEAK_YEAR, PEAK_MONTH = 4, 3
"""July 2023, counted from April 2019 by year and from April by month."""

# Assumed: the hour that T07 to T09 do not print, Monday to Sunday. The weekend is flatter than that of the
# hours beside it, so that "22% on weekend nights" also holds with midnight in the base.
MIDNIGHT_ALL = (105, 105, 105, 105, 146, 125, 120)
MIDNIGHT_CHILD = (8, 8, 8, 8, 14, 18, 16)
MIDNIGHT_ADULT = (53, 53, 53, 53, 84, 82, 77)

Cells: TypeAlias = dict[tuple[str, str, str], str]


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a small CSV file with a header, as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def counted_by(definition_id: str) -> list[dict[str, str]]:
    """Rules by which a definition counts, in the order of the seed."""
    rules = read_csv(SEEDS / "reference" / "violence_definition_rule.csv")
    return [rule for rule in rules if rule["definition_id"] == definition_id and rule["effect"] == "count"]


@cache
def _printed() -> dict[tuple[str, str, str, str], str]:
    values = {_cell(row): row["published"] for row in read_csv(PRINTED / "figures.csv")}
    return values | {_cell(row): row["corrected"] for row in read_csv(PRINTED / "errata.csv")}


def _cell(row: dict[str, str]) -> tuple[str, str, str, str]:
    return row["table_id"], row["row_group"], row["row_label"], row["column_label"]


@cache
def published() -> Cells:
    """Printed value by (table, row, column), with the errata put right."""
    return {(table, row, column): value for (table, _, row, column), value in _printed().items()}


def cells(table: str) -> Cells:
    """Printed value of one table by (row group, row, column), with the errata put right."""
    return {key[1:]: value for key, value in _printed().items() if key[0] == table}


def labels(table: str) -> list[str]:
    """Row labels of a table in printed order."""
    return list(dict.fromkeys(row for table_id, row, _ in published() if table_id == table))


def counts(table: str, rows: list[str] | tuple[str, ...], columns: list[str] | tuple[str, ...]) -> Ints:
    """Whole numbers of a table, rows x columns; a cell that is not printed counts 0."""
    cells = published()
    return np.array([[int(cells.get((table, row, column), "0")) for column in columns] for row in rows])


def implied(table: str, rows: list[str] | tuple[str, ...], columns: tuple[str, ...]) -> tuple[Ints, Ints]:
    """Numerators and denominators behind a table of percentages, rows x columns; 0 where none is held."""
    held = {
        (row["row_label"], row["column_label"]): (int(row["numerator"]), int(row["denominator"]))
        for row in read_csv(HERE / "implied_counts.csv")
        if row["table_id"] == table
    }
    pairs = np.array([[held.get((row, column), (0, 0)) for column in columns] for row in rows])
    return pairs[..., 0], pairs[..., 1]


@cache
def _place_rows() -> dict[str, list[dict[str, str]]]:
    rows: dict[str, list[dict[str, str]]] = {}
    for row in read_csv(HERE / "place_counts.csv"):
        rows.setdefault(row["table_id"], []).append(row)
    return rows


def place_counts(table: str, column: str, group: str = "") -> dict[str, int]:
    """Whole numbers of a table of places (T26, T27, T33, T35 to T37) by row label, in printed order.

    Those of T35 are the counts behind its percentages: 753, 206 and 73 of the 1,032 offences of T33.
    """
    return {
        row["row_label"].replace("Awsorth", "Awsworth"): int(row["value"])
        for row in _place_rows()[table]
        if row["column_label"] == column and row["row_group"] == group
    }


def percentages(table: str, rows: list[str], columns: list[str]) -> Floats:
    """Printed percentages of a table, rows x columns."""
    cells = published()
    return np.array([[float(cells[table, row, column]) for column in columns] for row in rows])


@dataclass(frozen=True)
class PersonTargets:
    """What is printed of victims or of suspects (a person in an offence is one occurrence)."""

    by_band_year: Ints
    """19 x 5."""
    by_band_kind: Ints
    """19 x 5."""
    by_year: Ints
    """5: occurrences with a known person, whatever the age."""
    group_year: Ints
    """6 x 5: the groups of T12 in printed order, the whole force."""
    codes: tuple[str, ...]
    area_code_year: Ints
    """2 x codes x 5: city, county."""
    repeat_year: Ints
    """2 x 5: repeat persons of a year and their occurrences."""
    repeat_all: tuple[int, int]
    """Repeat persons of the five years together and their occurrences."""
    individuals_year: Ints

    @property
    def area_year(self) -> Ints:
        """2 x 5: occurrences with a printed ethnicity row, city and county."""
        return np.asarray(self.area_code_year.sum(axis=1))


@dataclass(frozen=True)
class Targets:
    """All targets of the serious-violence records; see the module for the order of each axis."""

    kinds: tuple[str, ...]
    offences: Ints
    """year x kind (T03)."""
    hours: Ints
    """3 x 24 x 7: all offences, with a victim aged 0-17, with one aged 18+ (T07 to T09 and midnight)."""
    weapons: tuple[str, ...]
    weapon_year: Ints
    subtypes: tuple[str, ...]
    subtype_year: Ints
    districts: tuple[str, ...]
    district_year: Ints
    """10 x 5: the ninth row is "unknown", what the grand total has over the districts."""
    relationships: tuple[str, ...]
    relationship_year: Ints
    """15 x 5; the first two years, which are not printed, are 0."""
    stranger: Ints
    acquaintance: Ints
    related: Ints
    """district (9) x year: offences with a recorded relationship."""
    pair_shares: Floats
    """3 x 3 percentages: victims' age groups of each suspect age group (T19)."""
    qualified: Ints
    """year x kind: offences with an alcohol or drugs qualifier."""
    knife: Ints
    """year x kind."""
    outcomes: Ints
    """3 x 5: positive, other, not yet complete."""
    other_outcomes: dict[str, Ints]
    """Printed label of T41: 5 years."""
    victims: PersonTargets
    suspects: PersonTargets

    @property
    def area_year(self) -> Ints:
        """3 x 5: offences of the city, the county and an unknown district."""
        city = self.district_year[DERBY]
        unknown = self.district_year[NO_DISTRICT]
        return np.array([city, self.district_year.sum(axis=0) - city - unknown, unknown])


def ethnicity_groups() -> dict[str, int]:
    """Row in T12 of the group of each 18+1 code."""
    order = {group: index for index, group in enumerate(labels("T12"))}
    return {row["ethnicity_code"]: order[row["ethnicity_group"]] for row in read_csv(SEEDS / "reference" / "ethnicity.csv")}


def _person_targets(tables: tuple[str, str, str, str, str, str], label: str, noun: str) -> PersonTargets:
    age_year, age_kind, group, city, county, repeat = tables
    bands = labels(age_year)
    code_of = {
        row[label]: row["ethnicity_code"]
        for row in read_csv(SEEDS / "reference" / "ethnicity.csv")
        if row["ethnicity_code"] not in ("A4", "Unknown")  # A4 shares its label with O1.
    }
    rows = labels(city)
    rates = counts(
        repeat,
        [
            f"No. of individual {noun}s",
            f"Repeat {noun}s",
            f"Repeat {noun}s' occurrences",
        ],
        [*YEARS, "2019/20 - 2023/24"],
    )
    return PersonTargets(
        by_band_year=counts(age_year, bands, LONG_YEARS),
        by_band_kind=counts(age_kind, bands, _kind_columns(age_kind)),
        by_year=counts(group, ["Total"], YEARS)[0],
        group_year=counts(group, labels("T12")[:6], YEARS),
        codes=tuple(code_of[row] for row in rows),
        area_code_year=np.stack([counts(table, rows, YEARS) for table in (city, county)]),
        individuals_year=rates[0, :5],
        repeat_year=rates[1:, :5],
        repeat_all=(int(rates[1, 5]), int(rates[2, 5])),
    )


def _kind_columns(table: str) -> list[str]:
    """Column labels of T11 and T21, in the order of T03 (both are alphabetical)."""
    return list(dict.fromkeys(column for table_id, _, column in published() if table_id == table))


def _with_midnight(table: str, midnight: tuple[int, ...]) -> Ints:
    return np.vstack([midnight, counts(table, [f"{hour:02d}" for hour in range(1, 24)], WEEKDAYS)])


def load_targets() -> Targets:
    """Read and check every target. Raises ValueError where two of them cannot both hold."""
    kinds = tuple(labels("T03")[:5])
    districts = tuple(labels("T06")[:9])
    known = counts("T06", districts, YEARS)
    relationships = tuple(labels("T16")[:15])
    related = counts("T16", relationships, [f"{year}: Count" for year in YEARS])
    stranger, denominators = implied("T17", districts, YEARS)
    other = labels("T41")
    targets = Targets(
        kinds=kinds,
        offences=counts("T03", kinds, LONG_YEARS).T,
        hours=np.stack(
            [
                _with_midnight("T07", MIDNIGHT_ALL),
                _with_midnight("T08", MIDNIGHT_CHILD),
                _with_midnight("T09", MIDNIGHT_ADULT),
            ]
        ),
        weapons=tuple(labels("T04")[:20]),
        weapon_year=counts("T04", labels("T04")[:20], YEARS),
        subtypes=tuple(labels("T05")),
        subtype_year=counts("T05", labels("T05"), YEARS),
        districts=districts,
        district_year=np.vstack([known, counts("T06", ["Grand Total"], YEARS)[0] - known.sum(axis=0)]),
        relationships=relationships,
        relationship_year=related,
        stranger=stranger,
        acquaintance=implied("T18", districts, YEARS)[0],
        related=denominators,
        pair_shares=percentages(
            "T19",
            ["0-17", "18-35", "36-53"],
            ["Victim age group: 0-17", "Victim age group: 18-35", "Victim age group: 36+"],
        ),
        qualified=implied("T28", kinds, YEARS)[0].T,
        knife=counts("T30", kinds, LONG_YEARS).T,
        outcomes=counts("T40", ["Positive outcome", "Other outcome", "Not yet complete"], LONG_YEARS),
        other_outcomes=dict(zip(other, counts("T41", other, YEARS), strict=True)),
        victims=_person_targets(("T10", "T11", "T12", "T13", "T14", "T15"), "victim_label", "victim"),
        suspects=_person_targets(("T20", "T21", "T22", "T23", "T24", "T25"), "ethnicity", "suspect"),
    )
    _check(targets)
    return targets


def _check(targets: Targets) -> None:
    totals = targets.offences.sum(axis=1)
    pairs: list[tuple[str, object, object]] = [
        ("T03 and T01", totals, counts("T01", ["Volume"], LONG_YEARS)[0]),
        ("T03 and T07 with midnight", targets.hours[0].sum(), totals.sum()),
        ("T04 and possession in T03", targets.weapon_year.sum(axis=0), targets.offences[:, POSSESSION]),
        ("T06 and T01", targets.district_year.sum(axis=0), totals),
    ]
    for name, people in (("victims", targets.victims), ("suspects", targets.suspects)):
        pairs += [
            (f"{name}: age by year and by type", people.by_band_year.sum(1), people.by_band_kind.sum(1)),
            (f"{name}: ethnicity groups and occurrences", people.group_year.sum(axis=0), people.by_year),
            (
                f"{name}: identity of repetition",
                people.individuals_year - people.repeat_year[0] + people.repeat_year[1],
                people.by_year,
            ),
        ]
    for name, left, right in pairs:
        if not np.array_equal(np.asarray(left), np.asarray(right)):
            raise ValueError(f"targets disagree: {name}: {left} and {right}")
