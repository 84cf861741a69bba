"""The charts of the needs assessment, whose figures are lost, can be drawn anew from the published release."""

from __future__ import annotations

import pytest

from tests.conftest import SEEDS, seeded

CHARTS = seeded("sna_chart", SEEDS / "reference")


@pytest.mark.parametrize("chart", CHARTS, ids=[chart["chart_id"] for chart in CHARTS])
def test_a_chart_has_figures_along_each_of_its_dimensions(county, chart):
    members = ", ".join(f"count(distinct {column})" for column in chart["dimensions"].split(";"))
    ((figures, *along),) = county.query(
        f"select count({chart['measure']}), {members} from marts.{chart['mart']} where {chart['condition'] or 'true'}"
    )
    assert figures
    assert min(along) > 1
