"""Deliveries of a larger force pass every gate, and no printed figure gates them."""

import re

import pytest

from tests import counties


@pytest.mark.slow
def test_a_larger_force_is_published():
    force, single = counties.small(2), counties.small()
    printed = (force.home.parent / "refresh.txt").read_text()
    gates = re.findall(r"(\d+)/(\d+)", next(line for line in printed.splitlines() if line.startswith("gates")))
    assert len(gates) >= 3 and all(passed == judged for passed, judged in gates)
    places = "select count(distinct lsoa_code) from marts.deprivation"
    assert force.query(places)[0][0] == 2 * single.query(places)[0][0] > 0
