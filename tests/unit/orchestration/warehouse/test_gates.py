"""The chain of stages: nothing is built or published from data that its gate has not passed."""

import duckdb
import pytest

from expectations.verdicts import Verdict
from orchestration.warehouse import gates
from orchestration.warehouse.gates import GateNotPassedError


@pytest.fixture
def con():
    connection = duckdb.connect()
    connection.execute("create schema ledger; create table ledger.build as select 'build-1' as build_id, 'code-1' as code")
    connection.execute(
        "create table ledger.feed (agency varchar, feed varchar, stage varchar, token varchar, gate_token varchar, as_at varchar)"
    )
    deliver(connection, "crimes")
    deliver(connection, "counts", stage="counts")
    gates.prepare(connection)
    yield connection
    connection.close()


def deliver(con, feed, version=1, stage="feeds", as_at=""):
    """Something new is in use of a feed: its tokens and the build id are others."""
    con.execute("delete from ledger.feed where feed = ?", [feed])
    row = ["police", feed, stage, f"{feed}-{version}", f"{feed}-{version}", as_at]
    con.execute("insert into ledger.feed values (?, ?, ?, ?, ?, ?)", row)
    con.execute("update ledger.build set build_id = build_id || '+'")


def judge(con, stage, success=True, crashed=False, subject="conformed.fct_offence"):
    subject = {"feeds": "police/crimes", "counts": "police/counts"}.get(stage, subject)
    verdict = Verdict(subject, "rows are conserved", success, crashed=crashed, remedy="mend it")
    gates.record(con, stage, gates.token_of(con, stage), [verdict])


def build(con, stage, **options):
    opened = gates.start_stage(con, stage, **options)
    gates.complete(con, stage, opened.token, opened.upstream)


def through_facts(con):
    judge(con, "feeds")
    build(con, "facts")
    judge(con, "facts")


def through_counts(con):
    through_facts(con)
    judge(con, "counts")


def test_the_whole_way(con):
    through_counts(con)
    build(con, "marts")
    judge(con, "marts")
    assert gates.require_passed(con, "marts") == gates.token_of(con, "marts")


def test_feeds_of_another_date_are_not_built_from(con):
    deliver(con, "victims", as_at="2024-05-01")
    con.execute("delete from ledger.feed where feed = 'counts'")
    with pytest.raises(
        GateNotPassedError,
        match=r"police/victims was last loaded as at 2024-05-01, but is needed with all deliveries\. Run `sna refresh`",
    ):
        gates.require_date(con, "")
    with pytest.raises(
        GateNotPassedError, match="police/crimes was last loaded with all deliveries, but is needed as at 2024-05-01"
    ):
        gates.require_date(con, "2024-05-01")
    con.execute("update ledger.feed set as_at = '2024-05-01'")
    gates.require_date(con, "2024-05-01")


def test_counts_that_come_later_do_not_stop_the_facts_of_a_past_date(con):
    con.execute("update ledger.feed set as_at = '2024-05-01' where feed <> 'counts'")
    gates.require_date(con, "2024-05-01", before="facts")
    with pytest.raises(GateNotPassedError, match="police/counts was last loaded with all deliveries"):
        gates.require_date(con, "2024-05-01", before="marts")


def test_before_any_feed_was_ingested_there_is_nothing_to_build_on(con):
    con.execute("delete from ledger.feed")
    with pytest.raises(GateNotPassedError, match="sna refresh"):
        gates.start_stage(con, "facts")


def test_a_stage_does_not_start_before_the_gate_has_judged(con):
    with pytest.raises(GateNotPassedError, match="have not been validated"):
        gates.start_stage(con, "facts")


@pytest.mark.parametrize("how", [{"success": False}, {"success": False, "crashed": True}])
def test_a_failed_or_crashed_expectation_closes_the_gate(con, how):
    judge(con, "feeds")
    build(con, "facts")
    judge(con, "facts", **how)
    with pytest.raises(GateNotPassedError, match=r"failed: conformed\.fct_offence: rows are conserved"):
        gates.start_stage(con, "marts")


