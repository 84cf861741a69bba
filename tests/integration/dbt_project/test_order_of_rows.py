"""The same deliveries are published alike, in whatever order their rows come: sums of floating-point numbers would not."""

import duckdb

from orchestration.warehouse import dbt
from tests.content import content

BUILT = ("conformed", "marts", "sna")


def test_content_does_not_depend_on_the_order_of_rows(own_county):
    with duckdb.connect(str(own_county.settings.warehouse)) as con:
        expected = content(con, *BUILT)
        for (feed,) in con.execute("select view_name from duckdb_views() where schema_name = 'landing'").fetchall():
            con.execute(f'create table main.shuffled as select * from landing."{feed}" order by random()')
            con.execute(f'drop view landing."{feed}"')
            con.execute(f'create table landing."{feed}" as from main.shuffled')
            con.execute("drop table main.shuffled")
    dbt.execute(own_county.settings, "tag:facts tag:marts", whole=True)
    with duckdb.connect(str(own_county.settings.warehouse), read_only=True) as con:
        found = content(con, *BUILT)
    assert len(expected) > 150
    assert [table for table in expected if found[table] != expected[table]] == []
