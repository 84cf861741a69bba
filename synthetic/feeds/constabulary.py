"""The four record-level deliveries of the constabulary, one CSV file per feed and month.

Formats are those of the feeds' contracts; crimes, victims and suspects go by month of recording, outcomes by month of
outcome. The parts of a larger force (``synthetic.records.parts``) go into the same files, one below the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from synthetic.feeds.files import copy_csv
from synthetic.records.dates import MONTHS, period

if TYPE_CHECKING:
    import duckdb

AGENCY = "derbyshire_constabulary"
FEEDS = ("crimes", "victims", "suspects", "outcomes")

REFERENCE = """'DC-' || reference_year || '-' || lpad((number * {scale} + {part} + 1)::varchar, 7, '0')"""
NOMINAL = """'N' || lpad((10000000 + nominal * {scale} + {part})::varchar, 8, '0')"""
MINUTE, DAY = "%d/%m/%Y %H:%M", "%d/%m/%Y"


def _crimes() -> str:
    return f"""
    select {REFERENCE} as "Crime Reference",
        strftime(recorded, '{MINUTE}') as "Recorded Date Time",
        strftime(committed, '{MINUTE}') as "Committed From",
        strftime(until, '{MINUTE}') as "Committed To",
        offence_title.ho_class as "HO Class",
        offence_title.ho_sub_code as "HO Sub Code",
        offence_title.offence_title as "Offence Title",
        if(district.district = 'Derby', 'Derby City', district.district) as "District",
        lsoa.ward_code as "Ward Code",
        lsoa.ward_name as "Ward Name",
        if(lsoa.code is null, null, easting) as "Easting",
        if(lsoa.code is null, null, northing) as "Northing",
        lsoa.code as "LSOA Code",
        location as "Location Type",
        if(domestic, 'Y', 'N') as "Domestic Abuse Flag",
        if(slavery, 'Y', 'N') as "Modern Slavery Flag",
        if(alcohol, 'Y', 'N') as "Alcohol Qualifier",
        if(drugs, 'Y', 'N') as "Drugs Qualifier",
        weapon as "Weapon Description",
        if(knife, 'Y', 'N') as "Knife Crime Flag",
        relationship as "Suspect to Victim Relationship",
        street as "Street"
    from crime
    inner join offence_title on offence_title.ho_sub_code = crime.code::varchar
    left join lsoa using (lsoa)
    left join district on district.district_code = lsoa.district_code
    where crime.month = {{month}}
    order by number
    """


def _people(table: str) -> str:
    return f"""
    select {REFERENCE} as "Crime Reference",
        strftime(recorded, '{MINUTE}') as "Crime Recorded Date Time",
        strftime(committed, '{DAY}') as "Offence Date",
        {NOMINAL} as "Nominal Reference",
        strftime(born, '{DAY}') as "Date of Birth",
        sex as "Sex",
        ethnicity as "Self Defined Ethnicity"
    from {table}
    where month = {{month}}
    order by number, nominal
    """


def _outcomes() -> str:
    return f"""
    select {REFERENCE} as "Crime Reference",
        sequence as "Outcome Sequence",
        code as "Outcome Code",
        title.outcome_title as "Outcome Title",
        strftime(date, '{DAY}') as "Outcome Date",
        outcome.decision_maker as "Decision Maker"
    from outcome
    inner join outcome_title as title
        on title.outcome_code = outcome.code::varchar
        and (title.decision_maker is null or title.decision_maker = outcome.decision_maker::varchar)
    where month = {{month}}
    order by date, reference_year, number, sequence
    """


QUERIES = {"crimes": _crimes(), "victims": _people("victim"), "suspects": _people("suspect"), "outcomes": _outcomes()}


def write_constabulary(
    database: duckdb.DuckDBPyConnection, raw: Path, scale: int, part: int = 0
) -> Iterator[tuple[str, Path, int]]:
    """Write all months of the four feeds of one of ``scale`` parts; yields feed, path and rows of each file."""
    for month in range(MONTHS):
        for feed in FEEDS:
            path = raw / AGENCY / feed / f"{period(month)}.csv"
            query = QUERIES[feed].format(scale=scale, part=part, month=month)
            yield f"{AGENCY}/{feed}", path, copy_csv(database, query, path, append=part > 0)
