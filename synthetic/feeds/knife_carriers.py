"""What the force holds of knife carriers beside its crimes: intelligence reports and lifestyle assessments.

Published constraints: the thirteen lifestyle factors of the 56 nominals of March 2024 (T32), and that one of them, a boy of
17 with four offences, has every factor but that of a victim (section 6.3). Ours: everything else, such as how many others were
assessed, and all of the intelligence.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from synthetic.feeds.constabulary import AGENCY, DAY, NOMINAL
from synthetic.feeds.files import copy_csv
from synthetic.feeds.monthly import days
from synthetic.records.codes import POSSESSION_CODES
from synthetic.records.dates import period
from synthetic.records.details import pick
from synthetic.records.knife_carriers import RECENT_FROM, REFERENCE, UNDER_25, WINDOW_FROM
from synthetic.records.persons import as_number
from synthetic.records.targets import Ints, cells

if TYPE_CHECKING:
    import duckdb

INTELLIGENCE, LIFESTYLE = f"{AGENCY}/knife_intelligence", f"{AGENCY}/lifestyle_factors"
QUESTIONS = {
    "Known for Violence": "Is subject known for violence?",
    "Threats of Violence": "Has subject ever made threats of violence to another?",
    "Weapon for Criminal Facilitation": "Have they ever used a weapon for criminal facilitation?",
    "Drug Use or Supply": "Is subject involved with drug use or supply?",
    "Aged Under 25": UNDER_25,
    "Weaponry Fixation": "Is subject thought to have a weaponry fixation",
    "Anti-social Behaviour": "Is subject involved with ASB?",
    "Victim of Knife or Violent Crime": "Has suspect been a victim of knife crime or violent crime?",
    "Domestic Abuser": "Is subject a domestic abuser?",
    "Gang or Peer Group": "Is subject part of a gang or peer group?",
    "County Lines": "Is subject involved in county lines?",
    "Mental Health Issues": "Does subject have known MH issues?",
    "Missing Episodes": "Has subject ever had regular missing episodes?",
}
"""Column of the feed, and row of T32."""
VICTIM = "Victim of Knife or Violent Crime"
OTHERS_ASSESSED = 84
"""Assumed: suspects assessed in the same quarter who are not in the cohort."""
FIRST_REPORT, LAST_REPORT, REPORTS_A_MONTH = 48, 59, 34
"""Months, counted from April 2019: the last year."""
OF_THE_COHORT = 0.45
"""Assumed share of the reports that are about the cohort."""
LESS_OFTEN = 0.7
"""Assumed: how much less often the others have a factor."""
SOURCES = {"1": 0.35, "2": 0.6, "3": 0.05}
ASSESSMENTS = {"A": 0.1, "B": 0.15, "C": 0.3, "D": 0.42, "E": 0.03}
WEAPONS = {"Knife/blade": 0.62, "Machete": 0.16, "Knuckle duster": 0.03, "Baseball bat/wood": 0.06, "Firearm": 0.06, "": 0.07}


def _suspects(database: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Suspects of the last 12 months with a known age: nominal, born, number of offences that count, is_carrier."""
    codes = ", ".join(f"'{code}'" for code in POSSESSION_CODES)
    return database.execute(
        f"""
        with incident as (
            select suspect.nominal, suspect.born, suspect.committed,
                (crime.knife or crime.code::varchar in ({codes})) and not crime.domestic as counts
            from suspect inner join crime using (reference_year, number)
            where suspect.committed::date between '{WINDOW_FROM}' and '{REFERENCE}' and suspect.recorded::date <= '{REFERENCE}'
                and suspect.born is not null
        )
        select nominal, any_value(born) as born, count(*) filter (counts) as offences,
            offences >= 2 and bool_or(counts and committed::date >= '{RECENT_FROM}') as is_carrier
        from incident group by nominal having bool_or(committed::date >= '{RECENT_FROM}') order by nominal
        """
    ).df()


