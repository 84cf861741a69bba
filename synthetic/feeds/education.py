"""Returns about schools and young people, and stand-ins for the Department for Education's national files.

Published constraints (sections 20 and 22; the graphs are lost): exclusions and suspensions of the county peak in 2022/23, fall
in 2023/24 and stay above 2018/19; exclusions of the city rise in the last three years, suspensions in the last five, to 315 in
primary and 4,735 in secondary schools; order and shares of the main reasons (T69, T70); how the two authorities' rates compare
with the region, England and their statistical neighbours; NEET rates of both, and which localities and which ward are highest.
Ours: everything else. Neighbouring authorities have numbers that the Department has not assigned.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synthetic.feeds.files import copy_parquet, workbook, write_csv
from synthetic.records.controlled_rounding import apportion
from synthetic.records.geography import DISTRICTS, ward_name

COUNTY, CITY = "derbyshire_county_education", "derby_city_education"
LAIT, NEIGHBOURS = "dfe/lait", "dfe/statistical_neighbours"
REASONS, CARE, SCORECARD = "dfe/exclusion_reasons", "dfe/children_in_need", "dfe/neet_scorecard"

Written = tuple[str, Path, int]

SCHOOL_YEARS = ("2018/19", "2019/20", "2020/21", "2021/22", "2022/23", "2023/24")
REST = {
    "Drug and alcohol related": ("drug_alcohol", 0.030),
    "Damage": ("damage", 0.018),
    "Racist abuse": ("racist_abuse", 0.012),
    "Bullying": ("bullying", 0.010),
    "Sexual misconduct": ("sexual_misconduct", 0.010),
    "Theft": ("theft", 0.005),
    "Other": ("other", 0.005),
}
MAIN = {
    "Persistent disruptive behaviour": ("persistent_disruptive", 0.48, 0.50),
    "Verbal abuse/threatening behaviour against an adult": ("verbal_adult", 0.18, 0.17),
    "Physical assault against a pupil": ("physical_pupils", 0.13, 0.12),
    "Physical assault against an adult": ("physical_adult", 0.07, 0.05),
    "Verbal abuse/threatening behaviour against a pupil": ("verbal_pupil", 0.05, 0.07),
}
"""Reason → the Department's name of it, and its share in the county and in the city."""
SUSPENSIONS = {
    COUNTY: {
        "Primary": (612, 480, 590, 905, 1240, 1165),
        "Secondary": (3712, 2984, 3641, 6694, 9702, 8861),
        "Special": (156, 146, 159, 221, 298, 284),
    },
    CITY: {
        "Primary": (232, 168, 196, 241, 287, 315),
        "Secondary": (2415, 1512, 1634, 2733, 4218, 4735),
        "Special": (88, 61, 74, 97, 121, 138),
    },
}
PERMANENT = {
    COUNTY: {
        "Primary": (14, 11, 9, 13, 21, 18),
        "Secondary": (102, 83, 61, 94, 143, 128),
        "Special": (2, 2, 1, 2, 4, 3),
    },
    CITY: {"Primary": (7, 4, 1, 2, 3, 4), "Secondary": (53, 28, 8, 15, 21, 26), "Special": (1, 1, 0, 1, 1, 1)},
}

LAIT_YEARS = ("2015/16", "2016/17", "2017/18", "2018/19", "2019/20", "2020/21", "2021/22", "2022/23")
ENGLAND = {
    "TotPermEx": ("% Total Permanent exclusions", (0.082, 0.091, 0.098, 0.101, 0.063, 0.052, 0.081, 0.108)),
    "TotFixedEx": ("% Total Fixed period exclusions", (4.1, 4.6, 5.0, 5.3, 3.8, 4.1, 6.8, 9.2)),
}
AGAINST_ENGLAND = {
    "TotPermEx": {
        "Derby": (1.30, 1.20, 1.40, 1.50, 1.10, 0.60, 0.62, 0.64),
        "Derbyshire": (1.35,) * 8,
        "East Midlands": (1.05,) * 8,
    },
    "TotFixedEx": {
        "Derby": (1.15, 1.10, 1.05, 1.20, 1.05, 0.90, 1.00, 1.17),
        "Derbyshire": (1.20,) * 8,
        "East Midlands": (1.07,) * 8,
    },
}
AREAS = {"England": (970, ""), "East Midlands": (983, ""), "Derby": (831, "East Midlands"), "Derbyshire": (830, "East Midlands")}
NEIGHBOURS_OF = {831: range(9101, 9111), 830: range(9201, 9211)}

