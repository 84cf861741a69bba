"""The month of the police.uk archive, from the same crimes and outcomes as the constabulary's own feeds.

Formats and habits are those of :mod:`synthetic.feeds.police_uk`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from synthetic.demo.next_month.donors import MONTH, Zone, growth, level, others, sample
from synthetic.demo.next_month.police import CRIMES, OUTCOMES
from synthetic.feeds.files import write_csv
from synthetic.feeds.national_grid import load_spatial
from synthetic.feeds.police_uk import CRIME_TYPES, FORCE, NO_OUTCOME, OTHER_OUTCOME, REPEATED_ID_SHARE, SLUG
from synthetic.feeds.police_uk import OUTCOMES as CATEGORIES
from synthetic.records.parts import MOST
from synthetic.records.targets import SEEDS

if TYPE_CHECKING:
    import duckdb

STREET, OUTCOME = "police_uk/street", "police_uk/outcomes"
BEHAVIOUR = "Anti-social behaviour"

# Crime reference -> id in the archive, see `synthetic.feeds.police_uk.CRIME_ID`.
_ID = """sha256('archive ' || $scale || ' ' || reference[-12:-9] || ' ' || (reference[-7:]::bigint - 1))"""

_SCALE = f"""
    select n from range(1, {MOST + 1}) as scales (n)
    where exists (
        select 1 from (select "Crime Reference" as reference from crimes where _month = $month limit 200)
        where {_ID.replace("$scale", "n")} in (select "Crime ID" from street)
    )
    limit 1
"""

_PLACED = f"""
    create temp table snap as
        select lsoa, location, longitude, latitude, name, st_x(point) as easting, st_y(point) as northing,
            row_number() over (partition by lsoa order by longitude, latitude) as number
        from (
            select distinct "LSOA code" as lsoa, "LSOA name" as name, "Location" as location,
                "Longitude" as longitude, "Latitude" as latitude,
                st_transform(st_point(longitude::double, latitude::double), 'OGC:CRS84', 'EPSG:27700') as point
            from street where "LSOA code" <> '' and longitude <> ''
        );
    create temp table placed as
        with crime as (
            select "Crime Reference" as reference, {_ID} as id, "HO Sub Code" as code, "LSOA Code" as lsoa, _month as month,
                "Easting"::double as easting, "Northing"::double as northing
            from crimes where "LSOA Code" <> ''
        ),
        published as (
            select "Crime ID" as id, min(("Longitude", "Latitude")) as at from street where "Crime ID" <> '' group by all
        ),
        latest as (
            select "Crime Reference" as reference,
                max_by("Outcome Code", ("Outcome Sequence"::integer, strptime("Outcome Date", '%d/%m/%Y'))) as code
            from outcomes group by all
        )
        select crime.reference, crime.id, crime.code, crime.month, crime.lsoa, latest.code as outcome,
            arg_min(snap.number, (
                if((snap.longitude, snap.latitude) = published.at, 0, 1),
                (snap.easting - crime.easting) ** 2 + (snap.northing - crime.northing) ** 2, snap.number
            )) as number
        from crime
        inner join snap using (lsoa)
        left join published using (id)
        left join latest using (reference)
        group by all;
"""

_STREET = f"""
    with recorded as (
        select id, lsoa, number, code, outcome, 1 as copy from placed where month = $month
        union all
        select id, lsoa, number % (select max(number) from snap where snap.lsoa = placed.lsoa) + 1, code, outcome, 2
        from placed where month = $month and hash(id) % 1000 < {int(1000 * REPEATED_ID_SHARE)}
    ),
    typed as (
        select recorded.id, lsoa, number, copy, coalesce(finer.crime_type, coarse.crime_type) as crime_type,
            case when outcome is null then '{NO_OUTCOME}' else coalesce(category.category, '{OTHER_OUTCOME}') end as category
        from recorded
        inner join offence_title on offence_title.ho_sub_code = recorded.code
        inner join crime_type as coarse on coarse.key = offence_title.recorded_crime_group
        left join crime_type as finer on finer.key = offence_title.ho_sub_code
        left join category on category.code = recorded.outcome
        union all
        select '', lsoa, number, 0, '{BEHAVIOUR}', '' from behaviour
    )
    select id as "Crime ID", $month as "Month", '{FORCE}' as "Reported by", '{FORCE}' as "Falls within",
        longitude as "Longitude", latitude as "Latitude", location as "Location", lsoa as "LSOA code", name as "LSOA name",
        crime_type as "Crime type", category as "Last outcome category", '' as "Context"
    from typed inner join snap using (lsoa, number)
    order by lsoa, crime_type, id, copy, longitude, latitude
