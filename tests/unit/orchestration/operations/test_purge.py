"""A purged delivery is nowhere any more, an interrupted purge is completed, and what is kept says nothing of the data."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from orchestration.home import creation, lock
from orchestration.home.settings import Settings
from orchestration.ingest.landing_log.log import loads_in_use
from orchestration.ingest.landing_zone.acceptance import accept_short
from orchestration.operations import purge, run_erasure, withdrawal
from orchestration.publication.releases import all_releases, current_release, make_current
from orchestration.warehouse import ledger, warehouse_file
from tests.commands import rest_is_slow, runner
from tests.unit.orchestration.ingest.conftest import CONTRACTS, NOW, Desk, row, rows, text

FEED = "derbyshire_constabulary/crimes"
# Made up; in no file but those that this test writes.
PERSON = "Quibblethwaite Zornapple"
DURING, AFTER = NOW + timedelta(hours=1), NOW + timedelta(days=9)
STEPS = (
    *("_write", "_remove_from_landing_zone", "_remove_from_landing_log", "_remove_releases", "_remove_derived"),
    *("erase", "unlink"),
)


class Home:
    """A landing zone and a home in which a person was planted wherever data of a delivery come to be."""

    def __init__(self, folder):
        self.settings = Settings(folder / "raw", folder / "home")
        self.desk = Desk(self.settings.raw, self.settings.landing)
        june = [row("crimes", n, Recorded_Date_Time="03/06/2023 10:15", Committed_From="02/06/2023 23:40") for n in range(5)]
        self.desk.land("crimes", text(june), "2023-06.csv", now=NOW - timedelta(days=40))
        self.release("before", NOW - timedelta(days=39))
        self.run("run-before", NOW - timedelta(days=39), "nobody")
        self.desk.land("crimes", text(rows("crimes", 3)), now=NOW - timedelta(days=1))
        unlawful = text(
            [
                row("crimes", 1, Offence_Title=PERSON),
                row("crimes", 2, Location_Type=PERSON, Easting="far away"),
                *rows("crimes", 1),
            ]
        )
        self.unlawful = self.desk.land("crimes", unlawful, "2023-07.v2.csv", now=NOW)
        # The same content under another name, and what a copy that was cut short has left.
        self.desk.put("crimes", unlawful, "2023-08.csv")
        self.desk.put("crimes", unlawful[:90], ".2023-07.v2.csv.part")
        accept_short(self.desk.put("crimes", unlawful, "2023-07.v2.csv"), f"{PERSON} moved house")
        self.desk.load("crimes", now=DURING)
        with warehouse_file.connect(self.settings) as con:
            ledger.register(con, CONTRACTS["crimes"], self.desk.all(), loads_in_use(self.desk.all()), "")
            con.execute(f"create table landing.copied as select '{PERSON}' as cell")
        for name in (
            *("data_docs/index.html", "dbt/run/model.sql", "spill/warehouse/block.tmp", "warehouse.duckdb.damaged"),
            *(
                "dagster/history/runs.db.damaged",
                "dagster/history/runs/index.db.damaged",
                "landing/.damaged/2023-07/accepted.parquet",
            ),
            *("refusals/crimes.txt", "logs/dbt.log", "landing/.incoming/1-a/accepted.parquet", "vault/.outgoing-1/a.csv"),
        ):
            file = self.settings.home / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(PERSON)
        self.release("since", DURING, PERSON)
        self.run("run-since", DURING, PERSON)
        self.run("run-pruned", DURING, PERSON)
        self.prune("run-pruned")

    def release(self, name, at, cell=""):
        folder = self.settings.published / "releases" / f"{at:%Y%m%dT%H%M%S%f}Z-{name}"
        folder.mkdir(parents=True)
        manifest = {"published_at": at.isoformat(timespec="seconds"), "as_at": None, "deliveries": [], "cell": cell}
        (folder / "manifest.json").write_text(json.dumps(manifest))
        (folder / "sna_marts.duckdb").write_text(cell)
        make_current(self.settings.published, folder.name)

    def run(self, run_id, at, cell):
        """As Dagster's storage has a run, of the tables and columns that matter here."""
        history = self.settings.dagster_home / "history"
        (history / "runs").mkdir(parents=True, exist_ok=True)
        moment = at.strftime("%Y-%m-%d %H:%M:%S")
        with closing(sqlite3.connect(history / "runs.db")) as con, con:
            con.execute("create table if not exists runs (run_id text, run_body text, create_timestamp text, end_time real)")
            con.execute("create table if not exists run_tags (run_id text, value text)")
            con.execute("insert into runs values (?, ?, ?, ?)", [run_id, cell, moment, at.timestamp()])
            con.execute("insert into run_tags values (?, ?)", [run_id, cell])
        with closing(sqlite3.connect(history / "runs" / f"{run_id}.db")) as con, con:
            con.execute("create table anything (event text)")
            con.execute("insert into anything values (?)", [cell])
        with closing(sqlite3.connect(history / "runs" / "index.db")) as con, con:
            con.execute("create table if not exists asset_check_executions (run_id text, body text, create_timestamp text)")
            con.execute("insert into asset_check_executions values (?, ?, ?)", [run_id, cell, moment])
            for table in ("pending_steps", "concurrency_slots"):
                con.execute(f"create table if not exists {table} (run_id text, body text)")
                con.execute(f"insert into {table} values (?, ?)", [run_id, cell])
            con.execute("create table if not exists event_logs (id integer primary key, run_id text, event text, timestamp text)")
            con.execute("create table if not exists asset_event_tags (event_id integer, value text)")
            event = con.execute("insert into event_logs values (null, ?, ?, ?)", [run_id, cell, moment]).lastrowid
            con.execute("insert into asset_event_tags values (?, ?)", [event, cell])
            con.execute(
                """create table if not exists asset_keys (asset_key text primary key, last_run_id text, last_materialization text,
                   asset_details text, cached_status_data text, tags text, last_materialization_timestamp text)"""
            )
            values = [run_id, run_id, *[cell] * 4, moment]
            con.execute("insert or replace into asset_keys values ('crimes ' || ?, ?, ?, ?, ?, ?, ?)", values)
        log = self.settings.dagster_home / "storage" / run_id / "compute_logs" / "step.err"
        log.parent.mkdir(parents=True)
        log.write_text(cell)

    def prune(self, run_id):
        """As retention leaves a run: of checks and assets the index keeps the last word."""
        history = self.settings.dagster_home / "history"
        with closing(sqlite3.connect(history / "runs.db")) as con, con:
            con.execute("delete from runs where run_id = ?", [run_id])
            con.execute("delete from run_tags where run_id = ?", [run_id])
        (history / "runs" / f"{run_id}.db").unlink()
        with closing(sqlite3.connect(history / "runs" / "index.db")) as con, con:
            for table in ("pending_steps", "concurrency_slots"):
                con.execute(f"delete from {table} where run_id = ?", [run_id])
        shutil.rmtree(self.settings.dagster_home / "storage" / run_id)

    def found(self, name=f"{FEED}/2023-07.v2.csv"):
        loads = self.desk.all()
        return purge.plan(self.settings, loads, withdrawal.find(loads, name), "Consent was never asked", AFTER)

    def names(self):
        """Every file that has the person in its bytes, its strings or its name."""
        here = [path for folder in (self.settings.raw, self.settings.home) for path in folder.rglob("*") if path.is_file()]
        return sorted(str(path) for path in here if PERSON.encode() in path.read_bytes() or in_rows(path))


