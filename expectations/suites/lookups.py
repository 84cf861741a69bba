"""Gate 2, part of it: rows without a look-up are published as Unknown, and a look-up that knows none of them is the wrong one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from expectations.rules import Suite, between, zero

# Share of the codes of a month that a look-up may not know. From one vintage to the next about a tenth of the LSOAs and a fifth
# of the wards change; of another area, or by another system of codes, none is known.
UNKNOWN_CODES = 0.5
# A month of fewer rows says nothing of a look-up.
MINIMUM_ROWS = 20


@dataclass(frozen=True)
class Coded:
    """A column of a fact with codes of places that a look-up knows.

    Attributes:
        month: column of the fact with the month of a row.
        sender: who sent a row, as SQL on the fact.
        feed: feed type of the rows.
        dimension: table of `conformed` that has every code, with the `district_code` that the look-up knows or `Unknown`.
        look_up: `agency/feed` that fills the dimension.
        place: what a code means.
        rows: relation with the codes as they were sent, where the fact keeps only those that are known.
        unknown: what of a row is unknown without the look-up.
    """

    table: str
    column: str
    month: str
    sender: str
    feed: str
    dimension: str = "dim_lsoa"
    look_up: str = "ons/lsoa_ward_district"
    place: str = "LSOA"
    rows: str = ""
    unknown: str = "district"


CODED = (
    Coded("fct_offence", "lsoa_code", "recorded_month", "'the force'", "police/crimes"),
    Coded(
        *("fct_offence", "ward_code", "recorded_month", "'the force'", "police/crimes"),
        dimension="dim_ward",
        place="ward",
    ),
    Coded("fct_street_crime", "lsoa_code", "month_start", "reported_by", "police_archive/street"),
    Coded("fct_street_outcome", "lsoa_code", "month_start", "reported_by", "police_archive/outcomes"),
    Coded(
        *("fct_ambulance_call", "ward_code", "called_at", "'the ambulance service'", "health/assault_calls"),
        dimension="dim_ward",
        place="ward",
        rows="staging.stg_health__assault_calls",
        unknown="ward",
    ),
)


def suites(con: duckdb.DuckDBPyConnection) -> list[Suite]:
    """Suites of every fact with codes of places, and of the codes of offences."""
    asked = owners(con)
    addresses = dict(con.execute("select agency || '/' || feed, coalesce(publisher_url, '') from ledger.feed").fetchall())
    return [*(_places(coded, asked, addresses) for coded in CODED), _offences(asked), _night_time(asked)]


def owners(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Whom to ask for a feed, by `agency/feed` and by its feed type."""
    rows = con.execute(
        """select agency || '/' || feed, owner from ledger.feed
           union all
           select feed_type, string_agg(distinct owner, ' and ' order by owner) from ledger.feed group by feed_type"""
    )
    return dict(rows.fetchall())


