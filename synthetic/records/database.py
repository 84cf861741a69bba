"""The records of a county, or of one part of a larger force, in a DuckDB database in memory, from which deliveries are written.

No published figure is in this file. Ours: how the force numbers crimes (a running number by year of recording) and
people, how long offences last, and that a few outcomes were first recorded as another one, in an earlier month's
delivery.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from synthetic.records.following_month import exchanged, movable, moved
from synthetic.records.geography import HOT_STREETS, with_own_names
from synthetic.records.locations import Map, place
from synthetic.records.model import Records
from synthetic.records.other_crime import OtherCrime
from synthetic.records.targets import Targets

if TYPE_CHECKING:
    import duckdb

REVISED_SHARE = 0.015
"""Outcomes that replace an earlier record of the same crime and sequence."""
LASTING_SHARE = 0.45
MINUTES_VIOLENT, MINUTES_PROPERTY = 20, 500
"""Assumed share of crimes with a known end, and mean duration."""


def _crimes(rng: np.random.Generator, records: Records, other: OtherCrime, county: Map) -> pd.DataFrame:
    """All crimes with the columns of ``crime`` below; serious violence first.

    ``movable`` and ``left_out`` say what has changed, or is not delivered, in the month after the report.
    """
    serious = records.offences.assign(domestic=False, slavery=False, property=False)
    shared = [name for name in other.offences.columns if name in serious.columns]
    crimes = pd.concat([serious[shared], other.offences[shared]], ignore_index=True)
    crimes = crimes.assign(**place(rng, county, crimes, len(serious)))
    (chance,) = rng.spawn(1)
    hot = county.areas["ward_name"].isin(HOT_STREETS).to_numpy()
    able = movable(crimes, hot[crimes["lsoa"]] & (crimes["lsoa"] >= 0).to_numpy())
    crimes, left_out = moved(chance, crimes, able)
    committed = crimes["committed"].to_numpy().astype("datetime64[m]")
    recorded = crimes["recorded"].to_numpy().astype("datetime64[m]")
    lasts = rng.exponential(np.where(crimes["property"], MINUTES_PROPERTY, MINUTES_VIOLENT)).astype(np.int64)
    until = np.minimum(committed + lasts, recorded)
    until[rng.random(len(crimes)) >= LASTING_SHARE] = np.datetime64("NaT")
    for name in ("code", "weapon", "relationship", "location", "street"):
        crimes[name] = crimes[name].astype("category")
    # The order of recording is the order of the reference numbers; what is left out comes last and leaves no gap.
    order = np.lexsort((np.arange(len(crimes)), recorded, left_out))
    rank = np.empty(len(crimes), dtype=np.int64)
    rank[order] = np.arange(len(crimes))
    year = (crimes["month"].to_numpy() + 3) // 12 + 2019
    first = np.searchsorted(np.sort(year), year)  # Earlier years are recorded earlier.
    return crimes.assign(id=np.arange(len(crimes)), until=until, reference_year=year, number=rank - first).assign(
        movable=able, left_out=left_out
    )


def load(
    rng: np.random.Generator, targets: Targets, records: Records, other: OtherCrime, county: Map, part: int = 0
) -> duckdb.DuckDBPyConnection:
    """A database with the tables crime, victim, suspect, outcome, lsoa, offence_title, outcome_title, district.

    crime: id, month (0-60 of recording), reference_year, number (from 0 within the year), recorded, committed, until,
    code, district, lsoa, ...; victim and suspect: crime attributes, nominal (from 0), born, sex, ethnicity; outcome:
    month (of its date), crime attributes, sequence, code, ... Blank text is NULL.
    """
    import duckdb

    from synthetic.records.targets import SEEDS

    crimes = _crimes(rng, records, other, county)
    people = pd.concat([records.victim_persons, records.suspect_persons, other.persons], ignore_index=True)
    people["person"] = np.arange(len(people))
    people["nominal"] = rng.permutation(len(people))
    people["sex"] = people["sex"].astype("category")
    people["ethnicity"] = people["ethnicity"].astype("category")
    shift, later = len(records.victim_persons), len(records.offences)
    chances, able = rng.spawn(2), crimes["movable"].to_numpy()
    victims = pd.concat(
        [
            exchanged(chances[0], records.victims, records.victim_persons, able),
            other.victims.assign(offence=other.victims["offence"] + later),
        ]
    )
    suspects = pd.concat(
        [
            exchanged(chances[1], records.suspects, records.suspect_persons, able).assign(
                person=lambda rows: rows["person"] + shift
            ),
            other.suspects.assign(offence=other.suspects["offence"] + later),
        ]
    )
    outcomes = pd.concat([records.outcomes, other.outcomes.assign(offence=other.outcomes["offence"] + later)], ignore_index=True)
    outcomes = _with_revisions(rng, outcomes, crimes)
    for name in ("code", "decision_maker"):
        outcomes[name] = outcomes[name].astype("category")

    database = duckdb.connect()
    database.execute("set preserve_insertion_order = true")
    seeds = {
        "offence_title": "reference/offence_code",
        "outcome_title": "reference/outcome_code",
        "district": "national/national_district",
    }
    for table, file in seeds.items():
        database.execute(f"create table {table} as from read_csv('{SEEDS / file}.csv', all_varchar = true)")
    for name, frame in (
        ("crimes", crimes),
        ("people", people),
        ("victims", victims),
        ("suspects", suspects),
        ("outcomes", outcomes),
        ("areas", with_own_names(county.areas, part).assign(lsoa=np.arange(len(county.areas)))),
    ):
        database.register(name, frame)
    database.execute("create table lsoa as select * from areas")
    database.execute(
        """
        create table crime as
        select * exclude (movable, left_out) replace (nullif(weapon, '') as weapon, nullif(relationship, '') as relationship,
            nullif(street, '') as street)
        from crimes where not left_out order by month, recorded, id
        """
    )
    for table in ("victim", "suspect"):
        database.execute(
            f"""
            create table {table} as
            select crime.month, crime.reference_year, crime.number, crime.recorded, crime.committed, people.nominal,
                people.born, nullif(people.sex, '') as sex, nullif(people.ethnicity, '') as ethnicity
            from {table}s as person
            inner join crime on crime.id = person.offence
            inner join people using (person)
            order by crime.month, crime.recorded, crime.id, people.nominal
            """
        )
    database.execute(
        """
        create table outcome as
        select datediff('month', date '2019-04-01', outcomes.date::date)::integer as month,
            crime.reference_year, crime.number, crime.id,
            outcomes.sequence, outcomes.code, outcomes.date::date as date, outcomes.decision_maker
        from outcomes inner join crime on crime.id = outcomes.offence
        order by month, outcomes.date, crime.id, outcomes.sequence
        """
    )
    for name in ("crimes", "people", "victims", "suspects", "outcomes", "areas"):
        database.unregister(name)
    return database


def _with_revisions(rng: np.random.Generator, outcomes: pd.DataFrame, crimes: pd.DataFrame) -> pd.DataFrame:
    """``outcomes`` and, for some, an earlier record with the same crime and sequence, dated in an earlier month."""
    recorded = crimes["recorded"].to_numpy().astype("datetime64[D]")[outcomes["offence"]]
    date = outcomes["date"].to_numpy().astype("datetime64[D]")
    days = (date.astype("datetime64[M]").astype("datetime64[D]") - recorded).astype(np.int64)
    chosen = (days > 0) & (rng.random(len(outcomes)) < REVISED_SHARE)
    earlier: pd.DataFrame = outcomes[chosen].copy()
    earlier["date"] = recorded[chosen] + np.floor(rng.random(int(chosen.sum())) * days[chosen]).astype(np.int64)
    earlier["code"] = np.where(earlier["code"] == "18", "21", "18")
    earlier["decision_maker"] = "Police"
    return pd.concat([outcomes, earlier], ignore_index=True)
