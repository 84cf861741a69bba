"""A refusal on a screen."""

from __future__ import annotations

from orchestration.contracts.reader import load_contracts
from orchestration.ingest.recognition.refusals import MOST_LINES, Refusal, sentences
from orchestration.ingest.rules import fault

CRIMES = load_contracts()["derbyshire_constabulary", "crimes"]


def test_faults_that_differ_in_the_column_only_are_one_sentence():
    ((missing, _),) = sentences([fault("D04", f"Column {number}") for number in range(10)])
    assert missing == (
        "10 columns are missing: “Column 0”, “Column 1”, “Column 2”, “Column 3”, “Column 4”, “Column 5”, “Column 6”, “Column 7”"
        " and 2 more."
    )
    ((unknown, _),) = sentences([fault("D05", "Extra")])
    assert unknown == "The column “Extra” is not part of the agreed format."


def test_headers_of_another_layout_are_one_sentence():
    ((cause, remedy), (other, _)) = sentences([fault("D05", "Distrct"), fault("D04", "District"), fault("D06", "Sex")])
    assert cause == "“Distrct” is not part of the agreed format, and “District” is missing."
    assert remedy.startswith("Send all columns") and other.startswith("The header “Sex” occurs more than once")
    ((cause, _),) = sentences(
        [fault("D05", name, sheet="Data") for name in "ab"] + [fault("D04", name, sheet="Data") for name in "cd"]
    )
    assert cause == "Sheet “Data”: “a”, “b” are not part of the agreed format, and “c”, “d” are missing."


def test_rows_are_named_as_the_senders_program_numbers_them():
    details = {"kind": "date", "format": "DD/MM/YYYY"}
    ((cause, remedy),) = sentences([fault("R03", "Offence Date", 12, (2, 1_003), **details)])
    assert cause == "“Offence Date” is not a date in 12 row(s). (row 2, 1,003 and more)"
    assert remedy == "Write DD/MM/YYYY or ISO 8601."


def test_a_long_refusal_is_cut_and_kept_whole_in_a_file(tmp_path):
    short = Refusal.of(CRIMES, *[(f"Cause {number}.", "Do this.") for number in range(6)])
    assert short.shown(tmp_path / "refusals") == short.lines and not (tmp_path / "refusals").exists()
    long = Refusal.of(CRIMES, *[(f"Cause {number}.", "Do this.") for number in range(9)])
    shown = long.shown(tmp_path / "refusals")
    assert len(shown) == MOST_LINES
    assert shown[0] == "derbyshire_constabulary/crimes: Cause 0."
    (file,) = (tmp_path / "refusals").iterdir()
    assert shown[-1] == f"7 more lines in {file}"
    assert file.read_text() == f"{long}\n" and file.read_text().count("\n") == 18
    long.shown(tmp_path / "refusals")
    assert len(list((tmp_path / "refusals").iterdir())) == 1
