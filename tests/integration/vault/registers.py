"""Registers of nominals as they are landed: pseudonyms and tokens of invented names."""

from __future__ import annotations

import duckdb
import pandas as pd

from orchestration.contracts.model import SUFFIXES
from orchestration.ingest.values.pseudonyms import hmac_pads, pseudonym_sql
from orchestration.ingest.values.tokens import MACROS, token_sqls


def land(con: duckdb.DuckDBPyConnection, named: pd.DataFrame, key: bytes) -> None:
    """Make the table `people` of a register: position, person_key, tokens of both names and of the date of birth, sex.

    Args:
        named: nominal, surname, forename, born and sex of each reference, as `synthetic.feeds.nominals.register` makes them.
    """
    con.execute(MACROS)
    con.register("named", named)
    tokens = [
        f"{sql} as {column}_token{suffix}"
        for column, kind, text in (("surname", "string", "surname"), ("forename", "string", "forename"), ("born", "date", "born"))
        for sql, suffix in zip(token_sqls(kind, text, text), SUFFIXES[kind], strict=True)
    ]
    con.execute(
        f"""create table people as
            select row_number() over () as position, {pseudonym_sql("nominal::varchar")} as person_key, {", ".join(tokens)}, sex
            from named""",
        hmac_pads(key),
    )
