"""Pseudonyms are HMAC-SHA-256, and no direct identifier gets past the door."""

from __future__ import annotations

import hashlib
import hmac

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.ingest.values.pseudonyms import MACROS, WeakKeyError, hmac_pads, key_fingerprint, pseudonym, pseudonym_sql
from tests.unit.orchestration.ingest.conftest import KEY, codes, parquet, row, text

DB = duckdb.connect()
DB.execute(MACROS)


@given(st.binary(min_size=16, max_size=150), st.text(max_size=200))
def test_duckdb_and_python_agree(key, words):
    sql = f"select {pseudonym_sql('words')} from (select $words::varchar as words)"
    ((made,),) = DB.execute(sql, {**hmac_pads(key), "words": words}).fetchall()
    assert made == hmac.new(key, words.encode(), hashlib.sha256).hexdigest()[:32] == pseudonym(key, words)


def test_nobody_has_no_pseudonym():
    assert DB.execute(f"select {pseudonym_sql('null::varchar')}", hmac_pads(KEY)).fetchone() == (None,)


@pytest.mark.parametrize("use", [hmac_pads, key_fingerprint])
def test_a_short_key_is_refused(use):
    with pytest.raises(WeakKeyError, match="at least 16"):
        use(b"fifteen bytes..")


def test_a_short_key_loads_nothing(desk):
    desk.put("victims", text([row("victims")]))
    with pytest.raises(WeakKeyError):
        desk.load("victims", key=b"short")
    assert desk.all() == []


def nhs_number(nine_digits: int) -> str | None:
    digits = f"{nine_digits:09d}"
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
    number = digits + str(check % 11)
    return None if check == 10 or len(set(number)) == 1 else number


@given(st.integers(0, 10**9 - 1))
def test_nhs_numbers_are_known_by_their_check_digit(nine):
    number = nhs_number(nine)
    right = DB.execute("select personal_identifier($words)", {"words": f"seen {number} today"}).fetchone()[0]
    assert right or number is None
    if number and not number.startswith("0"):  # ten digits that begin with 0 are a telephone number
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        assert not DB.execute("select personal_identifier($words)", {"words": f"seen {wrong} today"}).fetchone()[0]


@pytest.mark.parametrize(
    "words", ["DE1 2AB", "at SW1A1AA.", "07700 900123", "+44 7700 900 123", "(01332) 496012 or 01332 496012", "a.b@c.org.uk"]
)
def test_what_is_personal(words):
    assert DB.execute("select personal_identifier($words)", {"words": words}).fetchone() == (True,)
    assert DB.execute("select personal_identifier(without_identifiers($words))", {"words": words}).fetchone() == (False,)


@pytest.mark.parametrize(
    "words",
    ["On or near A38", "Assault s18 2nd offence", "OAPA 1861 s.20", "DC-2023-0000123", "M1 Junction 28", "on 01-02-2024 10:15"],
)
def test_what_is_not_personal(words):
    assert DB.execute("select personal_identifier($words)", {"words": words}).fetchone() == (False,)


SECRETS = [
    "N00009991",
    "N00009992",
    "14/02/1987",
    "1987-02-14",
    "15/03/1991",
    "Jane",
    "Doe",
    "943 476 5919",
    "DE1 2AB",
    "07700 900123",
]


def test_no_direct_identifier_is_in_any_file_of_the_log(desk):
    """Good rows and every kind of bad row; the secrets are looked for in the bytes and in the values of every file."""
    delivered = [
        row("victims", 1, Nominal_Reference="N00009991", Date_of_Birth="14/02/1987"),
        row("victims", 2, Nominal_Reference="N00009992", Date_of_Birth="15/03/1991", Sex="X"),
        row("victims", 3, Nominal_Reference="Jane Doe", Date_of_Birth="1987-02-14"),
        row("victims", 4, Nominal_Reference="N00009991", Date_of_Birth="soon"),
        row("victims", 5, Sex="N00009992", Self_Defined_Ethnicity="14/02/1987"),
        row("victims", 6, Offence_Date="Jane Doe", Date_of_Birth="15/03/1991"),
        row("victims", 7, Crime_Reference="943 476 5919 DE1 2AB"),
        row("victims", 1, Nominal_Reference="N00009991", Date_of_Birth="14/02/1987", Sex="M"),
    ]
    lines = text(delivered).splitlines(keepends=True)
    content = "".join([*lines[:-1], "DC-2023-0000008,Jane Doe,N00009992\n", lines[-1]])
    broken = desk.land("victims", content)
    repeated = text([{**row("victims"), "Victim Name": "Jane Doe"}])
    refused = desk.land("victims", repeated, "2023-08.csv")
    windows = desk.land("victims", content.replace("soon", "søon").encode("cp1252"), "2023-07.v2.csv")
    crimes = desk.land("crimes", text([row("crimes", 1, District="call 07700 900123 Jane@doe.org")]))
    assert codes(refused) == ["D11"] and "I01" in codes(windows) and codes(crimes) == ["R05"]
    assert broken.rows_accepted == 0 and broken.rows_rejected == 9
    files = [path for path in desk.landing.rglob("*") if path.is_file()]
    assert len(files) >= 8
    for path in files:
        held = path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            held += str(parquet(path))
        assert [secret for secret in SECRETS if secret in held] == [], path


def test_a_file_without_a_header_does_not_show_its_first_row(desk):
    """What is where headers should be is somebody's data, so no message repeats it."""
    content = text([row("victims", 1, Nominal_Reference="N00009991", Date_of_Birth="14/02/1987")]).splitlines()[1]
    record = desk.land("victims", content + "\n" + content)
    assert (record.verdict, codes(record)) == ("refused", ["D32"])
    recorded = (record.folder / "load.json").read_text()
    assert [secret for secret in SECRETS if secret in recorded] == []


def test_quarantine_shows_the_shape_of_what_was_wrong(desk):
    record = desk.land("victims", text([row("victims", 1, Sex="Jane", Offence_Date="2nd of July 2023", Date_of_Birth="")]))
    (rejected,) = parquet(record.rejected)
    assert (rejected["sex"], rejected["offence_date"]) == ("Aaaa", "9aa aa Aaaa 9999")
    assert rejected["person_key"] == pseudonym(KEY, "N00000001")
    assert not {"date_of_birth", "nominal_reference", "age"} & set(rejected)


def test_people_are_the_same_person_in_both_feeds_and_ages_are_kept(desk):
    victim = desk.land("victims", text([row("victims", 1, Offence_Date="02/07/2023", Date_of_Birth="03/07/2001")]))
    (kept,) = parquet(victim.accepted)
    assert (kept["person_key"], kept["age"]) == (pseudonym(KEY, "N00000001"), 21)
    header, values = text([row("victims", 1)]).splitlines()
    suspect = desk.land("suspects", f"{header}\n{values}\n")
    assert parquet(suspect.accepted)[0]["person_key"] == kept["person_key"]


def test_another_key_reads_everything_again_so_that_people_stay_joined(desk):
    first = desk.land("victims", text([row("victims", 1)]))
    (second,) = desk.load("victims", key=b"another key for tests")
    assert set(codes(second)) == {"I06", "I07"}
    assert parquet(first.accepted)[0]["person_key"] != parquet(second.accepted)[0]["person_key"]
    desk.land("crimes", text([row("crimes", 1)]))
    assert desk.load("crimes", key=b"another key for tests") == []
