"""Good deliveries, and words that only look like identifiers: where these are refused, a refusal elsewhere proves nothing."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus import valid
from tests.corpus.case import ACCEPTED, Case, content

# What a receptionist writes about a place or a means, and a person could take for more.
NOTES = (
    *(
        "outside the King's Head",
        "Market Place",
        "by the bus station",
        "car park of a supermarket",
        "in the high street",
        "at work",
    ),
    *(
        "between the chip shop and the taxi rank",
        "Royal Derby Hospital, ward 12",
        "A38 northbound",
        "M1 J28",
        "platform 2",
        "house party",
    ),
    *(
        "hit with a bottle",
        "kicked 10 times",
        "pool cue",
        "2 males in High Street",
        "3 lads aged 10/11/12",
        "approx 22:15",
        "999 called",
    ),
    *(
        "on the 23:15 bus",
        "level 4",
        "flat of a friend",
        "school playground",
        "leisure centre",
        "not known",
        "N/A",
        "-",
        "refused to say",
    ),
    *(
        "knuckle duster",
        "glass",
        "baseball bat",
        "dog lead",
        "pushed down 12 steps",
        "£20 stolen",
        "50/50",
        "S18",
        "DE1",
        "E05001770",
    ),
    *(
        "12 stitches, 2019 scar",
        "in the 2 The Crown, punched",
        "score 3/5 then 4/5",
        "room 1.2.3",
        "unit 12.5",
        "24/7 shop",
        "hit 44 times",
        "bus 44 at 17:20",
        "stairs   2 and   3",
        "a hundred people",
        "two hundred yards from one pub",
        "version 2.0.1",
        "25.5 C",
        "about 447 m away",
    ),
)


def cases() -> Iterator[Case]:
    for table in (*valid.TEXT_FEEDS, valid.AMBULANCE):
        book = table is valid.AMBULANCE
        made = valid.xlsx(valid.calls()) if book else valid.text(table.rows()).encode()
        name = f"{table.period_name}.{'xlsx' if book else 'csv'}"
        for sent in (False, True):
            yield _good(f"{table.feed}, {'sent' if sent else 'landed'}", table.feed, name, made, sent=sent)
    for feed, name, made in (
        (valid.SOCIAL_CARE_COUNTY, "2023-24.xlsx", valid.xlsx(valid.county_return())),
        (valid.SOCIAL_CARE_COUNTY, "2023-24.ods", valid.ods(valid.county_return())),
        (valid.SOCIAL_CARE_CITY, "2023-24.xlsx", valid.xlsx(valid.city_return())),
        (valid.SOCIAL_CARE_CITY, "2023-24.ods", valid.ods(valid.city_return())),
        ("vru/interventions", "2024-25.yaml", valid.yaml_text().encode()),
        ("ons/ward_boundaries", "2025-E07000032.geojson", valid.geojson().encode()),
    ):
        yield _good(f"{feed}, {name}", feed, name, made)
    for number, note in enumerate(NOTES):
        table, column = (
            (valid.ROYAL_DERBY, valid.CHESTERFIELD)[number % 2],
            ("Location Description", "Assault Method Other")[number % 2],
        )
        rows = valid.with_cell(table.rows(), column, note)
        yield _good(f"“{note}”", table.feed, f"{table.period_name}.csv", valid.text(rows).encode())


def _good(name: str, feed: str, file_name: str, made: bytes, *, sent: bool = False) -> Case:
    # Of two feeds with one layout the folder decides.
    return Case("good", name, feed, f"{feed}/{file_name}" if sent else file_name, content(made), ACCEPTED, sent=sent)