NEET_COUNTY = {"2021": 0.0175, "2022": 0.0168, "2023": 0.0159, "2024": 0.0150}
NEET_LOCALITIES = {
    "Amber Valley": 14.1,
    "Bolsover": 15.2,
    "Chesterfield": 19.4,
    "Erewash": 15.9,
    "High Peak/North Dales": 18.7,
    "North East Derbyshire": 13.6,
    "South Derbyshire/South Dales": 9.8,
}
NEET_CITY = {"2022": 0.069, "2023": 0.062, "2024": 0.056}
WORST_WARD, WARDS = "Chaddesden West", DISTRICTS["Derby"][1]


def _exclusions(raw: Path, scale: int) -> Iterator[Written]:
    """One workbook of each authority a school year; the phase is only on the first row of its block."""
    reasons = [*MAIN, *REST]
    for column, agency in ((1, COUNTY), (2, CITY)):
        feed = f"{agency}/exclusions"
        shares = np.array([*(MAIN[name][column] for name in MAIN), *(share for _, share in REST.values())], dtype=float)
        for place, year in enumerate(SCHOOL_YEARS):
            path = raw / feed / f"{year.replace('/', '-')}.xlsx"
            with workbook(path) as book:
                sheet = book.add_worksheet("Exclusions and suspensions")
                sheet.write(0, 0, f"Exclusions and suspensions by main reason. School year: {year}")
                sheet.write_row(2, 0, ["Phase", "Reason", "Permanent exclusions", "Suspensions"])
                row = 3
                for phase in SUSPENSIONS[agency]:
                    permanent, suspended = (
                        scale * apportion(shares, counts[agency][phase][place]) for counts in (PERMANENT, SUSPENSIONS)
                    )
                    for number, reason in enumerate(reasons):
                        cells = [phase if number == 0 else "", reason, int(permanent[number]), int(suspended[number])]
                        sheet.write_row(row, 0, cells)
                        row += 1
                sheet.write(row + 1, 0, "Source: returns of schools. Synthetic: no real school or pupil.")
            yield feed, path, 2 * (row - 3)


def _neet(rng: np.random.Generator, raw: Path, scale: int) -> Iterator[Written]:
    """A workbook of each authority, with a sheet by year and one by place."""
    path = raw / f"{COUNTY}/neet" / "2024.xlsx"
    with workbook(path) as book:
        _rates(book, "NEET rate", ("Year", "NEET rate"), NEET_COUNTY)
        _rates(book, "NEET by locality 2024", ("Locality", "NEET per 1,000 population"), NEET_LOCALITIES, "0.0")
    yield f"{COUNTY}/neet", path, len(NEET_COUNTY) + len(NEET_LOCALITIES)

    wards_in_all = scale * WARDS
    mean, others = NEET_CITY["2024"], wards_in_all - 1
    # The worst ward has twice the mean of all, so the others are a little below it.
    spread = rng.uniform(-0.03, 0.03, others)
    rates = np.round((wards_in_all - 2) * mean / others + spread - spread.mean(), 4)
    rates[-1] += round((wards_in_all - 2) * mean - rates.sum(), 4)
    names = [name for number in range(wards_in_all) if (name := ward_name("Derby", number)) != WORST_WARD]
    wards = {name: float(round(rate, 4)) for name, rate in zip(names, rates, strict=True)}
    path = raw / f"{CITY}/neet" / "2024.xlsx"
    with workbook(path) as book:
        _rates(book, "NEET rate", ("Year", "NEET rate"), NEET_CITY)
        _rates(book, "NEET by ward 2024", ("Ward", "NEET rate"), {WORST_WARD: 2 * mean, **wards, "Average": mean})
    yield f"{CITY}/neet", path, len(NEET_CITY) + wards_in_all


