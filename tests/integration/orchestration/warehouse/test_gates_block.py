"""A failure at each gate leaves the published release untouched: in a refresh, in a later run of what is downstream, and from
outside by each way in."""

from __future__ import annotations

import csv
import io
import shutil

import pytest
from rich.console import Console

from orchestration.cli import output, refresh
from orchestration.definitions import JOB, build_defs
from orchestration.home.instance import open_instance
from orchestration.ingest.landing_zone.demonstration import Listing
from orchestration.operations import refresh_plan
from tests.counties import CRIMES, County

VICTIMS = "derbyshire_constabulary/victims"


@pytest.fixture
def here(own_small_county, monkeypatch):
    """A county of its own, whose settings are those of this process."""
    for name, value in own_small_county.environment.items():
        monkeypatch.setenv(name, value)
    return own_small_county


def victims_of_nothing(county: County) -> None:
    """Victims whose crimes were never delivered. The facts gate sees orphans."""
    month = county.raw / VICTIMS / "2019-05.csv"
    with month.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    at = header.index("Crime Reference")
    orphans = [[*row[:at], row[at][:-7] + f"{9_000_000 + n}", *row[at + 1 :]] for n, row in enumerate(rows)]
    corrected = month.with_name("2019-05.v2.csv")
    with corrected.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *orphans])
    county.list(corrected)


def called_calibrated(county: County) -> None:
    """A register once more, in a demonstration that is to reproduce the report. The marts gate sees that it does not."""
    register = county.raw / "vru" / "interventions" / "2024-25.yaml"
    shutil.copy(register, register.with_name("2024-25.v2.yaml"))
    files = {name: digest for name, digest in Listing.read(county.raw).files.items() if (county.raw / name).exists()}
    Listing(("2019-04", "2024-03"), files).write(county.raw)


def refreshed(county: County) -> tuple[refresh.Outcome, str]:
    """A refresh in this process, and what it says of failures."""
    out = Console(file=io.StringIO(), width=200)
    outcome = refresh.run(county.settings, refresh_plan.plan(county.settings, ""), out)
    output.failure(out, county.settings, outcome.failures)
    return outcome, out.file.getvalue()  # type: ignore[attr-defined]


def materialise(county: County, schema: str) -> list[str]:
    """A later run of the assets of a schema only; returns the errors of its steps."""
    job = build_defs(county.settings).resolve_job_def(JOB)
    chosen = [key for key in job.asset_layer.executable_asset_keys if key.path[0] == schema]
    with open_instance(county.settings) as instance:
        result = job.execute_in_process(instance=instance, asset_selection=chosen, raise_on_error=False)
    assert not result.success
    return [event.step_failure_data.error.to_string() for event in result.all_events if event.is_step_failure]


@pytest.mark.parametrize(
    ("spoil", "stage", "subject", "downstream"),
    [
        (County.deliver_after_a_gap, "feeds", CRIMES, "conformed"),
        pytest.param(victims_of_nothing, "facts", "conformed.fct_victim", "marts", marks=pytest.mark.slow),
        pytest.param(called_calibrated, "marts", "sna.reconciliation", "published", marks=pytest.mark.slow),
    ],
    ids=["feeds", "facts", "marts"],
)
def test_a_closed_gate_keeps_what_is_published(here, spoil, stage, subject, downstream):
    before = here.release()
    spoil(here)
    outcome, said = refreshed(here)
    assert outcome.release is None
    assert f"{stage} gate {subject}" in said
    assert "Remedy:" in said
    assert here.release() == before
    assert any("GateNotPassedError" in error for error in materialise(here, downstream))
    assert here.release() == before


@pytest.mark.slow
def test_a_closed_gate_ends_the_command_with_its_remedy(own_small_county):
    before = own_small_county.release()
    own_small_county.deliver_after_a_gap()
    done = own_small_county.sna("refresh")
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"feeds gate {CRIMES}" in done.stderr
    assert "Remedy:" in done.stderr
    assert own_small_county.sna("status").returncode == 0
    assert own_small_county.release() == before


@pytest.mark.slow
def test_a_closed_gate_is_closed_to_dagsters_own_commands(own_small_county):
    county: County = own_small_county
    before = county.release()
    county.deliver_after_a_gap()
    assert county.sna("refresh").returncode == 1

    select = 'key:"conformed/*"+'
    later = county.run("dagster", "asset", "materialize", "-m", "orchestration.definitions", "--select", select)
    assert later.returncode != 0
    assert "GateNotPassedError" in later.stderr + later.stdout

    again = county.run("dagster", "job", "execute", "-m", "orchestration.definitions", "-j", "refresh")
    assert again.returncode != 0
    assert county.release() == before
