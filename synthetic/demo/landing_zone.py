"""Write a whole demonstration landing zone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from orchestration.home.file_hash import sha256
from orchestration.ingest.landing_zone.demonstration import Listing
from synthetic.demo.faults import add_faults
from synthetic.feeds.ambulance import write_calls
from synthetic.feeds.census import write_census
from synthetic.feeds.constabulary import write_constabulary
from synthetic.feeds.contextual import write_contextual
from synthetic.feeds.crime_harm_index import write_weights
from synthetic.feeds.deprivation import deprivation, domains, write_imd
from synthetic.feeds.education import write_education
from synthetic.feeds.emergency import write_attendances
from synthetic.feeds.files import write_csv
from synthetic.feeds.fire import write_fire
from synthetic.feeds.geography import write_geography, write_lookup
from synthetic.feeds.knife_carriers import write_carriers
from synthetic.feeds.liaison import write_referrals
from synthetic.feeds.national_grid import load_spatial
from synthetic.feeds.nominals import write_register
from synthetic.feeds.police_uk import prepare, write_archive
from synthetic.feeds.prisons import write_prisons
from synthetic.feeds.probation import write_sentences
from synthetic.feeds.stop_searches import write_searches
from synthetic.feeds.term_dates import write_term_dates
from synthetic.feeds.youth_justice import write_offenders
from synthetic.records.database import load
from synthetic.records.dates import month_weights
from synthetic.records.locations import Map, delivered, draw_map
from synthetic.records.other_crime import other_crime
from synthetic.records.parts import MOST, streams
from synthetic.records.serious_violence import serious_violence
from synthetic.records.targets import NO_DISTRICT, load_targets

if TYPE_CHECKING:
    import duckdb

# Financial years 2019/20 to 2023/24: the printed report that a demonstration of one county reproduces.
REPORT = ("2019-04", "2024-03")
RETURNS = Path(__file__).with_name("returns")
STEPS = 17
"""Streams of random numbers that a part needs."""
ATTEMPTS = 20
"""So often a part is drawn until chance allows numbers that add up."""


@dataclass
class DemoSummary:
    """What was written: ``files`` and ``rows`` by ``agency/feed``, and the time it took in seconds.

    ``returns`` counts the agencies' own aggregate returns beside them, which are samples of what has been published.
    """

    raw: Path
    scale: int
    files: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    returns: int = 0
    seconds: float = 0.0

    def add(self, feed: str, rows: int, *, is_new: bool = True) -> None:
        """Count one more file of a feed, or more rows of a file that was counted."""
        self.files[feed] = self.files.get(feed, 0) + is_new
        self.rows[feed] = self.rows.get(feed, 0) + rows

    def add_all(self, written: Iterable[tuple[str, Path, int]], *, is_new: bool = True) -> None:
        """Count files as they are written: feed, path and rows of each."""
        for feed, _, rows in written:
            self.add(feed, rows, is_new=is_new)


def copy_returns(raw: Path) -> int:
    """Put the agencies' own aggregate returns into a landing zone; returns how many there are."""
    names = sorted(path.relative_to(RETURNS) for path in RETURNS.glob("*/*/*"))
    for name in names:
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(RETURNS / name, raw / name)
    return len(names)


def list_files(raw: Path, report: tuple[str, str] | None) -> None:
    """List every delivery in a landing zone as part of the demonstration."""
    files = {str(path.relative_to(raw)): sha256(path) for path in sorted(raw.glob("*/*/*")) if path.is_file()}
    Listing(report, files).write(raw)


@dataclass(frozen=True)
class Part:
    """One part of a force as it was drawn."""

    streams: list[np.random.Generator]
    map: Map
    database: duckdb.DuckDBPyConnection
    """See :func:`synthetic.records.database.load`."""
    serious: int
    """Its first so many crimes are serious violence."""


def draw_part(seed: int, number: int, scale: int, report: Callable[[str], None]) -> Part:
    """Draw one of ``scale`` parts.

    Raises:
        ValueError: chance allowed no numbers that add up to the published ones, however often it was tried.
    """
    targets = load_targets()
    shares = targets.district_year[:NO_DISTRICT].sum(axis=1).astype(float)
    # Months differ in the whole force alike: an average of many would be smoother than any force's year.
    season = month_weights(streams(seed, 0, STEPS)[2]) if number else None
    attempt = 0
    while True:
        own = streams(seed, number, STEPS, attempt)
        try:
            county = draw_map(own[1], number, scale)
            report("Drawing serious violence")
            records = serious_violence(own[0], targets)
            report("Drawing other crime")
            known = pd.concat([records.victim_persons, records.suspect_persons], ignore_index=True)
            other = other_crime(own[2], shares / shares.sum(), known, records.offences, season)
            return Part(own, county, load(own[3], targets, records, other, county, number), len(records.offences))
        except ValueError:
            attempt += 1
            if attempt == ATTEMPTS:
                raise


