"""Text that a spreadsheet program runs when it opens it as a cell: refused where it comes in (R11), disarmed where it goes out.

A cell that begins with `=`, `+`, `-` or `@` is read as a formula, in Excel and LibreOffice alike, also behind blanks and control
characters and with the signs of full width (OWASP, "CSV Injection"). Numbers are not (`-1.25`, `+5`), nor a sign alone.
"""

from __future__ import annotations

_BLANKS = r"[\s\p{Z}\p{C}]*"
_RUN = rf"^{_BLANKS}[=+\-@＝＋－＠﹢﹣﹦﹫−].*[^\s\p{{Z}}\p{{C}}=+\-@＝＋－＠﹢﹣﹦﹫−]"
_NUMBER = rf"{_BLANKS}[+\-−]?\s*(\d+|\d{{1,3}}(,\d{{3}})+)?(\.\d+)?([eE][+-]?\d+)?\s*%?{_BLANKS}"


def unusual_sql(source: str) -> str:
    """SQL that is true for a text that begins with neither a digit nor a letter; of other texts a spreadsheet runs none."""
    # Compared whole, by bytes: to take the first character off each text takes longer.
    usual = " or ".join(
        f"({source} >= '{first}' and {source} < '{after}')" for first, after in (("0", ":"), ("A", "["), ("a", "{"))
    )
    return f"not ({usual})"


def runs_sql(source: str) -> str:
    """SQL that is true for a text that a spreadsheet would run."""
    run, number = f"regexp_matches({source}, '{_RUN}', 's')", f"regexp_full_match({source}, '{_NUMBER}')"
    return f"({unusual_sql(source)} and {run} and not {number})"


def disarmed_sql(source: str) -> str:
    """SQL for a text behind an apostrophe, by which spreadsheets know text, where one would run it; any other as it is."""
    return f"if({runs_sql(source)}, '''' || {source}, {source})"