def test_the_counts_of_the_vault_are_judged_apart_from_the_feeds_before_them(con):
    assert (gates.to_judge(con, "feeds"), gates.to_judge(con, "counts")) == (["police/crimes"], ["police/counts"])
    through_facts(con)
    facts = gates.require_passed(con, "facts")
    with pytest.raises(GateNotPassedError, match="current counts have not been validated"):
        gates.start_stage(con, "marts")
    judge(con, "counts", success=False)
    with pytest.raises(GateNotPassedError, match="Validation of the counts failed: police/counts"):
        gates.start_stage(con, "marts")
    judge(con, "counts")
    build(con, "marts")
    # What the vault returns later makes the marts out of date, and not the facts that it was made from.
    deliver(con, "counts", version=2, stage="counts")
    assert gates.require_passed(con, "facts") == facts
    judge(con, "counts")
    with pytest.raises(GateNotPassedError, match="'marts' is older than 'counts'"):
        gates.require_passed(con, "marts")


def test_facts_that_are_built_again_make_the_marts_out_of_date(con):
    through_counts(con)
    build(con, "marts")
    build(con, "facts")
    judge(con, "facts")
    with pytest.raises(GateNotPassedError, match="'marts' is older than 'counts'"):
        gates.require_passed(con, "marts")


def test_other_code_makes_everything_out_of_date(con):
    through_counts(con)
    con.execute("update ledger.build set code = 'code-2'")
    with pytest.raises(GateNotPassedError, match="'facts' is older than 'feeds'"):
        gates.require_passed(con, "counts")


def test_a_verdict_of_older_data_does_not_open_the_gate(con):
    through_counts(con)
    build(con, "facts")
    with pytest.raises(GateNotPassedError, match="have not been validated"):
        gates.start_stage(con, "marts")


def test_new_deliveries_close_everything_after_them(con):
    through_counts(con)
    deliver(con, "crimes", version=2)
    judge(con, "feeds")
    with pytest.raises(GateNotPassedError, match="'facts' is older than 'feeds'"):
        gates.start_stage(con, "marts")


def test_a_build_that_broke_leaves_no_stage_to_build_on(con):
    through_facts(con)
    gates.start_stage(con, "facts")
    with pytest.raises(GateNotPassedError, match="is incomplete"):
        gates.require_passed(con, "facts")


def test_a_part_may_be_rebuilt_only_on_a_whole_that_is_up_to_date(con):
    through_facts(con)
    build(con, "facts", whole=False)
    deliver(con, "crimes", version=2)
    judge(con, "feeds")
    with pytest.raises(GateNotPassedError, match="all of it is out of date"):
        gates.start_stage(con, "facts", whole=False)


def test_verdicts_of_a_subject_replace_its_older_ones(con):
    judge(con, "feeds", success=False)
    judge(con, "feeds")
    assert con.execute("select count(*), bool_and(success) from ops.verdict").fetchone() == (1, True)


def test_only_a_feed_that_has_changed_is_validated_again(con):
    deliver(con, "victims")
    assert gates.to_judge(con, "feeds") == ["police/crimes", "police/victims"]
    for subject in gates.to_judge(con, "feeds"):
        gates.record(con, "feeds", "", [Verdict(subject, "rows are conserved", True)])
    assert gates.to_judge(con, "feeds") == []
    deliver(con, "crimes", version=2)
    assert gates.to_judge(con, "feeds") == ["police/crimes"]
    with pytest.raises(GateNotPassedError, match="have not been validated"):
        gates.require_passed(con, "feeds")
    judge(con, "feeds")
    assert gates.require_passed(con, "feeds") == gates.token_of(con, "feeds")
    assert {verdict.subject for verdict in gates.current_verdicts(con, "feeds")} == {"police/crimes", "police/victims"}


def test_a_feed_that_failed_is_judged_again(con):
    judge(con, "feeds", success=False)
    assert gates.to_judge(con, "feeds") == ["police/crimes"]


def test_a_verdict_on_the_whole_stage_closes_it_until_it_is_judged_again(con):
    judge(con, "feeds")
    gates.record(con, "feeds", "", [Verdict("feeds", "The suites of this gate can be drawn up", False, crashed=True)])
    with pytest.raises(GateNotPassedError, match="drawn up"):
        gates.require_passed(con, "feeds")
    judge(con, "feeds")
    assert gates.require_passed(con, "feeds")
