"""Rules that every line keeps are judged by metrics alone: with the verdict and page that Great Expectations' own way has."""

from __future__ import annotations

import datetime as dt
import re

import duckdb
import pytest

from expectations import docs, gate, metrics, rules
from expectations.rules import Rule, Suite
from orchestration.warehouse.validation import context

WORDS, NUMBERS, KEY = ["a", "b"], ["share", "price", "big", "gap", "odd"], "ExpectCompoundColumnsToBeUnique"
TIME = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d"
# Of each kind some that every line keeps and some that one breaks, over values that Python and pandas might see differently.
RULES = (
    *(rules.between(f"{low} to {high}", "n", low, high, "", "n") for low, high in ((0, 3), (None, 3), (0, None), (1, 3), (4, 0))),
    *(rules.between(f"{column} to 0.3", column, 0, 0.3, "") for column in NUMBERS),
    *(rules.in_set(f"n in {values}", "n", values, "") for values in ([0, 1, 2, 3], [0, 1], [])),
    *(rules.in_set(f"{name} in {values}", name, values, "") for name, values in (("word", WORDS), ("word", [0]), ("gap", [0]))),
    *(rules.in_set(f"truth in {values}", "truth", values, "") for values in ([0], [False], [True])),
    rules.between("words in order", "word", "a", "b", ""),  # type: ignore[arg-type]
    # What Python and a frame see differently.
    rules.between("days in order", "day", dt.date(2024, 1, 1), dt.date(2024, 1, 4), ""),  # type: ignore[arg-type]
    rules.between("words that are days", "text", "2024-01-01", "2024-12-31", ""),  # type: ignore[arg-type]
    rules.between("beyond floating point", "huge", 0, 2**53 + 4, ""),
    rules.in_set("a day in days", "day", [dt.date(2024, 1, day) for day in range(1, 5)], ""),
    rules.equal("one word of two lists", "one_list", "other_list", ""),
    *(Rule(f"unique {name}", KEY, {"column_list": [name, "truth"]}, "") for name in ("huge", "fine", "day")),
    rules.between("a number among words", "word", 0, 1, ""),
    *(Rule(f"{name} known", "ExpectColumnValuesToNotBeNull", {"column": name}, "") for name in ("n", "gap", "odd", "word")),
    *(rules.equal(f"n is {other}", "n", other, "") for other in ("n", "big", "price", "word")),
    rules.equal("gaps", "gap", "gap", ""),
    rules.equal("a day is a time", "day", "moment", ""),
    *(Rule(f"unique {key}", KEY, {"column_list": key}, "") for key in (["n", "word"], ["truth", "word"], ["n", "gap"])),
    *(Rule(f"{count} lines", "ExpectTableRowCountToEqual", {"value": count}, "") for count in (0, 4)),
    Rule("most", "ExpectColumnValuesToBeBetween", {"column": "n", "min_value": 1, "max_value": 3, "mostly": 0.5}, ""),
    rules.between("no such column", "minute", 0, 1, ""),
)
FOUR = """
    select
        *, day::timestamp as moment, day::varchar as text, (9007199254740992 + n)::ubigint as huge,
        (0.1 + n * 0.0000000000000000001)::decimal(38, 19) as fine,
        word::enum('a', 'b') as one_list, word::enum('b', 'a', 'c') as other_list
    from (values
        (0, 0.1::double, 0.3::decimal(3, 1), 0::hugeint, null::integer, 0::double, 'a', false, date '2024-01-01'),
        (1, 0.3::double, 0.1::decimal(3, 1), 1::hugeint, 0, 0.1, 'b', false, date '2024-01-02'),
        (2, 0.2::double, 0.2::decimal(3, 1), 2::hugeint, 0, null, 'a', false, date '2024-01-03'),
        (3, 0.0::double, 0.0::decimal(3, 1), 3::hugeint, 0, 'nan'::double, 'b', false, date '2024-01-04')
    ) as t(n, share, price, big, gap, odd, word, truth, day)
"""


@pytest.mark.parametrize("lines", ["where true", "where n = 0", "where false"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_both_ways_say_the_same(rule: Rule, lines: str, monkeypatch: pytest.MonkeyPatch) -> None:
    suite = Suite("a/b", "t", "lines", f"{FOUR} {lines}", (rule,), labels=("n",))
    short = gate.judge(suite, duckdb.connect(), context({}))
    monkeypatch.setattr(metrics, "of_kept", lambda *_: None)
    long = gate.judge(suite, duckdb.connect(), context({}))
    assert short.verdicts == long.verdicts
    assert _page(short) == _page(long)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_other_lines_have_the_verdict_and_page_that_great_expectations_would_make_of_them(rule: Rule) -> None:
    con = duckdb.connect()
    known: dict[str, docs.Held] = {}
    for numbers in ([0], [1, 2], [], [0, 1, 2, 3]):
        suite = Suite("a/b", "t", "lines", f"from ({FOUR}) where n in {numbers}", (rule,), labels=("n",))
        fresh = gate.judge(suite, con, context({}), gate.Earlier("", {}))
        used = gate.judge(suite, con, context({}), gate.Earlier("", known))
        assert used.verdicts == fresh.verdicts
        assert _page(used) == _page(fresh)
        if used.page and used.may_be_used_again:
            known[used.identity] = docs.Held(used.verdicts, used.page, used.lines)


def test_a_page_that_is_used_again_says_when() -> None:
    suite = Suite("a/b", "t", "lines", "select 1 as n", (rules.between("b", "n", 0, 3, ""),))
    page = gate.judge(suite, duckdb.connect(), context({})).page or ""
    later = docs.judged_at(page, dt.datetime(2031, 5, 6, 7, 8, 9, tzinfo=dt.UTC))
    assert set(re.findall(TIME, later)) == {"2031-05-06T07:08:09"}
    assert len(re.findall(TIME, later)) == len(re.findall(TIME, page)) >= 2
    assert _without_times(later) == _without_times(page)


def test_a_suite_whose_rules_hold_needs_no_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = (rules.between("b", "n", 0, 3, ""), rules.equal("e", "n", "big", ""), rules.in_set("s", "truth", [False], ""))
    suite = Suite("a/b", "t", "lines", FOUR, kept)
    monkeypatch.setattr("expectations.batches.Batch.frame", property(lambda batch: pytest.fail("read as a frame")))
    assert all(verdict.holds for verdict in gate.judge(suite, duckdb.connect(), context({})).verdicts)


def _page(judgement: gate.Judgement) -> str:
    """Without what is another each time: the ids of elements, and when it was made."""
    return _without_times(re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", judgement.page or ""))


def _without_times(page: str) -> str:
    return re.sub(rf"{TIME}\S*", "", page)
