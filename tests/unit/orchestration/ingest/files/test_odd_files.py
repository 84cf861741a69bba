"""Files for `sna deliver` that nobody would think of: each is taken or refused in a sentence, and stops no other."""

from __future__ import annotations

import os

import pytest
from typer.testing import CliRunner

from orchestration.cli.app import app
from orchestration.home import creation
from tests.unit.orchestration.ingest.conftest import row, rows, text


@pytest.fixture
def deliver(tmp_path):
    """Deliver files of a folder to a live home; returns exit status, what was printed, and the names in the landing zone."""
    creation.make(tmp_path / "home", "derbyshire", "live")
    (tmp_path / "sent").mkdir()

    def run():
        environment = {"SNA_HOME": str(tmp_path / "home"), "SNA_RAW": str(tmp_path / "raw"), "COLUMNS": "200"}
        ran = CliRunner().invoke(app, ["deliver", str(tmp_path / "sent")], env=environment)
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        landed = sorted(path.relative_to(tmp_path / "raw").as_posix() for path in (tmp_path / "raw").rglob("*") if path.is_file())
        return ran.exit_code, " ".join(ran.output.split()), landed

    return run


@pytest.mark.parametrize("feed", ["victims", "suspects"])
@pytest.mark.parametrize("bad", ["31/02/2023 10:00", "", "n/a"])
def test_a_date_that_is_none_is_left_to_the_rows_rules(deliver, tmp_path, feed, bad):
    one, *others = rows("victims", 5)  # suspects have the same columns
    spoilt = {**others[0], "Crime Recorded Date Time": bad}
    (tmp_path / "sent" / f"{feed} one bad.csv").write_text(text([one, *others, spoilt]))
    status, _, landed = deliver()
    assert (status, landed) == (0, [f"derbyshire_constabulary/{feed}/2023-07.csv"])


def test_dates_that_are_none_in_all_rows_are_named(deliver, tmp_path):
    (tmp_path / "sent" / "victims.csv").write_text(text([{**r, "Crime Recorded Date Time": "n/a"} for r in rows("victims", 5)]))
    status, said, landed = deliver()
    assert (status, landed) == (1, [])
    assert "“Crime Recorded Date Time” is not a date" in said


@pytest.mark.parametrize("name", ["noext", "crimes.", "crimes.txt", "crimes.xlsx", "CRIMES.CSV"])
def test_a_file_is_named_after_what_it_holds(deliver, tmp_path, name):
    (tmp_path / "sent" / name).write_text(text([row("crimes", 1)]))
    status, _, landed = deliver()
    assert (status, landed) == (0, ["derbyshire_constabulary/crimes/2023-07.csv"])
    status, said, _ = deliver()
    assert status == 0 and "already there" in said


@pytest.mark.parametrize("name", [b"m\xff.csv", b"m\x1b[31m.csv", b"m\n.csv", b"[bold].csv"])
def test_whatever_a_file_is_called_the_others_are_taken(deliver, tmp_path, name):
    folder = os.fsencode(tmp_path / "sent")
    with open(os.path.join(folder, name), "w") as file:  # noqa: PTH118, PTH123 - a name that is no text
        file.write(text([row("crimes", 1)]))
    (tmp_path / "sent" / "victims.csv").write_text(text([row("victims", 1)]))
    status, said, landed = deliver()
    assert "\x1b" not in said
    if b"\xff" in name:
        assert status == 1 and "Its name is not text in UTF-8" in said
        assert landed == ["derbyshire_constabulary/victims/2023-07.csv"]
    else:
        assert status == 0
        assert landed == ["derbyshire_constabulary/crimes/2023-07.csv", "derbyshire_constabulary/victims/2023-07.csv"]


def test_the_name_that_a_refusal_proposes_is_taken(deliver, tmp_path):
    (tmp_path / "sent" / "crimes_2024-03.csv").write_text(text([row("crimes", 1)]))
    status, said, _ = deliver()
    assert status == 1 and "Name it for example “crimes 2023-07.csv”" in said
    (tmp_path / "sent" / "crimes_2024-03.csv").rename(tmp_path / "sent" / "crimes 2023-07.csv")
    assert deliver()[0] == 0


def test_a_header_that_may_be_of_a_person_is_not_shown(deliver, tmp_path):
    spoilt = text([row("victims", 1)]).replace("Sex", "Jane Smithson 05/04/1990", 1)
    (tmp_path / "sent" / "v.csv").write_text(spoilt)
    status, said, _ = deliver()
    assert status == 1 and "Smithson" not in said and "not part of the agreed format" in said


def test_a_folder_without_a_file_is_no_success(deliver):
    status, said, _ = deliver()
    assert status == 2 and "No file was found" in said