def _places(coded: Coded, owners: Mapping[str, str], addresses: Mapping[str, str]) -> Suite:
    """Codes by month and sender. A look-up was delivered where the dimension has any place that was not only seen in a row."""
    owner, address = owners.get(coded.look_up, coded.look_up), addresses.get(coded.look_up)
    source = f"{owner} publishes it" + (f" at {address}" if address else "")
    code = coded.column
    return Suite(
        subject=f"conformed.{coded.table}",
        title=f"{coded.place}s and their look-up",
        grain="months of a sender",
        sql=f"""
            with look_up as (
                select count(*) > 0 as is_delivered from conformed.{coded.dimension}
                where not is_inferred and {code} <> 'Unknown'
            ),
            coded as (
                select strftime({coded.month}, '%Y-%m') as month, {coded.sender} as sender, {code}, count(*) as n
                from {coded.rows or f"conformed.{coded.table}"} where {code} <> 'Unknown' group by all
            )
            select
                month, sender, sum(n)::bigint as rows_with_code,
                coalesce(sum(n) filter (coalesce(place.district_code, 'Unknown') = 'Unknown'), 0)::bigint as rows_unknown,
                if(any_value(is_delivered), 0, rows_with_code) as rows_without_look_up,
                case when any_value(is_delivered) and rows_with_code >= {MINIMUM_ROWS} then rows_unknown / rows_with_code end
                    as share_unknown
            from coded left join conformed.{coded.dimension} as place using ({code}) cross join look_up
            group by all order by all
        """,
        labels=("month", "sender", "rows_with_code", "rows_unknown"),
        rules=(
            zero(
                f"The look-up of {coded.place}s was delivered",
                "rows_without_look_up",
                f"Nothing fails: these rows are published with an unknown {coded.unknown}. Deliver {coded.look_up}; {source}.",
                blocking=False,
            ),
            between(
                f"The look-up knows at least {1 - UNKNOWN_CODES:.0%} of a month's {coded.place}s",
                *("share_unknown", 0, UNKNOWN_CODES),
                f"The data engineer compares the codes with those of {coded.look_up}. If that has another vintage or area,"
                f" deliver the right one ({source}). If not, {owners.get(coded.feed, 'the sender')} sent rows of another area or"
                " with other codes, and must send the file again.",
                counts="rows_unknown",
            ),
        ),
    )


def _offences(owners: Mapping[str, str]) -> Suite:
    owner = owners.get("police/crimes", "the sender of the crimes")
    return Suite(
        subject="conformed.fct_offence",
        title="offences of known codes",
        grain="months",
        sql=f"""
            select strftime(recorded_month, '%Y-%m') as month, count(*) as offences,
                case when offences >= {MINIMUM_ROWS} then count(*) filter (not code.is_inferred) end as offences_of_known_codes
            from conformed.fct_offence join conformed.dim_offence as code using (offence_code) group by month order by month
        """,
        labels=("month", "offences"),
        rules=(
            between(
                "Every month has offences of codes that the seed offence_code knows",
                *("offences_of_known_codes", 1, None),
                f"Ask {owner} how it writes the Home Office's classes and sub-codes; the data engineer maps them in staging.",
                counts="offences",
            ),
        ),
    )


def _night_time(owners: Mapping[str, str]) -> Suite:
    """Crimes of the kinds of the night-time economy, recorded with a point, by night; and those of them in one of its areas."""
    areas = "places/nte_areas"
    owner = owners.get(areas, areas)
    return Suite(
        subject="conformed.fct_nte_crime",
        title="areas of the night-time economy",
        grain="homes",
        sql=f"""
            with area as (select count(*) > 0 as is_delivered from conformed.dim_nte_area),
            placed as (select count(*) as crimes_in_areas from conformed.fct_nte_crime),
            by_night as (
                select count(*) as crimes_by_night
                from conformed.fct_offence as offence
                join conformed.dim_offence as code using (offence_code)
                join reference.nte_offence_type as kind using (ho_class, ho_sub_code)
                where easting is not null and northing is not null and committed_hour not between 6 and 17
            )
            select
                crimes_by_night,
                if(is_delivered, 0, crimes_by_night) as crimes_without_areas,
                case when is_delivered and crimes_by_night >= {MINIMUM_ROWS} then crimes_in_areas end as crimes_in_areas
            from by_night, area, placed
        """,
        labels=("crimes_by_night",),
        rules=(
            zero(
                "The areas of the night-time economy were delivered",
                "crimes_without_areas",
                f"Nothing fails: no crime is counted as one of the night-time economy. Deliver {areas}; ask {owner}.",
                blocking=False,
            ),
            between(
                "Some crime by night is in an area of the night-time economy",
                *("crimes_in_areas", 1, None),
                f"Ask {owner} whether the areas of {areas} are those of this force, in longitude and latitude.",
                counts="crimes_by_night",
            ),
        ),
    )
