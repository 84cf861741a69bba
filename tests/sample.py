"""A sample of a demonstration's landing zone in which everything still hangs together: places with all that happened there."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from orchestration.home.file_hash import sha256
from orchestration.ingest.landing_zone.demonstration import Listing

FIRST_MONTH = "2022-04"
SHARE = 12  # one place in so many
# Feeds with thousands of rows a month, and the place of a row; where there is none, it goes with its crime.
SAMPLED = {
    "derbyshire_constabulary/crimes": 'coalesce("LSOA Code", "Crime Reference")',
    "derbyshire_constabulary/victims": None,
    "derbyshire_constabulary/suspects": None,
    "derbyshire_constabulary/outcomes": None,
    "police_uk/street": '"LSOA code"',
    "police_uk/outcomes": '"LSOA code"',
}
MONTHLY = "20[0-9][0-9]-[0-1][0-9][-.]*"


def cut(whole: Path, folder: Path) -> None:
    """Write the deliveries of monthly feeds from `FIRST_MONTH` on, a sample of the rows of the large ones, and their listing."""
    con = duckdb.connect()
    con.execute("create table crime (reference varchar)")
    for feed in sorted(path for path in whole.glob("*/*") if any(path.glob(MONTHLY))):
        name = feed.relative_to(whole).as_posix()
        (folder / name).mkdir(parents=True)
        for file in sorted(path for path in feed.iterdir() if path.name >= FIRST_MONTH):
            if name not in SAMPLED:
                os.link(file, folder / name / file.name)
                continue
            place = SAMPLED[name]
            is_kept = f"md5_number({place}) % {SHARE} = 0" if place else '"Crime Reference" in (from crime)'
            con.execute(f"create or replace table sample as from read_csv('{file}', all_varchar = true) where {is_kept}")
            con.execute(f"copy sample to '{folder / name / file.name}' (header)")
            if name.endswith("/crimes"):
                con.execute('insert into crime select "Crime Reference" from sample')
    listed = {path.relative_to(folder).as_posix(): sha256(path) for path in folder.glob("*/*/*")}
    Listing(Listing.read(whole).report, listed).write(folder)