def write_police(part: Part, number: int, scale: int, summary: DemoSummary, report: Callable[[str], None]) -> None:
    """Write what is made of the crimes of a part: the constabulary's feeds and the open archive.

    Files of part 0 are new; rows of the others follow.
    """
    database, raw, is_new = part.database, summary.raw, number == 0
    report("Writing the constabulary's deliveries")
    for feed, path, rows in write_constabulary(database, raw, scale, number):
        summary.add(feed, rows, is_new=is_new)
        if feed.endswith("/outcomes"):
            report(f"Wrote {path.name[:7]} of the constabulary")
    report("Writing knife carriers, nominals and the open archive")
    summary.add_all(write_carriers(part.streams[15], database, raw, scale, number), is_new=is_new)
    summary.add_all(write_register(part.streams[16], database, part.serious, raw, scale, number), is_new=is_new)
    load_spatial(database)
    prepare(part.streams[4], database, part.map)
    summary.add_all(write_archive(database, raw, scale, number), is_new=is_new)


def write_demo(
    raw: Path,
    *,
    seed: int = 2024,
    scale: int = 1,
    faults: bool = False,
    progress: Callable[[str], None] | None = None,
) -> DemoSummary:
    """Write the demonstration deliveries of all feeds under ``raw``, and ``demonstration.json``, which lists them.

    61 months (April 2019 to April 2024) of the constabulary's crimes, victims, suspects and outcomes, whose serious
    violence has the published totals, as have wards, streets, schools and the night-time economy; 36 months of stop
    searches, assault attendances, ambulance calls, referrals and fire incidents; returns about schools and young
    people; stand-ins for the open data and the harm weights they are read with. The same seed and scale yield the same
    bytes. ``scale`` makes one force of so many times the people, streets, wards and neighbourhoods, each with rows of its own
    (:mod:`synthetic.records.parts`); it reproduces no printed report, and needs the memory of one county.
    ``faults`` adds the faults of :mod:`synthetic.demo.faults` and their manifest. ``progress`` is called with a message per step.
    Raises ValueError for a scale that is not 1 to 33.
    """
    import duckdb

    if not 1 <= scale <= MOST:
        raise ValueError(f"scale must be 1 to {MOST}, not {scale}")
    report = progress or (lambda message: None)
    started = perf_counter()
    summary = DemoSummary(Path(raw), scale)

    every, maps = [], []
    for number in range(scale):

        def say(message: str, number: int = number) -> None:
            report(message if scale == 1 else f"{message} (part {number + 1} of {scale})")

        part = draw_part(seed, number, scale, say)
        with part.database:
            write_police(part, number, scale, summary, say)
        every.append(part.streams)
        maps.append(part.map)

    def step(number: int) -> list[np.random.Generator]:
        """The streams of one step, of each part."""
        return [own[number] for own in every]

    report("Writing stand-ins for open data")
    county, first = delivered(maps), every[0]
    areas = county.areas
    with duckdb.connect() as database:
        load_spatial(database)
        write_geography(database, first[13], county, summary.raw, summary.add)
    lookup = summary.raw / "ons" / "lsoa_ward_district" / "2024.csv"
    summary.add("ons/lsoa_ward_district", write_lookup(areas, lookup))
    indices = [deprivation(rng, own.areas) for rng, own in zip(step(5), maps, strict=True)]
    index = pd.concat(indices, ignore_index=True)
    mhclg = summary.raw / "mhclg"
    summary.add("mhclg/imd_2019", write_imd(areas, index, mhclg / "imd_2019" / "2019.xlsx"))
    parts = [domains(rng, own.areas, ranks) for rng, own, ranks in zip(step(11), maps, indices, strict=True)]
    path = mhclg / "imd_2019_domains" / "2019.csv"
    summary.add("mhclg/imd_2019_domains", write_csv(pd.concat(parts, ignore_index=True), path))
    for _, rows in write_term_dates(summary.raw / "local_education_authorities" / "term_dates"):
        summary.add("local_education_authorities/term_dates", rows)
    summary.add_all(write_census(first[15], areas, index, summary.raw, scale))
    summary.add_all(write_contextual(first[16], areas, summary.raw))
    report("Writing the deliveries of the other agencies")
    for deliveries in (
        write_searches(step(6), summary.raw),
        write_attendances(step(7), summary.raw),
        write_calls(step(8), [own.areas for own in maps], summary.raw),
        write_referrals(step(9), summary.raw),
        write_fire(step(10), summary.raw),
        write_sentences(summary.raw, scale),
        write_offenders(summary.raw, scale),
        write_prisons(first[12], summary.raw),
        write_education(first[14], summary.raw, scale),
        write_weights(summary.raw),
    ):
        summary.add_all(deliveries)
    summary.returns = copy_returns(summary.raw)
    if faults:
        report("Adding faults")
        add_faults(summary.raw, seed=seed)
    # Faults, and a larger force, change what adds up to the printed figures.
    list_files(summary.raw, REPORT if scale == 1 and not faults else None)
    summary.seconds = perf_counter() - started
    return summary
