"""The chain of stages: nothing is built or published from data that its gate has not passed."""

import duckdb
import pytest

from orchestration import gates
from orchestration.gates import GateClosed, Verdict


@pytest.fixture
def con():
    connection = duckdb.connect()
    connection.execute("create schema ledger; create table ledger.build as select 'build-1' as build_id")
    connection.execute(
        "create table ledger.feed as select 'police' as agency, 'crimes' as feed, 'crimes-1' as gate_token, '' as as_at"
    )
    gates.prepare(connection)
    yield connection
    connection.close()


def judge(con, stage, success=True, crashed=False, subject="conformed.fct_offence"):
    subject = "police/crimes" if stage == "feeds" else subject
    verdict = Verdict(subject, "rows are conserved", success, crashed=crashed, remedy="mend it")
    gates.record(con, stage, gates.token_of(con, stage), [verdict])


def build(con, stage, **options):
    opened = gates.begin(con, stage, **options)
    gates.complete(con, stage, opened.token, opened.upstream)


def through_facts(con):
    judge(con, "feeds")
    build(con, "facts")
    judge(con, "facts")


def test_the_whole_way(con):
    through_facts(con)
    build(con, "marts")
    judge(con, "marts")
    assert gates.require(con, "marts") == gates.token_of(con, "marts")


def test_feeds_of_another_date_are_not_built_from(con):
    con.execute("insert into ledger.feed values ('police', 'victims', 'victims-1', '2024-05-01')")
    with pytest.raises(GateClosed, match=r"police/victims stands as of 2024-05-01, and this is to be with all .* `sna refresh`"):
        gates.require_date(con, "")
    with pytest.raises(GateClosed, match="police/crimes stands with all that has been received"):
        gates.require_date(con, "2024-05-01")
    con.execute("update ledger.feed set as_at = '2024-05-01'")
    gates.require_date(con, "2024-05-01")


def test_before_any_feed_was_brought_in_there_is_nothing_to_stand_on(con):
    con.execute("delete from ledger.build")
    with pytest.raises(GateClosed, match="sna refresh"):
        gates.begin(con, "facts")


def test_a_stage_does_not_start_before_the_gate_has_judged(con):
    with pytest.raises(GateClosed, match="has not judged"):
        gates.begin(con, "facts")


@pytest.mark.parametrize("how", [{"success": False}, {"success": False, "crashed": True}])
def test_a_failed_or_crashed_expectation_closes_the_gate(con, how):
    judge(con, "feeds")
    build(con, "facts")
    judge(con, "facts", **how)
    with pytest.raises(GateClosed, match=r"closed: conformed\.fct_offence: rows are conserved"):
        gates.begin(con, "marts")


def test_a_verdict_of_older_data_does_not_open_the_gate(con):
    through_facts(con)
    build(con, "facts")
    with pytest.raises(GateClosed, match="has not judged"):
        gates.begin(con, "marts")


def test_new_deliveries_close_everything_after_them(con):
    through_facts(con)
    con.execute("update ledger.build set build_id = 'build-2'")
    judge(con, "feeds")
    with pytest.raises(GateClosed, match="'facts' is older than 'feeds'"):
        gates.begin(con, "marts")


def test_a_build_that_broke_leaves_no_stage_to_build_on(con):
    through_facts(con)
    gates.begin(con, "facts")
    with pytest.raises(GateClosed, match="does not stand whole"):
        gates.require(con, "facts")


def test_a_part_may_be_rebuilt_only_on_a_whole_that_is_up_to_date(con):
    through_facts(con)
    build(con, "facts", whole=False)
    con.execute("update ledger.build set build_id = 'build-2'")
    judge(con, "feeds")
    with pytest.raises(GateClosed, match="all of it is out of date"):
        gates.begin(con, "facts", whole=False)


def test_verdicts_of_a_subject_replace_its_older_ones(con):
    judge(con, "feeds", success=False)
    judge(con, "feeds")
    assert con.execute("select count(*), bool_and(success) from ops.verdict").fetchone() == (1, True)


def test_only_a_feed_that_has_changed_is_judged_anew(con):
    con.execute("insert into ledger.feed values ('police', 'victims', 'victims-1', '')")
    assert gates.to_judge(con) == ["police/crimes", "police/victims"]
    for subject in gates.to_judge(con):
        gates.record(con, "feeds", "build-1", [Verdict(subject, "rows are conserved", True)])
    assert gates.to_judge(con) == []
    con.execute(
        "update ledger.feed set gate_token = 'crimes-2' where feed = 'crimes'; update ledger.build set build_id = 'build-2'"
    )
    assert gates.to_judge(con) == ["police/crimes"]
    with pytest.raises(GateClosed, match="has not judged"):
        gates.require(con, "feeds")
    judge(con, "feeds")
    assert gates.require(con, "feeds") == "build-2"
    assert {verdict.subject for verdict in gates.standing(con, "feeds")} == {"police/crimes", "police/victims"}


def test_a_feed_that_failed_is_judged_again(con):
    judge(con, "feeds", success=False)
    assert gates.to_judge(con) == ["police/crimes"]


def test_a_verdict_on_the_whole_stage_closes_it_until_it_is_judged_again(con):
    judge(con, "feeds")
    gates.record(con, "feeds", "build-1", [Verdict("feeds", "The suites of this gate can be drawn up", False, crashed=True)])
    with pytest.raises(GateClosed, match="drawn up"):
        gates.require(con, "feeds")
    judge(con, "feeds")
    assert gates.require(con, "feeds") == "build-1"
