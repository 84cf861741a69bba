"""Every figure of the needs assessment is followed back to the models that write it and the feeds behind them."""

from orchestration.publication.publish import SCHEMAS
from orchestration.warehouse.dbt import load_fingerprints, load_manifest
from orchestration.warehouse.lineage import lineage, writers
from tests import counties
from tests.conftest import seeded


def test_every_table_and_statement_has_its_writers_and_feeds_and_nothing_else_has():
    known = {row["table_id"] for row in seeded("tables")}
    settings = counties.mini()
    manifest, code = load_manifest(settings), load_fingerprints(settings)
    found = lineage(manifest, code, SCHEMAS)
    assert all(table["code"] in code.values() for table in found.values())
    figures = found["sna.figures"]["figures"]
    printed = {row["table_id"] for row in seeded("figures")}
    assert printed and printed <= known
    assert sorted(printed - writers(manifest).keys()) == []
    assert sorted(table_id for table_id in printed if not figures.get(table_id)) == []
    assert figures.keys() | writers(manifest).keys() <= known


def test_outcomes_of_the_report_have_nothing_of_the_archive():
    """What police.uk publishes of a month is no cause of a change in the force's own offences."""
    settings = counties.mini()
    found = lineage(load_manifest(settings), load_fingerprints(settings), SCHEMAS)
    for table in ("marts.outcomes_at_report", "marts.offences", "marts.recorded_offences"):
        feeds = found[table]["feeds"]
        assert [feed for feed in feeds if feed.endswith("/crimes")]
        assert not [feed for feed in feeds if feed.startswith("police_uk/")]