def _rates(book: Any, name: str, header: tuple[str, str], rates: dict[str, float], shown: str = "0.00%") -> None:
    sheet, form = book.add_worksheet(name), book.add_format({"num_format": shown})
    sheet.write(0, 0, "Young people not in education, employment or training. Synthetic: nobody real is in it.")
    sheet.write_row(2, 0, header)
    for row, (place, rate) in enumerate(rates.items(), start=3):
        sheet.write(row, 0, place)
        sheet.write(row, 1, rate, form)


def _lait(rng: np.random.Generator, raw: Path) -> Iterator[Written]:
    """The long table behind the tool, as a Parquet file, and the workbook of statistical neighbours."""
    import duckdb

    rows: list[tuple[str, str | None, str, str, str, float, str]] = []
    for measure, (title, england) in ENGLAND.items():
        against = {"England": (1.0,) * 8, **AGAINST_ENGLAND[measure]}
        factors = {(name, AREAS[name]): against[name] for name in AREAS}
        for numbers in NEIGHBOURS_OF.values():
            for number in numbers:
                factors[(f"Authority {number}", (number, "Elsewhere"))] = tuple(rng.uniform(0.85, 1.15, len(LAIT_YEARS)))
        for place, year in enumerate(LAIT_YEARS):
            for (name, (number, region)), factor in factors.items():
                # The Department has no value of an authority that did not exist then.
                value = "-" if number == 9210 and place < 4 else str(round(england[place] * factor[place], 5))
                rows.append((measure, title if place == 0 else None, year, name, value, float(number), region or "NA"))
    names = ("Short Desc", "Data item", "Years", "LA and Regions", "Values", "LA Number", "Region")
    path = raw / LAIT / "2024-Q3.parquet"
    with duckdb.connect() as db:
        db.register("long", pd.DataFrame(rows, columns=list(names)))
        copy_parquet(db, "from long", path)
    yield LAIT, path, len(rows)

    path = raw / NEIGHBOURS / "2024.xlsx"
    with workbook(path) as book:
        sheet = book.add_worksheet("LA SN Groups")
        sheet.write_row(0, 0, ["A", "B", "C", "D", "E", *range(3, 23)])
        sheet.write_row(1, 0, range(1, 26))
        header = [cell for place in range(1, 11) for cell in (f"SN{place}", "SNP")]
        sheet.write_row(2, 0, ["LA num", "LA Name", "LA number", "GOInd", "GOReg", *header])
        for row, (number, near) in enumerate(NEIGHBOURS_OF.items(), start=3):
            name = "Derby" if number == 831 else "Derbyshire"
            cells = [cell for neighbour in near for cell in (neighbour, "Very close")]
            sheet.write_row(row, 0, [number, name, number, 1, "East Midlands", *cells])
    yield NEIGHBOURS, path, sum(map(len, NEIGHBOURS_OF.values()))


LEVELS = (
    ("National", "E92000001", "England", "", "", "", "", ""),
    ("Regional", "E92000001", "England", "E12000004", "East Midlands", "", "", ""),
    ("Local authority", "E92000001", "England", "E12000004", "East Midlands", "831", "E06000015", "Derby"),
    ("Local authority", "E92000001", "England", "E12000004", "East Midlands", "830", "E10000007", "Derbyshire"),
)
GROUPS = {
    "looked after on 31 March": 0.0067,
    "starting to be looked after": 0.0026,
    "ceasing to be looked after": 0.0028,
}
"""Assumed share of children in each group of the file of children looked after."""
LEVEL = ("country_code", "country_name", "region_code", "region_name", "old_la_code", "new_la_code", "la_name")
SIZE = (90.0, 9.0, 0.5, 1.5)
"""Assumed size of each of these areas against the others."""


