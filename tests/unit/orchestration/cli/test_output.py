"""What the terminal says of deliveries: values in quarantine, refusals, files that nobody reads."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console
from typer.testing import CliRunner

from orchestration.cli import output
from orchestration.cli.app import app
from orchestration.contracts.reader import load_contracts
from orchestration.home import creation
from orchestration.home.settings import Settings
from orchestration.ingest.recognition.recognition import Receipt, deliver
from orchestration.operations import last_failure
from orchestration.operations.refresh_plan import Plan
from orchestration.publication.releases import Rollback
from tests.unit.orchestration.ingest.conftest import Desk, row, rows, text


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "raw", tmp_path / "landing")


@pytest.fixture
def said():
    console = Console(file=io.StringIO(), width=200, soft_wrap=True)
    return SimpleNamespace(console=console, text=lambda: console.file.getvalue())


def quarantined(desk, said, feed, delivered):
    desk.land(feed, text(delivered))
    output.quarantine(said.console, desk.all())
    return said.text()


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ([{"District": "Nottingham"}], "“Aaaaaaaaaa” in 1 row(s)"),
        (
            [{"District": "Derby"}, {"District": "Derby"}, {"District": "High peak"}],
            "“Aaaaa” in 2 row(s), “High peak” in 1 row(s)",
        ),
        ([{"Knife_Crime_Flag": "Yes"}], "“Aaa” in 1 row(s)"),
        ([{"Weapon_Description": "\x1b[2Jsword"}], "“?[9Aaaaaa” in 1 row(s)"),
    ],
)
def test_what_is_found_instead_of_a_closed_list_is_shown_if_it_is_nearly_on_it_else_its_shape(desk, said, changes, shown):
    printed = quarantined(desk, said, "crimes", [row("crimes", n, **change) for n, change in enumerate(changes, 1)])
    assert f"Found: {shown}\n" in printed
    assert "Remedy: Use the agreed values, or agree a new one first: " in printed


@pytest.mark.parametrize(
    "changes",
    [
        {"Suspect_to_Victim_Relationship": "Mallory Archer"},  # a personal column
        {"District": "Mallory Archer", "Easting": "High Street"},  # a row that is shifted
        {"Crime_Reference": "Mallory Archer"},  # no closed list
    ],
)
def test_other_values_are_not(desk, said, changes):
    printed = quarantined(desk, said, "crimes", [row("crimes", 1, **changes)])
    assert "Remedy" in printed and "Archer" not in printed and "High Street" not in printed


def test_a_feed_with_direct_identifiers_shows_a_shape_at_most(desk, said):
    printed = quarantined(desk, said, "victims", [row("victims", 1, Sex="Archer")])
    assert "Remedy" in printed and "Archer" not in printed


def test_what_was_refused_is_named_below_what_was_taken(desk, said, tmp_path):
    sent = {"crimes 2023-07.csv": text(rows("crimes", 2)), "[x].csv": "a,b\n1,2\n"}
    for name, content in sent.items():
        (tmp_path / name).write_text(content)
    receipts = [deliver(tmp_path / name, desk.raw, load_contracts()) for name in sent]
    output.receipts(said.console, receipts, tmp_path / "refusals")
    printed = said.text()
    assert "derbyshire_constabulary/crimes/2023-07.csv" in printed
    assert "Refused [x].csv: No feed has the headers of this file (CSV text).\n" in printed
    assert printed.endswith("1 taken or already there, 1 refused. Next: `sna refresh`.\n")


def test_files_that_nobody_reads_are_named_with_why_and_what_to_do(desk, said):
    desk.put("police_uk/street", "x", "2025_12-durham.csv")
    desk.put("crimes", "x", "2023-07-resend.csv")
    output.unread(said.console, SimpleNamespace(raw=desk.raw))
    first, second = said.text().splitlines()
    assert first.startswith(f"Not read {desk.raw}/derbyshire_constabulary/crimes/2023-07-resend.csv: “resend” is not a part")
    assert "2025_12-durham.csv: its name is not a landing-zone name" in second and "`sna deliver" in second


def test_where_every_file_is_read_nothing_is_said(desk, said):
    desk.put("crimes", "x")
    output.unread(said.console, SimpleNamespace(raw=desk.raw))
    assert said.text() == ""


@pytest.mark.parametrize(("nothing_new", "status"), [(True, 0), (False, 1)])
def test_a_refresh_ends_with_the_files_that_nobody_reads(desk, tmp_path, monkeypatch, nothing_new, status):
    """Their names come last, and change nothing about the exit status."""
    from orchestration.cli import app
    from orchestration.operations import refresh_plan

    monkeypatch.setenv("SNA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SNA_RAW", str(desk.raw))
    creation.make(tmp_path / "home", "derbyshire", "live")
    desk.put("crimes", "x", "2023-07-resend.csv")
    release = SimpleNamespace(id="made before") if nothing_new else None
    monkeypatch.setattr(refresh_plan, "plan", lambda *_, **__: refresh_plan.Plan(0, int(nothing_new), release, None, "", False))
    done = CliRunner().invoke(app.app, ["refresh"])
    assert done.exit_code == status, (done.output, done.exception)
    last = done.stdout.splitlines()[-1]
    assert last.startswith("Not read ") and "2023-07-resend.csv: “resend” is not a part" in last


@pytest.mark.parametrize("name", ["crimes [bold].csv", "crimes [1].csv", "[/home]/crimes.csv"])
def test_brackets_are_shown_as_they_are(said, name, tmp_path):
    """Rich takes words in brackets for markup, and fails at one that was never opened."""
    said.console.print(output.table(f"Columns of {name}", ["file"], [[name]]))
    output.failure(said.console, Settings(tmp_path / "raw", tmp_path / "home"), [("landing__crimes", f"{name} is damaged")])
    assert said.text().count(name) == 3


def test_a_command_in_a_table_is_named_as_it_was_called(said, monkeypatch):
    monkeypatch.setattr("orchestration.text.console.CALLED_AS", "./sna")
    said.console.print(output.table("Files", ["state"], [["not read yet; `sna refresh` reads it"]]))
    assert "`./sna refresh` reads it" in said.text()


@pytest.mark.parametrize("command", ["status", "releases", "deliveries"])
def test_without_a_home_the_next_step_is_to_make_one(tmp_path, monkeypatch, command):
    monkeypatch.setenv("SNA_HOME", str(tmp_path / "home"))
    printed = CliRunner().invoke(app, [command]).output
    assert f"There is no home in {tmp_path / 'home'}. Make one: " in printed and "sna refresh" not in printed


def test_the_next_step_after_a_build_that_was_not_published_is_to_look_at_it(tmp_path):
    settings = Settings(tmp_path / "raw", tmp_path / "home")
    creation.make(settings.home, "derbyshire", "live")
    assert output.nothing_published(settings).endswith("Next: `sna refresh`.")
    settings.warehouse.write_bytes(b"")
    assert "Next: `sna status --build`" in output.nothing_published(settings)
    assert output.nothing_delivered(settings).endswith("Next: `sna deliver FILES`.")


def test_a_refresh_that_failed_is_named_with_its_remedy_until_one_publishes(said, tmp_path):
    settings = Settings(tmp_path / "raw", tmp_path / "home")
    creation.make(settings.home, "derbyshire", "live")
    failures = [("landing__crimes", "[Errno 28] No space left on device: 'a[/b'")]
    last_failure.write(settings.home, failures)
    output.failure(said.console, settings, failures)
    assert (settings.home / "failure.json").stat().st_mode & 0o777 == 0o600
    assert output.nothing_published(settings).endswith("the last refresh failed.")
    before = said.text()
    output.failed_refresh(said.console, settings)
    again = said.text()[len(before) :]
    assert "Stopped at landing/crimes: [Errno 28] No space left on device: 'a[/b'" in again and "is full" in again
    assert again.rstrip().endswith("Next: correct what is named here, then `sna refresh`.")
    last_failure.clear(settings.home)
    assert output.nothing_published(settings).endswith("Next: `sna refresh`.")
    (settings.home / "failure.json").write_text("[")
    assert last_failure.read(settings.home) is None


def test_a_refresh_that_finds_nothing_to_do_ends_a_failure(tmp_path, monkeypatch):
    """The cause may be gone without anything new to publish: a model that was repaired, a file that was taken back."""
    settings = Settings(tmp_path / "raw", tmp_path / "home")
    creation.make(settings.home, "derbyshire", "live")
    last_failure.write(settings.home, [("conformed__offence", "a model is broken")])
    held = Rollback("r1", "2024-04-01", frozenset())
    monkeypatch.setattr("orchestration.operations.refresh_plan.plan", lambda *_, **__: Plan(0, 1, None, held, "", force=False))
    monkeypatch.setenv("SNA_HOME", str(settings.home))
    result = CliRunner().invoke(app, ["refresh"])
    assert result.exit_code == 0, result.output
    assert "last refresh failed" not in CliRunner().invoke(app, ["status"]).output


@pytest.mark.parametrize(
    ("targets", "named"),
    [
        (["police/crimes/2023-10.csv", "police/crimes/2023-10.v2.csv"], "one.csv, two.csv"),
        (["police/crimes/2023-10_2024-03.csv", "police/crimes/2024-01.csv", "police/crimes/2024-04.csv"], "one.csv, two.csv"),
        (["police/crimes/2023-10.csv", "police/crimes/2023-11.csv", "police/outcomes/2023-10.csv"], None),
        (["police/crimes/2023-10-north.csv", "police/crimes/2023-10-south.csv"], None),
    ],
)
def test_files_of_one_period_that_replace_each_other_are_named(tmp_path, said, targets, named):
    names = ["one.csv", "two.csv", "three.csv"]
    received = [Receipt(Path(name), "delivered", target, "") for name, target in zip(names, targets, strict=False)]
    output.receipts(said.console, received, tmp_path)
    assert ("Only the last one counts" in said.text()) == (named is not None)
    if named:
        assert f": {named} are of the same period of police/crimes" in said.text() and "`part`" in said.text()