def in_rows(path):
    """Whether rows that a file keeps compressed have the person."""
    if path.read_bytes()[:4] != b"PAR1":
        return False
    return duckdb.sql(f"select count(*) from '{path}' as t where t::varchar like '%{PERSON}%'").fetchall() != [(0,)]


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def test_the_person_was_everywhere_and_is_nowhere(home):
    assert len(home.names()) >= 14
    settings = home.settings
    with lock.hold(settings.home):
        removed = purge.purge(settings, home.found())
    assert home.names() == []
    assert (removed.files, removed.loads, removed.releases, removed.runs, removed.vault_runs) == (3, 2, 1, 1, 0)
    assert [load.file_name for load in loads_in_use(home.desk.all())] == ["2023-06.csv", "2023-07.csv"]
    assert home.desk.load("crimes", now=AFTER) == []
    assert not (settings.landing / FEED / "2023-08").exists()
    # What was made before it came stays, and is what readers get until there is another release.
    (before,) = all_releases(settings.published)
    assert before.id.endswith("before") and current_release(settings.published).id == before.id
    with closing(sqlite3.connect(settings.dagster_home / "history" / "runs.db")) as con:
        assert con.execute("select run_id, (select count(*) from run_tags) from runs").fetchall() == [("run-before", 1)]
    assert (settings.dagster_home / "storage" / "run-before").exists()