def _national(rng: np.random.Generator, raw: Path) -> Iterator[Written]:
    """Exclusions by reason, referrals and children looked after, and the NEET scorecard, with the Department's symbols."""
    kinds = [*((name, share) for name, share, _ in MAIN.values()), *REST.values()]
    rows = []
    for school_year in ("201516", "201617"):
        for level, size in zip(LEVELS, SIZE, strict=True):
            for school, part in (
                ("Total", 1.0),
                ("State-funded primary", 0.2),
                ("State-funded secondary", 0.75),
                ("Special", 0.05),
            ):
                counts = {
                    f"{kind}_{name}": int(rng.poisson(size * part * share * of))
                    for kind, of in (("perm", 70), ("fixed", 3500))
                    for name, share in kinds
                }
                hidden = {name: "x" if level[5] and 0 < count < 3 else count for name, count in counts.items()}
                rows.append(
                    {
                        "year": school_year,
                        "level": level[0],
                        **dict(zip(LEVEL, level[1:], strict=True)),
                        "school_type": school,
                        **hidden,
                    }
                )
    yield _csv(raw / REASONS / "2016-17.csv", rows, REASONS)

    referrals, looked_after = [], []
    for year in range(2022, 2025):
        head: dict[str, Any] = {"time_period": year, "time_identifier": "Reporting year"}
        for level, size in zip(LEVELS, SIZE, strict=True):
            area: dict[str, Any] = {**head, "geographic_level": level[0], **dict(zip(LEVEL, level[1:], strict=True))}
            referred = int(rng.poisson(7000 * size))
            again: int | str = "c" if level[5] == "831" and year == 2022 else round(referred * 0.22)
            referrals.append(
                {
                    **area,
                    "category": "Referrals and Re-referrals",
                    "referral_count": referred,
                    "rereferral_count": again,
                    "rereferral_percent": "c" if again == "c" else 22.0,
                }
            )
            # This file has the two codes of an authority around its name.
            placed = {name: area[name] for name in (*head, "geographic_level", *LEVEL[:5], "la_name", "new_la_code")}
            for group, share in GROUPS.items():
                children = 110_000 * size
                number = int(rng.poisson(children * share))
                measures = {
                    "population_type": f"Children {group} each year",
                    "population_estimate": round(children),
                    "children_count": number,
                    "rate_per_10000": round(10_000 * number / children),
                }
                looked_after.append({**placed, **measures})
    yield _csv(raw / CARE / "2024-c1.csv", referrals, CARE)
    yield _csv(raw / CARE / "2024-cla.csv", looked_after, CARE)

    for year in range(2021, 2025):
        scores: list[dict[str, Any]] = []
        for level, rate in zip(LEVELS, (2.8, 2.5, 4.6, 1.8), strict=True):
            neet, unknown = round(rate + rng.uniform(-0.2, 0.2), 1), round(1.6 + rng.uniform(-0.3, 0.3), 1)
            percents = {"NEET_not_known_percent": round(neet + unknown, 1), "NEET_percent": neet, "Notknown_percent": unknown}
            scores.append(
                {
                    "time_period": year,
                    "time_identifier": "Calendar year",
                    "geographic_level": level[0],
                    **dict(zip(LEVEL, level[1:], strict=True)),
                    "Age": "16-17",
                    **percents,
                    "NEET_quintile": "z",
                }
            )
        yield _csv(raw / SCORECARD / f"{year}.csv", scores, SCORECARD)


def _csv(path: Path, rows: list[dict[str, Any]], feed: str) -> Written:
    return feed, path, write_csv(pd.DataFrame(rows), path)


def write_education(rng: np.random.Generator, raw: Path, scale: int) -> Iterator[Written]:
    """Write the deliveries of nine feeds; yields feed, path and rows of each file.

    Counts of exclusions are ``scale`` times as many; shares and rates, and what is national, know no scale.
    """
    yield from _exclusions(raw, scale)
    yield from _neet(rng, raw, scale)
    yield from _lait(rng, raw)
    yield from _national(rng, raw)
