"""Stand-ins for a year of the police.uk archive (April 2023 to March 2024), drawn from the same crimes.

Formats and habits are the archive's: anonymous ids that are blank for anti-social behaviour (ASB), a few ids twice at
another place, months without days, points snapped to a few places per LSOA, 14 coarse crime types. Published
constraint: 2,602 stop searches in 2023/24, 503 of them for offensive weapons, which were found in 79 (T38). All other
numbers are assumed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from synthetic.feeds.files import copy_csv
from synthetic.feeds.national_grid import to_degrees
from synthetic.records.controlled_rounding import apportion
from synthetic.records.dates import FIRST_MONTH, period
from synthetic.records.details import pick
from synthetic.records.geography import SNAP_POINTS
from synthetic.records.locations import Map
from synthetic.records.other_crime import HOURS

if TYPE_CHECKING:
    import duckdb

FORCE, SLUG = "Derbyshire Constabulary", "derbyshire"
MONTHS = range(48, 60)
SEARCHES, FOR_WEAPONS, WEAPONS_FOUND = 2602, 503, 79
ASB_A_MONTH = 1250
REPEATED_ID_SHARE = 0.02

# Recorded-crime group or, where it is finer, offence code -> the archive's crime type.
CRIME_TYPES = {
    "Homicide": "Violence and sexual offences",
    "Violence with injury": "Violence and sexual offences",
    "Violence without injury": "Violence and sexual offences",
    "Stalking and harassment": "Violence and sexual offences",
    "Sexual offences": "Violence and sexual offences",
    "Death or serious injury - unlawful driving": "Violence and sexual offences",
    "Possession of weapons offences": "Possession of weapons",
    "Public order offences": "Public order",
    "Burglary": "Burglary",
    "Robbery": "Robbery",
    "Vehicle offences": "Vehicle crime",
    "Criminal damage and arson": "Criminal damage and arson",
    "Drug offences": "Drugs",
    "Modern slavery": "Other crime",
    "Theft offences": "Other theft",
    "039/00": "Theft from the person",
    "044/00": "Bicycle theft",
    "046/00": "Shoplifting",
}
# Outcome code -> the archive's category (street files) and type (outcome files).
OUTCOMES = {
    "1": ("Awaiting court outcome", "Suspect charged"),
    "1A": ("Awaiting court outcome", "Suspect charged"),
    "2": ("Offender given a caution", "Offender given a caution"),
    "2A": ("Offender given a caution", "Offender given a caution"),
    "3": ("Offender given a caution", "Offender given a caution"),
    "3A": ("Offender given a caution", "Offender given a caution"),
    "8": ("Local resolution", "Local resolution"),
    "18": ("Investigation complete; no suspect identified",) * 2,
    "20": ("Action to be taken by another organisation",) * 2,
    "21": ("Further investigation is not in the public interest",) * 2,
    "22": ("Further action is not in the public interest",) * 2,
    "9": ("Formal action is not in the public interest",) * 2,
    "10": ("Formal action is not in the public interest",) * 2,
    "11": ("Formal action is not in the public interest",) * 2,
    "12": ("Formal action is not in the public interest",) * 2,
}
OTHER_OUTCOME = "Unable to prosecute suspect"
NO_OUTCOME = "Under investigation"

ETHNICITIES = {
    "White - English/Welsh/Scottish/Northern Irish/British": 0.52,
    "White - Any other White background": 0.04,
    "Asian/Asian British - Pakistani": 0.04,
    "Asian/Asian British - Indian": 0.02,
    "Black/African/Caribbean/Black British - Caribbean": 0.03,
    "Black/African/Caribbean/Black British - African": 0.03,
    "Mixed/Multiple ethnic groups - White and Black Caribbean": 0.03,
    "Mixed/Multiple ethnic groups - Any other Mixed/Multiple ethnic background": 0.02,
    "Other ethnic group - Not stated": 0.18,
    "": 0.09,
}
OFFICER_ETHNICITIES = {"White": 0.74, "Black": 0.09, "Asian": 0.09, "Other": 0.03, "Mixed": 0.01, "": 0.04}
AGES = {"10-17": 0.17, "18-24": 0.29, "25-34": 0.23, "over 34": 0.21, "under 10": 0.001, "": 0.1}
POWERS = {
    "Controlled drugs": "Misuse of Drugs Act 1971 (section 23)",
    "Stolen goods": "Police and Criminal Evidence Act 1984 (section 1)",
    "Article for use in theft": "Police and Criminal Evidence Act 1984 (section 1)",
    "Articles for use in criminal damage": "Police and Criminal Evidence Act 1984 (section 1)",
    "Offensive weapons": "Police and Criminal Evidence Act 1984 (section 1)",
    "Firearms": "Firearms Act 1968 (section 47)",
}
OTHER_OBJECTS = {
    "Controlled drugs": 0.72,
    "Stolen goods": 0.1,
    "Article for use in theft": 0.12,
    "Articles for use in criminal damage": 0.04,
    "Firearms": 0.02,
}
NOTHING_FURTHER = "A no further action disposal"
RESULTS = {
    NOTHING_FURTHER: 0.72,
    "Arrest": 0.14,
    "Community resolution": 0.09,
    "Summons / charged by post": 0.02,
    "Khat or Cannabis warning": 0.02,
    "Caution (simple or conditional)": 0.01,
}
WINTER_TIME = (np.datetime64("2023-10-29T01:00"), np.datetime64("2024-03-31T02:00"))
"""Between these (London) clocks show UTC, in the rest of the year an hour more."""


def prepare(rng: np.random.Generator, database: duckdb.DuckDBPyConnection, county: Map) -> None:
    """Tables snap (a place per LSOA and point), asb, crime_type, category and search in the database."""
    areas, snap = county.areas, county.points.assign(street="On or near " + county.points["street"])
    degrees = to_degrees(database, snap["easting"].to_numpy(), snap["northing"].to_numpy())
    snap = snap.assign(longitude=degrees[:, 0], latitude=degrees[:, 1])
    heat = areas["heat"].to_numpy()
    size = ASB_A_MONTH * len(MONTHS)
    month = rng.choice(np.array(MONTHS), size)
    lsoa = rng.choice(len(areas), size, p=heat / heat.sum())
    # Reports cluster at few places, so identical rows are ordinary.
    asb = pd.DataFrame({"month": month, "lsoa": lsoa, "point": rng.geometric(0.5, size) % SNAP_POINTS})
    frames = {
        "snap": snap,
        "asb": asb,
        "crime_type": pd.DataFrame({"key": list(CRIME_TYPES), "crime_type": list(CRIME_TYPES.values())}),
        "category": pd.DataFrame(
            [(code, *names) for code, names in OUTCOMES.items()], columns=["code", "category", "outcome_type"]
        ),
        "search": searches(rng, areas, snap),
    }
    for name, frame in frames.items():
        database.register("frame", frame)
        database.execute(f"create table {name} as select * from frame")
        database.unregister("frame")


def searches(rng: np.random.Generator, areas: pd.DataFrame, snap: pd.DataFrame) -> pd.DataFrame:
    """One row per stop search: month (0-59, of London time), searched_at (UTC) and what the archive says of it; blank
    text for none.
    """
    month = np.repeat(np.array(MONTHS), apportion(rng.uniform(0.85, 1.15, len(MONTHS)), SEARCHES))
    first = (FIRST_MONTH + month).astype("datetime64[D]")
    days = ((FIRST_MONTH + month + 1).astype("datetime64[D]") - first).astype(np.int64)
    hour = rng.choice(24, SEARCHES, p=HOURS["evening"] / HOURS["evening"].sum())
    local = (first + (rng.random(SEARCHES) * days).astype(np.int64)).astype("datetime64[s]")
    local = local + (3600 * hour + rng.integers(0, 3600, SEARCHES))
    winter = (local >= WINTER_TIME[0]) & (local < WINTER_TIME[1])
    for_weapons = rng.permutation(np.arange(SEARCHES) < FOR_WEAPONS)
    item = np.where(for_weapons, "Offensive weapons", pick(rng, OTHER_OBJECTS, SEARCHES))
    result = pick(rng, RESULTS, SEARCHES)
    linked = (result != NOTHING_FURTHER) & ~for_weapons & (rng.random(SEARCHES) < 0.8)
    found = rng.permutation(np.flatnonzero(for_weapons))[:WEAPONS_FOUND]
    linked[found] = True
    result[found] = pick(rng, {"Arrest": 0.85, "Community resolution": 0.15}, WEAPONS_FOUND)
    heat = areas["heat"].to_numpy()
    lsoa = rng.choice(len(areas), SEARCHES, p=heat / heat.sum())
    place = snap.iloc[lsoa * SNAP_POINTS + rng.integers(0, SNAP_POINTS, SEARCHES)]
    located = rng.random(SEARCHES) >= 0.2
    return pd.DataFrame(
        {
            "month": month,
            "type": pick(rng, {"Person search": 0.8, "Person and Vehicle search": 0.2}, SEARCHES),
            "searched_at": local - np.where(winter, 0, 3600).astype("timedelta64[s]"),
            "latitude": np.where(located, place["latitude"], np.nan),
            "longitude": np.where(located, place["longitude"], np.nan),
            "gender": pick(rng, {"Male": 0.88, "Female": 0.11, "": 0.01}, SEARCHES),
            "age_range": pick(rng, AGES, SEARCHES),
            "ethnicity": pick(rng, ETHNICITIES, SEARCHES),
            "officer_ethnicity": pick(rng, OFFICER_ETHNICITIES, SEARCHES),
            "legislation": np.array([POWERS[name] for name in item], dtype=object),
            "item": item,
            "result": result,
            "linked": linked,
            "more_removed": rng.random(SEARCHES) < 0.02,
        }
    )


# Anonymous and the same in all files of the archive, but no way back to the reference.
CRIME_ID = "sha256('archive ' || {scale} || ' ' || reference_year || ' ' || (number * {scale} + {part}))"

STREET = f"""
    with recorded as (
        select {CRIME_ID} as id, lsoa, point, category, crime_type, 1 as copy
        from archived
        where month = {{month}}
        union all
        select {CRIME_ID}, lsoa, (point + 1) % {SNAP_POINTS}, category, crime_type, 2
        from archived
        where month = {{month}} and hash(id) % 1000 < {int(1000 * REPEATED_ID_SHARE)}
        union all
        select null, lsoa, point, null, 'Anti-social behaviour', 0
        from asb
        where month = {{month}}
    )
    select id as "Crime ID", '{{period}}' as "Month", '{FORCE}' as "Reported by", '{FORCE}' as "Falls within",
        printf('%.6f', longitude) as "Longitude", printf('%.6f', latitude) as "Latitude", street as "Location",
        lsoa.code as "LSOA code", lsoa.name as "LSOA name", crime_type as "Crime type",
        category as "Last outcome category", null as "Context"
    from recorded inner join snap using (lsoa, point) inner join lsoa using (lsoa)
    order by lsoa.code, crime_type, id nulls first, copy, longitude, latitude