def lifestyle(rng: np.random.Generator, suspects: pd.DataFrame) -> pd.DataFrame:
    """One row per assessed suspect: nominal, day, and the thirteen factors (bool)."""
    cohort = suspects[suspects["is_carrier"]]
    others = suspects[~suspects["is_carrier"] & (suspects["offences"] == 1)]
    others = others.iloc[np.sort(rng.choice(len(others), OTHERS_ASSESSED, replace=False))]
    age = _age(cohort)
    boy = int(np.flatnonzero((age == 17) & (cohort["offences"] == 4))[0])
    columns = {}
    for factor, question in QUESTIONS.items():
        number = int(cells("T32")["", question, "Yes"])
        those = rng.permutation(np.delete(np.arange(len(cohort)), boy))[: number - (factor != VICTIM)]
        of_cohort = np.isin(np.arange(len(cohort)), those)
        of_cohort[boy] = factor != VICTIM
        of_others = rng.random(len(others)) < LESS_OFTEN * number / len(cohort)
        if question == UNDER_25:
            of_cohort, of_others = age < 25, _age(others) < 25
        columns[factor] = np.where(np.concatenate([of_cohort, of_others]), "Y", "N")
    everybody = pd.concat([cohort, others], ignore_index=True)
    day = np.datetime64("2024-01-08") + rng.integers(0, 80, len(everybody))
    return pd.DataFrame({"nominal": everybody["nominal"], "day": day, **columns})


def _age(people: pd.DataFrame) -> Ints:
    """Completed years on the reference date."""
    return np.asarray((as_number(np.array([REFERENCE])) - as_number(people["born"].to_numpy().astype("datetime64[D]"))) // 10_000)


def intelligence(rng: np.random.Generator, suspects: pd.DataFrame) -> pd.DataFrame:
    """One row per report, about one nominal: nominal, month (counted from April 2019), day, source, assessment, weapon."""
    month = np.repeat(np.arange(FIRST_REPORT, LAST_REPORT + 1), REPORTS_A_MONTH)
    size = len(month)
    carriers, others = (suspects.loc[suspects["is_carrier"] == known, "nominal"].to_numpy() for known in (True, False))
    return pd.DataFrame(
        {
            "nominal": np.where(rng.random(size) < OF_THE_COHORT, rng.choice(carriers, size), rng.choice(others, size)),
            "month": month,
            "day": days(rng, month),
            "source": pick(rng, SOURCES, size),
            "assessment": pick(rng, ASSESSMENTS, size),
            "weapon": pick(rng, WEAPONS, size),
        }
    )


def write_carriers(
    rng: np.random.Generator, database: duckdb.DuckDBPyConnection, raw: Path, scale: int, part: int = 0
) -> Iterator[tuple[str, Path, int]]:
    """Write 12 months of intelligence and one quarter of assessments of one of ``scale`` parts; yields feed, path and rows
    of each file.

    ``database`` is that of :mod:`synthetic.records.database`.
    """
    suspects = _suspects(database)
    database.register("reports", intelligence(rng, suspects))
    database.register("assessments", lifestyle(rng, suspects))
    for month in range(FIRST_REPORT, LAST_REPORT + 1):
        path = raw / INTELLIGENCE / f"{period(month)}.csv"
        query = f"""
            select
                'IR-' || strftime(day, '%Y-%m-') || lpad((place * {{scale}} + {{part}} + 1)::varchar, 6, '0')
                    as "Report Reference",
                {NOMINAL} as "Nominal Reference", strftime(day, '{DAY}') as "Report Date",
                source as "Source Evaluation", assessment as "Intelligence Assessment", nullif(weapon, '') as "Weapon"
            from (select *, row_number() over (order by day, nominal, weapon, source, assessment) - 1 as place
                from reports where month = {month})
            order by place
        """.format(scale=scale, part=part)
        yield INTELLIGENCE, path, copy_csv(database, query, path, append=part > 0)
    factors = ", ".join(f'"{factor}"' for factor in QUESTIONS)
    query = f"""
        select {NOMINAL} as "Nominal Reference", strftime(day, '{DAY}') as "Assessed On", {factors}
        from assessments order by day, nominal
    """.format(scale=scale, part=part)
    path = raw / LIFESTYLE / "2024-Q1.csv"
    yield LIFESTYLE, path, copy_csv(database, query, path, append=part > 0)
    database.unregister("reports")
    database.unregister("assessments")
