"""The adapter: a suite in, verdicts out; failed and crashed are distinguished; nothing personal comes through."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations import docs, gate, rules
from expectations.rules import Rule, Suite
from expectations.verdicts import INFORMATION, STAGES, Verdict
from orchestration.warehouse.validation import context

HOURS = Suite(
    subject="conformed.fct_offence",
    title="hours",
    grain="hours",
    sql="select * from (values (0, 5), (23, 4), (24, 3), (99, 2)) as t(hour, crimes)",
    labels=("hour",),
    rules=(
        rules.between("Hours run from 0 to 23", "hour", 0, 23, "Ask the force.", counts="crimes"),
        rules.between("Hours are below 100", "hour", 0, 99, "Ask the force.", counts="crimes"),
        rules.between("No hour is late", "hour", 0, 20, "Nothing to do.", blocking=False),
        rules.between("A column that is not there", "minute", 0, 59, "Ask the force."),
        rules.none("There are no hours", "Ask nobody.", counts="crimes"),
    ),
)


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def judged(suite: Suite, con: duckdb.DuckDBPyConnection) -> dict[str, Verdict]:
    return {verdict.expectation: verdict for verdict in gate.judge(suite, con, context({})).verdicts}


def test_a_rule_that_holds_has_no_failing_rows(con: duckdb.DuckDBPyConnection) -> None:
    verdict = judged(HOURS, con)["Hours are below 100"]
    assert (verdict.success, verdict.crashed, verdict.failing_rows, verdict.sample) == (True, False, 0, "[]")
    assert verdict.observed == "all 4 hours keep the rule"


def test_great_expectations_logs_nothing(con: duckdb.DuckDBPyConnection, caplog: pytest.LogCaptureFixture) -> None:
    gate._engine.cache_clear()
    assert judged(HOURS, con)["A column that is not there"].crashed
    assert [record for record in caplog.records if record.name.startswith("great_expectations")] == []


def test_a_failed_rule_counts_the_rows_behind_the_lines_and_shows_them(con: duckdb.DuckDBPyConnection) -> None:
    verdict = judged(HOURS, con)["Hours run from 0 to 23"]
    assert (verdict.success, verdict.crashed, verdict.failing_rows, verdict.column) == (False, False, 5, "hour")
    assert json.loads(verdict.sample) == [{"hour": 24, "crimes": 3}, {"hour": 99, "crimes": 2}]
    assert verdict.observed == "2 of 4 hours break the rule"
    assert verdict.remedy == "Ask the force."


def test_a_rule_for_information_never_fails_but_says_what_it_saw(con: duckdb.DuckDBPyConnection) -> None:
    verdict = judged(HOURS, con)["No hour is late"]
    assert verdict.success
    assert verdict.failing_rows == 3
    assert verdict.observed == "for information: 3 of 4 hours break the rule"


def test_an_expectation_that_raises_is_crashed_and_leaves_the_others_their_verdicts(con: duckdb.DuckDBPyConnection) -> None:
    verdicts = judged(HOURS, con)
    verdict = verdicts["A column that is not there"]
    assert (verdict.success, verdict.crashed) == (False, True)
    assert "minute" in verdict.observed
    assert [v.crashed for v in verdicts.values()] == [False, False, False, True, False]


def test_a_batch_that_must_be_empty_is_its_own_sample(con: duckdb.DuckDBPyConnection) -> None:
    verdict = judged(HOURS, con)["There are no hours"]
    assert (verdict.success, verdict.failing_rows, verdict.observed) == (False, 14, "hours: 4")
    assert len(json.loads(verdict.sample)) == 4


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select hour from nowhere", "CatalogException"),
        ("select minute from (select 1 as hour)", "BinderException"),
        ("select hour, range as crimes from (select 1 as hour), range(100001)", "BatchTooLargeError"),
    ],
)
def test_a_query_that_fails_crashes_every_rule_of_its_suite(con: duckdb.DuckDBPyConnection, sql: str, says: str) -> None:
    suite = Suite("a/b", "t", "hours", sql, HOURS.rules)
    verdicts = gate.judge(suite, con, context({})).verdicts
    assert len(verdicts) == len(HOURS.rules)
    assert all(v.crashed and not v.success and v.observed.startswith(says) for v in verdicts)


def test_a_crash_does_not_quote_the_value_it_stumbled_on(con: duckdb.DuckDBPyConnection) -> None:
    suite = Suite("a/b", "t", "names", "select cast(name as integer) as hour from (values ('Ann Example')) t(name)", HOURS.rules)
    assert {v.observed for v in gate.judge(suite, con, context({})).verdicts} == {"ConversionException"}


NAME = "Quibble Zornapple"


@pytest.mark.parametrize(
    "rule",
    [
        rules.in_set("Known", "place", ["Derby"], "Ask the force."),
        rules.none("Nothing", "Ask the force."),
        rules.between("Below", "place", "a", "b", "Ask the force."),
        Rule("Distinct", "ExpectColumnDistinctValuesToBeInSet", {"column": "place", "value_set": ["Derby"]}, "Ask the force."),
        Rule("Longest", "ExpectColumnMaxToBeBetween", {"column": "place", "min_value": 1, "max_value": 2}, "Ask the force."),
        Rule("Mean", "ExpectColumnMeanToBeBetween", {"column": "place", "min_value": 1, "max_value": 2}, "Ask the force."),
        Rule("Pattern", "ExpectColumnValuesToMatchRegex", {"column": "place", "regex": "^[0-9]+$"}, "Ask the force."),
    ],
    ids=lambda rule: rule.name,
)
def test_a_text_that_a_sender_wrote_is_shown_as_its_shape_in_sample_and_page(con: duckdb.DuckDBPyConnection, rule: Rule) -> None:
    con.execute("create table sent as select unnest($1::varchar[]) as place", [[NAME, NAME, "Amber Valley", "03/07/1987"]])
    sql = "select place, 'T1' as table_id from sent"
    judgement = gate.judge(Suite("a/b", "t", "places", sql, (rule,), labels=("place", "table_id")), con, context({}))
    (verdict,) = judgement.verdicts
    assert not verdict.success
    for shown in (str(verdict), judgement.page or ""):
        assert not [word for word in (*NAME.split(), "03/07/1987", "1987") if word in shown]
    if not verdict.crashed and rule.kind != "ExpectColumnMaxToBeBetween":
        assert "Aaaaaaa Aaaaaaaaa" in verdict.sample and "T1" in verdict.sample


@pytest.mark.parametrize("column", ["person_key", "crime_reference", "date_of_birth", "easting", "latitude"])
def test_a_batch_with_a_private_column_is_never_drawn(con: duckdb.DuckDBPyConnection, column: str) -> None:
    rule = rules.none("Nobody", "Ask nobody.")
    (verdict,) = gate.judge(Suite("a/b", "t", "rows", f"select 'secret' as {column}", (rule,)), con, context({})).verdicts
    assert verdict.crashed
    assert "secret" not in str(verdict)


def test_a_batch_may_not_describe_a_person_by_two_characteristics(con: duckdb.DuckDBPyConnection) -> None:
    rule = rules.none("Nobody", "Ask nobody.")
    alone, both = (Suite("a/b", "t", "rows", f"select {columns}", (rule,)) for columns in ("17 as age", "17 as age, 'F' as sex"))
    assert [gate.judge(suite, con, context({})).verdicts[0].crashed for suite in (alone, both)] == [False, True]


def test_suites_that_cannot_be_drawn_up_are_one_crashed_verdict(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (verdict,) = gate.run("feeds", con, tmp_path, context({}))
    assert (verdict.subject, verdict.success, verdict.crashed) == ("feeds", False, True)
    assert "crashed" in (tmp_path / "feeds" / "index.html").read_text("utf-8")


def test_lines_of_different_suites_do_not_mix(con: duckdb.DuckDBPyConnection) -> None:
    rule = Rule("One line", "ExpectTableRowCountToEqual", {"value": 1}, "")
    suites = [Suite("a/b", "t", "lines", f"select unnest(range({n})) as n", (rule,)) for n in (1, 2, 1)]
    assert [gate.judge(suite, con, context({})).verdicts[0].success for suite in suites] == [True, False, True]


def test_data_docs_are_whole_static_and_linked(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "SUITES", {"feeds": lambda con, context: [HOURS], "facts": lambda con, context: []})
    gate.run("feeds", con, tmp_path, context({}))
    gate.run("facts", con, tmp_path, context({}))
    pages = {path.relative_to(tmp_path).as_posix(): path.read_text("utf-8") for path in tmp_path.rglob("*.html")}
    (suite,) = set(pages) - {"index.html", "feeds/index.html", "facts/index.html"}
    assert 'href="feeds/index.html"' in pages["index.html"]
    assert "marts: not validated yet" in pages["index.html"]
    assert f'href="{suite.removeprefix("feeds/")}"' in pages["feeds/index.html"]
    assert "Hours run from 0 to 23" in pages[suite]
    assert not any("http" in page or "<script" in page for page in pages.values())


def test_data_docs_of_a_stage_are_replaced(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for suites in ([HOURS, HOURS], [HOURS]):
        monkeypatch.setattr(gate, "SUITES", {"feeds": lambda con, context, suites=suites: suites})
        gate.run("feeds", con, tmp_path, context({}))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feeds", "index.html"]
    assert len(list((tmp_path / "feeds").glob("*.html"))) == 2


def test_a_subject_that_is_not_judged_keeps_its_lines_and_pages(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(HOURS, subject="police/victims")
    monkeypatch.setattr(gate, "SUITES", {"feeds": lambda con, context: [HOURS, other]})
    gate.run("feeds", con, tmp_path, context({}))
    before = (tmp_path / "feeds" / "index.html").read_text("utf-8")
    pages = set((tmp_path / "feeds").glob("*.html"))
    found = gate.run("feeds", con, tmp_path, context({}), [other.subject])
    assert {verdict.subject for verdict in found} == {other.subject}
    after = (tmp_path / "feeds" / "index.html").read_text("utf-8")
    assert before.count("<tr class=") == after.count("<tr class=")
    assert len(pages & set((tmp_path / "feeds").glob("*.html"))) >= 2
    assert not [name for name in re.findall(r'href="(\w+\.html)"', after) if not (tmp_path / "feeds" / name).exists()]


def test_what_held_is_judged_again_only_when_a_rule_breaks_or_rule_or_code_changes(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    con.execute("create table hours as select 5::double as hour, 1 as crimes")
    holding = replace(HOURS, sql="from hours", rules=HOURS.rules[:2])
    failing = replace(holding, subject="conformed.fct_outcome", rules=(rules.none("There are no hours", "Ask nobody."),))
    suites = [holding, failing]
    monkeypatch.setattr(gate, "SUITES", {"facts": lambda con, context: suites})
    validated: list[str] = []
    validate = gate._Engine.validate

    def counting(engine: gate._Engine, suite: Suite, *arguments: Any) -> Any:
        validated.append(suite.subject)
        return validate(engine, suite, *arguments)

    monkeypatch.setattr(gate._Engine, "validate", counting)

    def run() -> tuple[list[Verdict], list[str]]:
        validated.clear()
        return gate.run("facts", con, tmp_path, context({})), list(validated)

    both, failed = [holding.subject, failing.subject], [failing.subject]
    first, judged_first = run()
    pages = {path.name for path in (tmp_path / "facts").glob("*.html")}
    assert judged_first == both
    assert run() == (first, failed)
    assert len(pages & {path.name for path in (tmp_path / "facts").glob("*.html")}) >= 2
    con.execute("update hours set hour = hour + 1e-15")
    con.execute("insert into hours values (6, 1)")
    again, judged_again = run()
    assert judged_again == failed
    assert [verdict.observed for verdict in again[:2]] == ["all 2 hours keep the rule"] * 2
    assert [replace(verdict, observed="") for verdict in again[:2]] == [replace(verdict, observed="") for verdict in first[:2]]
    con.execute("delete from hours")
    assert run()[1] == both
    con.execute("insert into hours values (5, 1)")
    assert run()[1] == both
    suites[0] = replace(holding, rules=(replace(HOURS.rules[0], arguments={"column": "hour", "min_value": 0, "max_value": 4}),))
    verdicts, judged = run()
    assert judged == both
    assert not verdicts[0].success
    suites[0] = holding
    assert [run()[1], run()[1]] == [both, failed]
    monkeypatch.setattr(gate, "version", lambda package: "another")
    assert [run()[1], run()[1]] == [both, failed]
    for page in (tmp_path / "facts").glob("*.html"):
        page.write_text("damaged")
    assert run()[1] == both
    (tmp_path / "facts" / "passed.json").write_text("{")
    assert run()[1] == both


def test_great_expectations_is_expected_again_where_a_rule_did_not_hold(tmp_path: Path) -> None:
    held = Verdict("a/b", "rule", True)
    assert not docs.all_held(tmp_path)
    for stage in STAGES:
        docs.write(tmp_path, stage, [(held, None)])
    assert docs.all_held(tmp_path)
    docs.write(tmp_path, "marts", [(held, None), (replace(held, observed=f"{INFORMATION}1 of 2 lines"), None)])
    assert not docs.all_held(tmp_path)


def test_too_little_memory_is_no_verdict_on_a_rule(tmp_path: Path) -> None:
    con = duckdb.connect(config={"memory_limit": "8MB", "temp_directory": ""})
    large = replace(HOURS, sql="select list(md5(range::varchar)) as hours from range(1000000)")
    with pytest.raises(duckdb.OutOfMemoryException):
        gate.judge(large, con, context({}))


def test_data_docs_name_failing_lines_the_run_and_what_is_information_only(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = Suite(
        subject="sna.reconciliation",
        title="published figures",
        grain="published figures",
        sql="select 'T' || range as table_id, if(range = 7, 'differs', 'match') as status from range(9)",
        labels=("table_id",),
        rules=(rules.in_set("Every figure agrees", "status", ["match"], "Mend it.", blocking=False),),
    )
    monkeypatch.setattr(gate, "SUITES", {"marts": lambda con, context: [figures]})
    (verdict,) = gate.run("marts", con, tmp_path, context({}))
    assert verdict.success and not verdict.holds
    index = (tmp_path / "marts" / "index.html").read_text("utf-8")
    assert 'class="information"' in index and 'class="holds"' not in index
    assert "1 of 1 expectations passed. 1 of them failed, for information only." in index
    (page,) = (path for path in (tmp_path / "marts").glob("*.html") if path.name != "index.html")
    text = re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]+>", " ", page.read_text("utf-8"), flags=re.DOTALL))
    assert "table_id differs 1 T7" in text
    assert "Run Name sna.reconciliation" in text and "__none__" not in text
    assert "Status: Succeeded" in text and "Every figure agrees (information only: does not fail the gate)" in text


def test_a_rule_that_closes_the_gate_fails_its_page_too(con: duckdb.DuckDBPyConnection) -> None:
    page = gate.judge(HOURS, con, context({})).page
    assert page is not None
    assert "Failed" in page and "__none__" not in page
