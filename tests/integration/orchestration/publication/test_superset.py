"""A real Superset imports what `sna bi superset` writes, and its charts show the numbers of the release."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.superset import VARIABLE, running


@pytest.mark.slow
def test_every_chart_of_the_dashboard_has_data(small_county, tmp_path):
    if not (environment := os.environ.get(VARIABLE)):
        pytest.skip(f"needs {VARIABLE}: a virtual environment with Apache Superset, as tests/superset.py says")
    bundle = tmp_path / "superset.zip"
    done = small_county.sna("bi", "superset", "--out", str(bundle))
    assert done.returncode == 0, done.stderr
    with running(Path(environment), tmp_path) as superset:
        superset.import_dashboard(bundle)
        shown = {name: superset.data(chart) for name, chart in superset.charts().items()}
    assert len(shown) > 30
    assert {name for name, rows in shown.items() if not rows} == set()
    ((release_id, banner),) = small_county.query("select release_id, banner from meta.release")
    (head,) = shown["Release"]
    assert (head["release_id"], head["banner"]) == (release_id, banner)
    rows = small_county.query("select financial_year, offences from marts.recorded_offences where is_serious_violence")
    offences = Counter[str]()
    for year, count in rows:
        offences[year] += count
    by_year = shown["Recorded offences by year, with limits"]
    assert {row["financial_year"]: row["offences"] for row in by_year} == offences
    # Residents of a district are not those of all: some rate is there, and none is above one offence per resident.
    rates = [row["offences_per_1000"] for row in shown["Recorded offences per 1,000 residents"]]
    assert any(rates) and all(rate is None or 0 <= rate < 1000 for rate in rates)