def test_events_that_retention_has_kept_of_runs_of_since_go_too(home):
    """The history no longer knows their run."""
    with closing(sqlite3.connect(home.settings.dagster_home / "history" / "runs.db")) as con, con:
        con.execute("delete from runs where run_id = 'run-since'")
        con.execute("delete from run_tags where run_id = 'run-since'")
    (home.settings.dagster_home / "history" / "runs" / "run-since.db").unlink()
    shutil.rmtree(home.settings.dagster_home / "storage" / "run-since")
    # Its steps went with it; its events and the results of its checks are what the asset graph shows.
    index = home.settings.dagster_home / "history" / "runs" / "index.db"
    with closing(sqlite3.connect(index)) as con, con:
        con.execute("delete from pending_steps")
        con.execute("delete from concurrency_slots")
    assert str(index) in home.names()
    purge.purge(home.settings, home.found())
    assert home.names() == []


def test_what_is_kept_says_that_it_happened_and_nothing_of_the_data(home):
    load = home.unlawful
    purge.purge(home.settings, home.found())
    (entry,) = purge.entries(home.settings)
    assert (entry.agency, entry.feed, entry.period, entry.basis) == (*FEED.split("/"), "2023-07", "Consent was never asked")
    assert (entry.by, entry.at[:10]) == (withdrawal.operator(), f"{AFTER:%Y-%m-%d}")
    (file,) = (home.settings.landing / purge.PURGED).iterdir()
    for word in (load.load_id, load.file_sha256, "v2", ".csv"):
        assert word not in file.read_text() and word not in file.name
    assert purge.unfinished(home.settings) == []
    purge.require_finished(home.settings)


