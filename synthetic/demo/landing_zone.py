"""Write a whole demonstration landing zone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from orchestration.ingest.landing_zone.demonstration import Listing, digest
from synthetic.demo.faults import add_faults
from synthetic.feeds.ambulance import write_calls
from synthetic.feeds.census import write_census
from synthetic.feeds.constabulary import write_constabulary
from synthetic.feeds.contextual import write_contextual
from synthetic.feeds.crime_harm_index import write_weights
from synthetic.feeds.deprivation import deprivation, write_domains, write_imd
from synthetic.feeds.education import write_education
from synthetic.feeds.emergency import write_attendances
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
from synthetic.records.locations import draw_map
from synthetic.records.other_crime import other_crime
from synthetic.records.serious_violence import serious_violence
from synthetic.records.targets import NO_DISTRICT, load_targets

# Financial years 2019/20 to 2023/24: the printed report that a demonstration of one county reproduces.
REPORT = ("2019-04", "2024-03")
RETURNS = Path(__file__).with_name("returns")


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

    def add(self, feed: str, rows: int) -> None:
        """Count one more file of a feed."""
        self.files[feed] = self.files.get(feed, 0) + 1
        self.rows[feed] = self.rows.get(feed, 0) + rows

    def add_all(self, written: Iterable[tuple[str, Path, int]]) -> None:
        """Count files as they are written: feed, path and rows of each."""
        for feed, _, rows in written:
            self.add(feed, rows)


def copy_returns(raw: Path) -> int:
    """Put the agencies' own aggregate returns into a landing zone; returns how many there are."""
    names = sorted(path.relative_to(RETURNS) for path in RETURNS.glob("*/*/*"))
    for name in names:
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(RETURNS / name, raw / name)
    return len(names)


def list_files(raw: Path, report: tuple[str, str] | None) -> None:
    """List every delivery in a landing zone as part of the demonstration."""
    files = {str(path.relative_to(raw)): digest(path) for path in sorted(raw.glob("*/*/*")) if path.is_file()}
    Listing(report, files).write(raw)


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
    bytes. ``scale`` writes so many counties into the same files, each with its own crimes and people.
    ``faults`` adds the faults of :mod:`synthetic.demo.faults` and their manifest. ``progress`` is called with a message per step.
    Raises ValueError for a scale below 1.
    """
    if scale < 1:
        raise ValueError(f"scale must be 1 or more, not {scale}")
    report = progress or (lambda message: None)
    started = perf_counter()
    summary = DemoSummary(Path(raw), scale)
    # One stream per step, so that a change in one does not move the others.
    streams = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(17)]

    targets = load_targets()
    report("Drawing serious violence")
    records = serious_violence(streams[0], targets)
    report("Drawing other crime")
    county = draw_map(streams[1])
    areas = county.areas
    shares = targets.district_year[:NO_DISTRICT].sum(axis=1).astype(float)
    known = pd.concat([records.victim_persons, records.suspect_persons], ignore_index=True)
    other = other_crime(streams[2], shares / shares.sum(), known, records.offences)
    database = load(streams[3], targets, records, other, county)
    with database:
        report("Writing the constabulary's deliveries")
        for feed, path, rows in write_constabulary(database, summary.raw, scale):
            summary.add(feed, rows)
            if feed.endswith("/outcomes"):
                report(f"Wrote {path.name[:7]} of the constabulary")
        summary.add_all(write_carriers(streams[15], database, summary.raw, scale))
        summary.add_all(write_register(streams[16], database, len(records.offences), summary.raw, scale))
        report("Writing stand-ins for open data")
        load_spatial(database)
        prepare(streams[4], database, county)
        summary.add_all(write_archive(database, summary.raw, scale))
        write_geography(database, streams[13], county, summary.raw, summary.add)
    lookup = summary.raw / "ons" / "lsoa_ward_district" / "2024.csv"
    summary.add("ons/lsoa_ward_district", write_lookup(areas, lookup))
    index = deprivation(streams[5], areas)
    mhclg = summary.raw / "mhclg"
    summary.add("mhclg/imd_2019", write_imd(areas, index, mhclg / "imd_2019" / "2019.xlsx"))
    domains = mhclg / "imd_2019_domains" / "2019.csv"
    summary.add("mhclg/imd_2019_domains", write_domains(streams[11], areas, index, domains))
    for _, rows in write_term_dates(summary.raw / "local_education_authorities" / "term_dates"):
        summary.add("local_education_authorities/term_dates", rows)
    summary.add_all(write_census(streams[15], areas, index, summary.raw))
    summary.add_all(write_contextual(streams[16], areas, summary.raw))
    report("Writing the deliveries of the other agencies")
    for deliveries in (
        write_searches(streams[6], summary.raw, scale),
        write_attendances(streams[7], summary.raw, scale),
        write_calls(streams[8], areas, summary.raw, scale),
        write_referrals(streams[9], summary.raw, scale),
        write_fire(streams[10], summary.raw, scale),
        write_sentences(summary.raw, scale),
        write_offenders(summary.raw, scale),
        write_prisons(streams[12], summary.raw),
        write_education(streams[14], summary.raw, scale),
        write_weights(summary.raw),
    ):
        summary.add_all(deliveries)
    summary.returns = copy_returns(summary.raw)
    if faults:
        report("Adding faults")
        add_faults(summary.raw, seed=seed)
    # Faults, and other counties, change what adds up to the printed figures.
    list_files(summary.raw, REPORT if scale == 1 and not faults else None)
    summary.seconds = perf_counter() - started
    return summary