"""

_OUTCOMES = f"""
    select id as "Crime ID", $month as "Month", '{FORCE}' as "Reported by", '{FORCE}' as "Falls within",
        longitude as "Longitude", latitude as "Latitude", location as "Location", lsoa as "LSOA code", name as "LSOA name",
        coalesce(category.outcome_type, '{OTHER_OUTCOME}') as "Outcome type"
    from outcomes
    inner join placed on placed.reference = outcomes."Crime Reference"
    inner join snap using (lsoa, number)
    left join category on category.code = outcomes."Outcome Code"
    where outcomes._month = $month
    order by 1, 10, outcomes."Outcome Sequence"
"""


def write_archive(rng: np.random.Generator, zone: Zone, month: np.datetime64) -> Iterator[tuple[str, Path, int]]:
    """Write the month's street and outcome files; yields feed, path and rows of each.

    Nothing where the archive has no earlier month. The constabulary's crimes and outcomes of the month must be there.
    """
    import duckdb

    street = zone.read(STREET, zone.recent(STREET, month))
    if street.empty:
        return
    months = [*zone.recent(CRIMES, month), str(month)]
    crimes = zone.read(CRIMES, months, ["Crime Reference", "HO Sub Code", "LSOA Code", "Easting", "Northing"])
    outcomes = zone.read(OUTCOMES, months, ["Crime Reference", "Outcome Sequence", "Outcome Code", "Outcome Date"])
    with duckdb.connect() as con:
        load_spatial(con)
        con.execute(f"create table offence_title as from read_csv('{SEEDS}/reference/offence_code.csv', all_varchar = true)")
        frames = {
            "street": street,
            "crimes": crimes,
            "outcomes": outcomes,
            "crime_type": pd.DataFrame({"key": list(CRIME_TYPES), "crime_type": list(CRIME_TYPES.values())}),
            "category": pd.DataFrame(
                [(code, *names) for code, names in CATEGORIES.items()], columns=["code", "category", "outcome_type"]
            ),
        }
        for name, frame in frames.items():
            con.register(name, frame)
        found = con.execute(_SCALE, {"month": max(street[MONTH])}).fetchone()
        scale = found[0] if found else 1
        for statement in duckdb.extract_statements(_PLACED):
            con.execute(statement, {"scale": scale} if "scale" in statement.named_parameters else None)
        con.register("behaviour", _behaviour(rng, con, zone, street, month))
        for feed, query in ((STREET, _STREET), (OUTCOME, _OUTCOMES)):
            path = zone.raw / feed / f"{month}-{SLUG}.csv"
            yield feed, path, write_csv(con.execute(query, {"month": str(month)}).df(), path)


def _behaviour(
    rng: np.random.Generator, con: duckdb.DuckDBPyConnection, zone: Zone, street: pd.DataFrame, month: np.datetime64
) -> pd.DataFrame:
    """Where anti-social behaviour was reported: the areas and, within them, the places of earlier reports (lsoa, number)."""
    donors = street[street["Crime type"].eq(BEHAVIOUR) & street[MONTH].isin(zone.like(STREET, month))].reset_index(drop=True)
    rows = sample(rng, growth(rng, donors["LSOA name"].str.rsplit(" ", n=1).str[0]), level(rng, donors, month))
    rows = others(rng, donors, rows, ["LSOA code"])
    con.register("reported", donors.iloc[rows][["LSOA code", "Longitude", "Latitude"]])
    return con.execute(
        """select snap.lsoa, snap.number from reported inner join snap on snap.lsoa = reported."LSOA code"
           and (snap.longitude, snap.latitude) = (reported."Longitude", reported."Latitude") order by all"""
    ).df()
