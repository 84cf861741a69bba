"""A service that nobody looks at: a file that arrives is published; a file that fails validation is reported."""

import csv
import io
import signal
import subprocess
import time

import dagster as dg
import pytest
import yaml

from orchestration.defs.automation import DELIVERIES_TAG
from orchestration.home.instance import open_instance
from orchestration.ingest.landing_log import log
from orchestration.operations import configuration
from tests.conftest import BIN
from tests.webhook import webhook

pytestmark = [pytest.mark.xdist_group("unattended"), pytest.mark.slow]

# For a machine that is busy with other things; nothing waits this long otherwise.
PATIENCE = 300
CHECK, SETTLE = 5, 10
OUTCOMES = "derbyshire_constabulary/outcomes"
ENDED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


@pytest.fixture
def hook():
    with webhook() as answering:
        yield answering


@pytest.fixture
def service(own_small_county, hook, tmp_path):
    """`sna run` over a copy of the county, in an environment that watches the landing zone."""
    policy = yaml.safe_load(configuration.DEFAULT.read_text())
    zone = {"check_every_seconds": CHECK, "settle_seconds": SETTLE}
    policy["environments"] = {"unattended": {"landing_zone": zone, "alerts": ["webhook"]}}
    (tmp_path / "operations.yaml").write_text(yaml.safe_dump(policy))
    environment = own_small_county.environment | {
        "SNA_ENVIRONMENT": "unattended",
        "SNA_OPERATIONS": str(tmp_path / "operations.yaml"),
        "SNA_ALERT_WEBHOOK_URL": hook.url,
    }
    said = tmp_path / "service.txt"
    with said.open("wb") as log:
        process = subprocess.Popen([str(BIN / "sna"), "run", "--port", "0"], env=environment, stdout=log, stderr=log)
    yield own_small_county
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0, said.read_text()[-2000:]


def runs(county):
    """All runs of the service, the first first."""
    with open_instance(county.settings) as instance:
        return list(reversed(instance.get_runs()))


def wait_for(found, what):
    until = time.monotonic() + PATIENCE
    while not (result := found()):
        assert time.monotonic() < until, f"{what} did not happen"
        time.sleep(1)
    return result


def ended(county, number):
    """All runs, once so many have ended."""
    return [run for run in runs(county) if run.status in ENDED][number - 1 :] and runs(county)


def write_slowly(county):
    """The outcomes of a month again, one changed, in two writes between which the sensor looks; returns the number of rows."""
    folder = county.raw / OUTCOMES
    with (folder / "2019-05.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    rows[-1][head.index("Outcome Title")] = "Decided again"
    whole = io.StringIO(newline="")
    csv.writer(whole).writerows([head, *rows])
    county.list_text(whole.getvalue())
    with (folder / "2019-05.v2.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([head, *rows[: len(rows) // 2]])
        file.flush()
        time.sleep(CHECK + 2)
        writer.writerows(rows[len(rows) // 2 :])
    return len(rows)


def test_a_file_that_arrives_is_published_and_one_that_fails_validation_is_reported(service, hook):
    before = service.release()
    wait_for(lambda: service.settings.dagster_home.exists(), "the start")

    rows = write_slowly(service)
    (run,) = wait_for(lambda: ended(service, 1), "a run for the new file")
    assert (run.status, run.tags[DELIVERIES_TAG]) == (dg.DagsterRunStatus.SUCCESS, f"{OUTCOMES}/2019-05")
    published = service.release()
    assert published != before
    (landed,) = [load for load in log.read(service.settings.landing) if load.file_name == "2019-05.v2.csv"]
    assert (landed.rows_delivered, landed.rows_accepted) == (rows, rows), "the file was taken in before it was whole"
    assert hook.posted == []

    service.deliver_after_a_gap()
    _, failed = wait_for(lambda: ended(service, 2), "a run for the month after a gap")
    assert failed.status == dg.DagsterRunStatus.FAILURE
    (alert,) = wait_for(lambda: hook.posted, "the alert")
    assert f"refresh {failed.run_id[:8]} failed" in alert["text"]
    assert "A gate did not pass" in alert["text"] and "What was published before is untouched" in alert["text"]
    assert service.release() == published
    assert "The last refresh failed on " in service.sna("status").stdout

    # Neither file is asked for again.
    time.sleep(SETTLE + 3 * CHECK)
    assert [run.run_id for run in runs(service)] == [run.run_id, failed.run_id]
