"""Every figure that changed is in the next release, with its value before and after and the deliveries behind it."""

import pytest

from orchestration.publication import releases, revisions

LINEAGE = {
    "sna.figures": {
        "feeds": ["police/crimes", "health/visits"],
        "grain": ["table_id", "row_label"],
        "figures": {"T01": ["police/crimes"], "T02": ["health/visits"]},
    },
    "marts.offences": {"feeds": ["police/crimes"]},
}


def delivery(feed, period, load_id):
    return {"feed": feed, "period": period, "part": "", "load_id": load_id, "file_name": f"{period}.csv", "rows_accepted": 1}


BEFORE = [delivery("police/crimes", "2024-01", "c1"), delivery("health/visits", "2024-01", "v1")]
AFTER = [delivery("police/crimes", "2024-01", "c2"), delivery("health/visits", "2024-01", "v1")]


@pytest.fixture
def figures(press):
    press.change(
        """
        create or replace table sna.figures as
        from (values ('T01', 'All', '1', 1.0), ('T01', 'Some', '2', 2.0), ('T02', 'All', '3', 3.0))
            as t(table_id, row_label, value_text, value);
        create or replace table marts.offences as
        select range::tinyint as hour, 'Derby' as district, range % 7 as offences from range(24)
    """
    )
    return press


def publish(press, deliveries=AFTER, code="a", recoded=tuple(LINEAGE), **options):
    """With this code in some tables, and the code "a" in the others."""
    lineage = {table: {**about, "code": code if table in recoded else "a"} for table, about in LINEAGE.items()}
    return press.publish(deliveries=deliveries, lineage=lineage, code_id=code, **options)


def revised(press):
    return press.read(
        """select table_name, change_kind, row_key, column_name, value_before, value_after, changed_cells, deliveries
           from sna.revisions order by all"""
    )


def test_each_changed_figure_is_listed_with_what_changed_it(figures):
    first = publish(figures, BEFORE)
    assert revised(figures) == []
    figures.change("update sna.figures set value_text = '5', value = 5 where row_label = 'Some'")
    figures.change("update marts.offences set offences = 9 where hour = 3")
    publish(figures)
    crimes = ["police/crimes/2024-01.csv (c2)"]
    assert revised(figures) == [
        ("marts.offences", "changed", '{"hour":3,"district":"Derby"}', "offences", "3", "9", 1, crimes),
        ("sna.figures", "changed", '{"table_id":"T01","row_label":"Some"}', "value_text", "2", "5", 1, crimes),
    ]
    assert figures.read("select distinct release_before, code_changed from sna.revisions") == [(first.id, False)]


def test_a_figure_is_not_put_down_to_a_delivery_that_is_not_upstream(figures):
    publish(figures, BEFORE)
    figures.change("update sna.figures set value_text = '4' where table_id = 'T02'")
    publish(figures)
    ((*_, deliveries),) = revised(figures)
    assert deliveries == []


def test_rows_that_come_and_go_and_tables_too(figures):
    publish(figures, BEFORE)
    figures.change("delete from sna.figures where table_id = 'T02'; insert into sna.figures values ('T03', 'All', '7', 7)")
    figures.change("create table marts.wards as select 'x' as ward; drop table marts.offences")
    publish(figures, BEFORE)
    assert [row[:7] for row in revised(figures)] == [
        ("marts.offences", "table removed", None, None, None, None, 24),
        ("marts.wards", "table added", None, None, None, None, 1),
        ("sna.figures", "added", '{"table_id":"T03","row_label":"All"}', "value_text", None, "7", 1),
        ("sna.figures", "removed", '{"table_id":"T02","row_label":"All"}', "value_text", "3", None, 1),
    ]


def test_beyond_the_limit_cells_are_counted(figures, monkeypatch):
    monkeypatch.setattr(revisions, "MOST_CELLS", 20)
    publish(figures)
    figures.change("update marts.offences set offences = offences + 1")
    publish(figures, code="b")
    assert [row[:7] for row in revised(figures)] == [("marts.offences", "changed", None, "offences", None, None, 24)]
    assert figures.read("select code_changed from sna.revisions") == [(True,)]


