"""The rule of the scores against the fifteen rows that the needs assessment prints."""

from __future__ import annotations

import duckdb

from tests.conftest import PRINTED


def test_the_rule_computes_the_printed_scores_and_ranks(render):
    con = duckdb.connect()
    con.read_csv(str(PRINTED / "figures.csv"), all_varchar=True).filter("table_id = 'T26'").create("cell")
    con.execute(
        """
        create table printed as
        pivot (select row_label as ward, split_part(column_label, ': ', -1) as name, published from cell)
        on name using any_value(published) group by ward
        """
    )
    score = render("{{ hotspot_score('volume_rank', 'rate_rank') }}")
    rows = con.execute(
        f"""
        with ranked as (
            select
                ward, "SV rank"::int as printed_volume, "Per pop rank"::int as printed_rate, "Score"::int as printed_score,
                "Rank"::int as printed_rank,
                rank() over (order by "Total"::int desc) as volume_rank,
                rank() over (order by "Total"::int / "Total pop"::int desc) as rate_rank
            from printed
        ),
        scored as (select *, {score} as score from ranked)
        select *, rank() over (order by score, volume_rank) as combined from scored
        """
    ).df()
    assert len(rows) == 15
    assert (rows["volume_rank"] == rows["printed_volume"]).all()
    assert (rows["score"] == rows["printed_score"]).all()
    assert (rows["combined"] == rows["printed_rank"]).all()
    # Ranked on rounded rates, Abbey (13.92) and Ripley (14.26) change places.
    wrong = rows[rows["rate_rank"] != rows["printed_rate"]].set_index("ward")
    assert wrong["rate_rank"].to_dict() == {"Abbey": 6, "Ripley": 5}
    # The rule as it is stated, the sum of both ranks, puts one of the fifteen.
    assert (rows["volume_rank"] + rows["rate_rank"] == rows["printed_score"]).sum() == 1
