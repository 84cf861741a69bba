"""What models declare reaches the models that are built from it."""

from orchestration.home.environment import DBT_PROJECT
from orchestration.warehouse import declared


def test_the_parts_of_the_figures_are_the_models_without_a_grain_of_their_own():
    figures = declared.variables()["declared"]["figures"]
    assert (figures["sna_yearly"], figures["sna_prose"], figures["sna_peak_month"]) == ("", "also", "only")
    assert set(figures.values()) == {"", "also", "only"}
    withheld = declared.variables()["declared"]["withheld"]
    assert "sna_hkci" in withheld and "sna_yearly" not in withheld and set(withheld) < set(figures)
    assert figures.keys().isdisjoint({"figures", "reconciliation", "statements", "charts", "sna_recent_months", "report_year"})


def test_labels_are_those_of_the_models_that_declare_some(tmp_path):
    folder = tmp_path / "staging" / "health"
    folder.mkdir(parents=True)
    (folder / "models.yml").write_text("models: [{name: a, config: {meta: {grain: [x], labels: {sex_label: sex}}}}, {name: b}]")
    (folder / "sources.yml").write_text("sources: [{name: landing, tables: []}]")
    assert declared.labels(tmp_path) == {"a": {"sex_label": "sex"}}


def test_monthly_facts_are_those_of_a_feed_that_describe_their_month(tmp_path):
    folder = tmp_path / "conformed" / "fire"
    folder.mkdir(parents=True)
    (folder / "models.yml").write_text("""models:
  - {name: of_events, config: {meta: {feeds: [fire/incidents]}}, columns: [{name: incident}, {name: month_start}]}
  - {name: of_years, config: {meta: {feeds: [fire/referrals]}}, columns: [{name: financial_year}]}
  - {name: of_other_facts, columns: [{name: month_start}]}
""")
    assert declared.monthly(tmp_path) == ["of_events"]
    assert {"fct_fire_incident", "fct_street_crime"} <= set(declared.monthly(DBT_PROJECT / "models"))