@pytest.mark.parametrize("step", rest_is_slow(STEPS))
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_an_interrupted_purge_is_completed(home, monkeypatch, step, before):
    found = home.found()
    place = {"erase": run_erasure, "unlink": type(home.settings.home)}.get(step, purge)
    whole = getattr(place, step)

    def killed(*arguments, **options):
        if not before:
            whole(*arguments, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(place, step, killed)
    with pytest.raises(KeyboardInterrupt):
        purge.purge(home.settings, found)
    monkeypatch.undo()
    begun = purge.unfinished(home.settings)
    if step == "_write" and before:
        assert begun == [] and home.unlawful in home.desk.all()
        return
    assert begun == [found]
    with pytest.raises(purge.UnfinishedPurgeError, match="Run the same `sna purge`"):
        purge.require_finished(home.settings)
    purge.purge(home.settings, begun[0])
    assert home.names() == [] and purge.unfinished(home.settings) == []
    assert len(purge.entries(home.settings)) == 1
    assert len(all_releases(home.settings.published)) == 1


def test_without_the_key_of_its_vault_nothing_is_removed(home, monkeypatch):
    from vault import key, store

    monkeypatch.delenv(key.VARIABLE, raising=False)
    home.settings.vault.mkdir(exist_ok=True)
    (home.settings.vault / store.FILE).touch()
    before = home.names()
    with pytest.raises(store.VaultLockedError, match=key.VARIABLE):
        purge.purge(home.settings, home.found())
    assert home.names() == before and purge.unfinished(home.settings) == []


def test_readers_get_the_newest_release_whose_files_can_be_made_again(press):
    made = []
    for number in range(5):
        press.change(f"update marts.offences set offences = {number}")
        made.append(press.publish(str(number)))
    (made[2].folder / "parquet/marts/offences.parquet").write_bytes(b"damaged")
    assert [release.is_archived for release in made] == [True, True, True, False, False]
    purge._lead_readers(press.published, made[:3])
    assert press.read("select offences from marts.offences") == [(1,)]
    assert current_release(press.published).id == made[1].id


def test_where_no_earlier_release_is_left_readers_have_none(home):
    found = home.found(f"{FEED}/2023-06.csv")
    purge.purge(home.settings, found)
    assert current_release(home.settings.published) is None
    assert not any(path.is_symlink() for path in home.settings.published.iterdir())


def test_a_clock_that_was_wrong_does_not_hide_what_was_made_since(home):
    """A load that the log calls later than its files were written counts from when they were."""
    late = home.desk.land("victims", text(rows("victims", 1)), now=datetime(2099, 1, 1, tzinfo=UTC))
    loads = home.desk.all()
    found = purge.plan(home.settings, loads, [late], "a test", AFTER)
    assert found.start < datetime(2099, 1, 1, tzinfo=UTC)


def test_a_clock_that_was_set_back_since_does_not_hide_what_was_made_since(home):
    """Rows, files and record say 2024, when the clock was a year ahead; the release that was made of them says 2023."""
    manifest = next(release for release in all_releases(home.settings.published) if release.id.endswith("since"))
    file = manifest.folder / "manifest.json"
    document = json.loads(file.read_text())
    document |= {"published_at": "2023-05-02T10:00:00+00:00", "deliveries": [{"load_id": home.unlawful.load_id}]}
    file.write_text(json.dumps(document))
    removed = purge.purge(home.settings, home.found())
    assert removed.releases >= 1 and home.names() == []


def test_of_what_was_received_in_the_future_nothing_is_sure_to_be_earlier(home):
    loads = home.desk.all()
    chosen = withdrawal.find(loads, f"{FEED}/2023-07.v2.csv")
    early = min(load.received_at for load in chosen) - timedelta(days=300)
    found = purge.plan(home.settings, loads, chosen, "a test", early)
    assert found.start == purge.EVER and "clock" in found.received
    assert purge.purge(home.settings, found).releases == 2
    assert home.names() == []


def test_a_file_that_no_refresh_has_read_is_purged_with_its_copies(home):
    """Nothing was made of it; that it was there, and was purged, is recorded all the same."""
    content = text([row("crimes", 7, Offence_Title="Of no other file")])
    file = home.desk.put("crimes", content, "2023-09.csv")
    copy = home.desk.put("crimes", content, "2023-10.csv")
    accept_short(file, "Of no other file, as well")
    loads = home.desk.all()
    unread = withdrawal.find_unread(home.settings, loads, f"{FEED}/2023-09.csv")
    found = purge.plan_unread(home.settings, loads, unread, "Decision 8", datetime.now(UTC))
    # And what the copy of another file, cut short, has left.
    assert purge.purge(home.settings, found).files == 3
    assert not file.exists() and not copy.exists() and home.desk.all() == loads
    assert not [path for path in home.settings.raw.rglob("*") if path.is_file() and b"Of no other file" in path.read_bytes()]
    assert [(entry.period, entry.basis) for entry in purge.entries(home.settings)] == [("2023-09", "Decision 8")]
    assert len(all_releases(home.settings.published)) == 2


def test_by_its_name_a_file_is_purged_whether_it_was_read_or_replaced_since(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("SNA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SNA_RAW", str(tmp_path / "raw"))
    creation.make(tmp_path / "home", "derbyshire", "live")
    sna, desk = runner(monkeypatch, capfd), Desk(tmp_path / "raw", tmp_path / "home" / "landing")
    file = desk.put("crimes", text(rows("crimes", 2)))
    answer = sna("purge", f"{FEED}/{file.name}", "--basis", "a test")
    assert answer.status == 0 and not file.exists() and desk.all() == []
    desk.land("crimes", text(rows("crimes", 3)))
    desk.put("crimes", text(rows("crimes", 4)))
    answer = sna("purge", f"{FEED}/{file.name}", "--basis", "a test")
    assert answer.status == 0 and not file.exists() and desk.all() == []
    # By its load id it is what was read, and no more.
    read = desk.land("crimes", text(rows("crimes", 5)))
    desk.put("crimes", text(rows("crimes", 6)))
    assert "2 loads" not in sna("purge", read.load_id, "--basis", "a test", "--dry-run").said
    answer = sna("withdraw", f"{FEED}/{file.name}", "--reason", "a test")
    assert answer.status == 0 and "the next refresh reads" in " ".join(answer.said.split())


@pytest.mark.parametrize("basis", ["", " "])
def test_a_purge_needs_a_basis(home, basis):
    with pytest.raises(ValueError, match="basis"):
        purge.plan(home.settings, home.desk.all(), [home.unlawful], basis, AFTER)