def test_other_code_is_a_cause_only_where_it_is_upstream(figures):
    publish(figures)
    figures.change("update marts.offences set offences = 9 where hour = 3; update sna.figures set value_text = '4'")
    publish(figures, code="b", recoded=["sna.figures"])
    changed = figures.read("select distinct table_name, code_changed from sna.revisions order by all")
    assert changed == [("marts.offences", False), ("sna.figures", True)]


def test_of_the_figures_every_change_is_listed_however_many_there_are(figures, monkeypatch):
    monkeypatch.setattr(revisions, "MOST_CELLS", 1)
    publish(figures, BEFORE)
    figures.change("update sna.figures set value_text = value_text || '0'")
    publish(figures)
    assert [(row[4], row[5]) for row in revised(figures)] == [("1", "10"), ("2", "20"), ("3", "30")]


def test_a_table_whose_rows_nothing_identifies_is_compared_as_a_bag(figures):
    figures.change("insert into marts.offences values (3, 'Derby', 3), (3, 'Derby', 3)")
    publish(figures)
    figures.change("delete from marts.offences where hour = 4; insert into marts.offences values (5, 'Derby', 5)")
    publish(figures)
    assert [(row[1], row[6]) for row in revised(figures)] == [("rows added", 1), ("rows removed", 1)]


def test_a_new_column_is_named_and_the_others_are_still_compared(figures):
    publish(figures)
    figures.change("alter table marts.offences add column knife bigint; update marts.offences set offences = 9 where hour = 3")
    publish(figures)
    assert [(row[1], row[4], row[5]) for row in revised(figures)] == [("changed", "3", "9"), ("columns", "", "knife")]


def test_many_deliveries_are_counted(figures):
    publish(figures, [])
    figures.change("update marts.offences set offences = 9 where hour = 3")
    publish(figures, [delivery("police/crimes", f"{year}-01", f"c{year}") for year in range(1990, 2024)])
    ((*_, deliveries),) = revised(figures)
    assert len(deliveries) == revisions.MOST_DELIVERIES + 1 and deliveries[-1] == "and 14 more"


def test_what_was_published_before_is_no_part_of_the_content(figures):
    first = publish(figures)
    figures.change("update marts.offences set offences = offences + 1")
    publish(figures)
    figures.change("update marts.offences set offences = offences - 1")
    assert publish(figures).manifest["content"] == first.manifest["content"]


def test_after_a_rollback_the_comparison_is_with_what_readers_had(figures):
    first = publish(figures)
    figures.change("update marts.offences set offences = 9 where hour = 3")
    publish(figures)
    releases.roll_back(figures.published, first)
    figures.change("update marts.offences set offences = 8 where hour = 3")
    publish(figures)
    assert [(row[4], row[5]) for row in revised(figures)] == [("3", "8")]


@pytest.mark.parametrize("damaged", ["manifest.json", "sna_marts.duckdb"])
def test_damage_to_the_release_before_does_not_keep_the_next_one_back(figures, damaged):
    path = publish(figures).folder / damaged
    path.unlink()
    path.write_text("{" * 5000)
    publish(figures)
    ((_, change, _, _, described, *_),) = revised(figures)
    assert change == "unreadable" and damaged in described


def test_columns_of_the_table_are_described(figures):
    publish(figures)
    described = figures.read("select column_name, description from meta.dictionary where table_name = 'revisions'")
    assert dict(described) == {name: text for name, (_, text) in revisions.COLUMNS.items()}


def test_a_release_of_a_past_date_has_no_revisions(figures):
    publish(figures)
    figures.change("update marts.offences set offences = 9")
    past = publish(figures, as_at="2024-05-01")
    assert past.manifest["tables"]["sna.revisions"]["rows"] == 0
    current = releases.current_release(figures.published)
    assert past.manifest["content"] != current.manifest["content"]