"""

OUTCOME = f"""
    select {CRIME_ID} as "Crime ID", '{{period}}' as "Month", '{FORCE}' as "Reported by", '{FORCE}' as "Falls within",
        printf('%.6f', longitude) as "Longitude", printf('%.6f', latitude) as "Latitude", street as "Location",
        lsoa.code as "LSOA code", lsoa.name as "LSOA name",
        coalesce(category.outcome_type, '{OTHER_OUTCOME}') as "Outcome type"
    from outcome
    inner join (select id, lsoa, point from crime) as crime using (id)
    inner join snap using (lsoa, point)
    inner join lsoa using (lsoa)
    left join category on category.code = outcome.code::varchar
    where outcome.month = {{month}}
    order by 1, 10
"""

SEARCH = """
    select type as "Type", strftime(searched_at, '%Y-%m-%dT%H:%M:%S+00:00') as "Date", null as "Part of a policing operation",
        null as "Policing operation",
        if(isnan(latitude), null, printf('%.6f', latitude)) as "Latitude",
        if(isnan(longitude), null, printf('%.6f', longitude)) as "Longitude",
        nullif(gender, '') as "Gender", nullif(age_range, '') as "Age range", nullif(ethnicity, '') as "Self-defined ethnicity",
        nullif(officer_ethnicity, '') as "Officer-defined ethnicity", legislation as "Legislation", item as "Object of search",
        result as "Outcome", if(linked, 'True', 'False') as "Outcome linked to object of search",
        if(more_removed, 'True', 'False') as "Removal of more than just outer clothing"
    from search
    where month = {month}
    order by searched_at, 1, 5, 6, 7, 8, 9
