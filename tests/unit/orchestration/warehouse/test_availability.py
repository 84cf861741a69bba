"""Readers of a release see which tables wait for which feeds, and whom to ask."""

LINEAGE = {
    "sna.figures": {"feeds": ["ons/population", "police/crimes", "police_uk/street"]},
    "marts.offences": {"feeds": ["police_uk/street"]},
    "marts.numbers": {"feeds": []},
}


def test_each_table_names_the_feeds_that_it_needs_and_those_that_it_waits_for(press):
    press.change(
        """insert into ledger.feed values
            ('ons', 'population', 'feeds', '', 'token', 'token', 'population/population',
             'Residents', 'The office', 'https://ons', 0)"""
    )
    press.publish(lineage=LINEAGE)
    assert press.read("from meta.availability") == [
        ("marts", "offences", "police_uk/street", "Street-level crime", True, "The publisher", "https://example.org"),
        ("sna", "figures", "ons/population", "Residents", False, "The office", "https://ons"),
        # No agency of the area is said to send it.
        ("sna", "figures", "police/crimes", "Recorded crimes", False, "the agency that should send it", None),
        ("sna", "figures", "police_uk/street", "Street-level crime", True, "The publisher", "https://example.org"),
    ]


def test_a_release_without_lineage_has_the_table_too(press):
    press.publish()
    assert press.read("from meta.availability") == []
