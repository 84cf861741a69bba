"""The monthly routine on the whole demonstration: a further month passes every gate, and the report's figures stay."""

from tests.conftest import reconciled


def test_a_further_month_is_published_and_the_report_stays(own_county):
    told = own_county.sna("demo", "--next-month")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "2024-05" in told.stdout
    told = own_county.sna("refresh")
    assert told.returncode == 0, told.stdout + told.stderr
    assert dict(own_county.query("select status, count(*) from sna.reconciliation group by all")) == reconciled()
    months = """select count(*) from meta.feeds where agency = 'derbyshire_constabulary' and feed = 'crimes'
                and last_period = '2024-05'"""
    assert own_county.query(months) == [(1,)]