"""

QUERIES = {"street": STREET, "outcomes": OUTCOME, "stop_and_search": SEARCH}


def write_archive(database: duckdb.DuckDBPyConnection, raw: Path, scale: int, part: int = 0) -> Iterator[tuple[str, Path, int]]:
    """Write twelve months of the three feeds of one of ``scale`` parts; yields feed, path and rows of each file.

    Needs ``prepare``.
    """
    database.execute(
        f"""
        create table archived as
        with latest as (
            select id, max_by(code::varchar, (sequence, date)) as code from outcome group by id
        )
        select crime.id, crime.month, crime.reference_year, crime.number, crime.lsoa, crime.point,
            coalesce(finer.crime_type, coarse.crime_type) as crime_type,
            case when latest.id is null then '{NO_OUTCOME}' else coalesce(category.category, '{OTHER_OUTCOME}') end as category
        from crime
        inner join offence_title on offence_title.ho_sub_code = crime.code::varchar
        inner join crime_type as coarse on coarse.key = offence_title.recorded_crime_group
        left join crime_type as finer on finer.key = offence_title.ho_sub_code
        left join latest using (id)
        left join category on category.code = latest.code
        where crime.month >= {MONTHS[0]} and crime.lsoa >= 0
        """
    )
    for month in MONTHS:
        for feed, query in QUERIES.items():
            path = raw / "police_uk" / feed / f"{period(month)}-{SLUG}.csv"
            rows = query.format(scale=scale, part=part, month=month, period=period(month))
            yield f"police_uk/{feed}", path, copy_csv(database, rows, path, append=part > 0)
