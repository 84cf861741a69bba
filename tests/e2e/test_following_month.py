"""The monthly routine on the whole demonstration: further months pass every gate, and the report's figures stay."""

from tests.conftest import reconciled


def test_further_months_are_published_and_the_report_stays(own_county):
    for month in [f"2024-{number:02}" for number in range(5, 13)] + ["2025-01", "2025-02", "2025-03"]:
        done = own_county.sna("demo", "--next-month")
        assert done.returncode == 0, done.stdout + done.stderr
        assert month in done.stdout
    done = own_county.sna("refresh")
    assert done.returncode == 0, done.stdout + done.stderr
    assert dict(own_county.query("select status, count(*) from sna.reconciliation group by all")) == reconciled()
    months = """select count(*) from meta.feeds where agency = 'derbyshire_constabulary' and feed = 'crimes'
                and last_period = '2025-03'"""
    assert own_county.query(months) == [(1,)]
