"""An unexpected error shows its kind and place, and no value."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.home.environment import SettingsError
from orchestration.home.redaction import RedactedError, redacted, redacted_message

NAME = "Quibble Zornapple"
QUOTING = [
    lambda: duckdb.execute("select cast($1 as integer)", [NAME]),
    lambda: duckdb.execute("select strptime($1, '%d')", [NAME]),
    lambda: duckdb.execute("select error($1)", [NAME]),
    lambda: duckdb.execute("create or replace table t (a varchar primary key); insert into t values ($1), ($1)", [NAME]),
    lambda: float(NAME),
    lambda: {}[NAME],
    lambda: NAME.encode("ascii") + "é".encode("ascii"),
]


def raised(action) -> Exception:
    with pytest.raises(Exception) as caught:
        action()
    return caught.value


@pytest.mark.parametrize("action", QUOTING)
def test_words_that_quote_a_value_are_not_passed_on(action):
    error = raised(action)
    known = redacted(error)
    assert isinstance(known, RedactedError) and NAME not in str(known) and type(error).__name__ in str(known)
    assert "at tests/unit/orchestration/home/test_redaction.py, line " in str(known)


@pytest.mark.parametrize(
    "error",
    [SettingsError("no home"), FileNotFoundError(2, "No such file", "x.csv"), raised(lambda: duckdb.execute("from nowhere"))],
)
def test_words_of_files_and_tables_and_of_this_project_are(error):
    assert redacted(error) is error


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            f"Runtime Error in model fct_offence (models/x.sql)\n  Conversion Error: Could not convert string '{NAME}' to INT32",
            "Runtime Error in model fct_offence (models/x.sql)\n  Conversion Error, whose message may",
        ),
        (f'Constraint Error: Duplicate key "a: {NAME}"', "Constraint Error, whose message may"),
        (f"Invalid Input Error: Could not parse\n{NAME}\n^", "Invalid Input Error, whose message may"),
        (f"Python model failed:\nValueError: could not convert {NAME}", "Python model failed:\nValueError, whose message may"),
    ],
)
def test_a_message_of_dbt_ends_where_it_would_quote(message, shown):
    assert redacted_message(message).startswith(shown) and NAME not in redacted_message(message)


@pytest.mark.parametrize(
    "message",
    [
        "Got 3 results, configured to fail if != 0",
        "Runtime Error in model x (models/x.sql)\n  Catalog Error: Table with name nowhere does not exist!",
        "Compilation Error in model x\n  'y' is undefined",
        "Could not set lock on file warehouse.duckdb",
    ],
)
def test_what_it_says_of_models_is_passed_on(message):
    assert redacted_message(message) == message
