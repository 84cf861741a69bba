"""Pictures of charts: those of a former report are copied where they would be the same, and drawn again where not."""

import altair as alt
import pytest

from reporting import charts
from reporting.blocks import Chart
from reporting.drawings import Drawings


def chart(number=1, title="A chart"):
    rows = [{"x": "a", "n": number}, {"x": "b", "n": 2}]
    return Chart("one", title, "Columns of two numbers.", None, charts.bars(rows, "x", "n", "x", "n"), rows)


@pytest.fixture
def calls(monkeypatch):
    """How often a chart was drawn."""
    made = []
    real = charts.svg
    monkeypatch.setattr(charts, "svg", lambda *arguments: made.append(arguments) or real(*arguments))
    return made


def drawn(folder, what, former=None):
    drawings = Drawings(folder, former)
    drawings.draw([what])
    return drawings, (folder / "charts" / "one.svg").read_bytes()


def test_what_has_not_changed_is_copied(tmp_path, calls):
    first, before = drawn(tmp_path / "first", chart())
    picture = first.picture(chart()).read_bytes()
    second, after = drawn(tmp_path / "second", chart(), tmp_path / "first")
    assert second.picture(chart()).read_bytes() == picture
    assert (len(calls), second.reused, after) == (1, 2, before)


@pytest.mark.parametrize("changed", [chart(number=3), chart(title="Another title")])
def test_what_has_changed_is_drawn_again(tmp_path, calls, changed):
    _, before = drawn(tmp_path / "first", chart())
    second, after = drawn(tmp_path / "second", changed, tmp_path / "first")
    assert (len(calls), second.reused) == (2, 0)
    assert after != before


def test_everything_is_drawn_again_by_other_code(tmp_path, calls, monkeypatch):
    drawn(tmp_path / "first", chart())
    (tmp_path / "charts.py").write_text("# other code")
    monkeypatch.setattr(charts, "__file__", str(tmp_path / "charts.py"))
    drawn(tmp_path / "second", chart(), tmp_path / "first")
    assert len(calls) == 2


def test_a_chart_that_cannot_be_drawn_has_no_picture(tmp_path):
    empty = Chart("one", "A chart", "", None, why_not="nothing has been delivered.")
    drawings = Drawings(tmp_path / "first")
    drawings.draw([empty])
    assert drawings.picture(empty) is None
    assert isinstance(chart().drawing, alt.TopLevelMixin)
