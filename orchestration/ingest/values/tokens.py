"""Keyed tokens of names and dates of birth: enough to measure how alike two people are, without anything readable.

A token is a pseudonym (`pseudonyms.pseudonym_sql`) of a normalised part of an identifier, so that records agree in it or not:

    name    `<output>`        letters only, upper case, without accents
            `<output>_sound`  American Soundex of the same (US National Archives), which most misspellings keep
    date    `<output>`        the date
            `<output>_year_month`, `_year_day`, `_month_day`    two of its three parts, which one slip of the pen leaves

Equal names have equal tokens, so their frequencies show: contracts keep such a feed in the vault (decision 14).
"""

from __future__ import annotations

from orchestration.ingest.values.pseudonyms import pseudonym_sql

_DATE_PARTS = ("%Y-%m-%d", "%Y-%m-", "%Y--%d", "-%m-%d")

# Soundex: letters of one sound are one digit; H and W between two of them do not part them, a vowel does.
_DIGITS = "'BFPVCGJKQSXZDTLMNRAEIOUY', '111122222222334556000000'"
_SQUEEZED = "translate(replace(replace(letters, 'H', ''), 'W', ''), " + _DIGITS + ")"
for _digit in "0123456":
    _SQUEEZED = f"regexp_replace({_SQUEEZED}, '{_digit}+', '{_digit}', 'g')"
MACROS = f"""
create or replace temp macro letters_of(words) as nullif(regexp_replace(upper(strip_accents(words)), '[^A-Z]', '', 'g'), '');
create or replace temp macro sound_digits(letters) as {_SQUEEZED};
create or replace temp macro soundex(letters) as rpad(
    letters[1] || replace(
        if(letters[1] in ('H', 'W'), sound_digits(letters), sound_digits(letters)[2:]), '0', ''
    ), 4, '0'
)[1:4];
"""


def token_sqls(kind: str, text: str, typed: str) -> list[str]:
    """SQL for the tokens of a cell in the order of `SUFFIXES[kind]`; each NULL where the cell is blank.

    Args:
        kind: logical type of the column, `string` (a name) or `date`.
        text: expression of the cell's text.
        typed: expression of its typed value.
    """
    if kind == "date":
        return [pseudonym_sql(f"'born:' || strftime({typed}, '{parts}')") for parts in _DATE_PARTS]
    letters = f"letters_of({text})"
    return [pseudonym_sql(f"'name:' || {letters}"), pseudonym_sql(f"'sound:' || soundex({letters})")]
