"""What a model declares of itself is understood whole, or refused with the name of the model."""

from __future__ import annotations

from typing import Any

import pytest

from expectations.models import Count, MetaError, read


def manifest(**models: dict[str, Any]) -> dict[str, Any]:
    """A manifest of models, each of this `meta`; one whose name begins with fct_ is of the facts."""
    return {
        "nodes": {
            name: {
                "resource_type": "model",
                "name": name,
                "alias": name.removeprefix("published_"),
                "schema": "conformed" if name.startswith("fct_") else "marts",
                "tags": ["counts", "facts"] if name == "fct_count" else ["facts" if name.startswith("fct_") else "marts"],
                "config": {"materialized": "table", "meta": meta},
            }
            for name, meta in models.items()
        }
        | {"seed": {"resource_type": "seed"}}
    }


def test_a_mart_counts_rows_of_a_fact() -> None:
    counts = [{"model": "fct_crime", "what": "crime", "measure": "crimes", "where": "is_theft"}]
    found = read(
        manifest(
            fct_crime={"grain": ["reference"], "feeds": ["police/crimes"], "date": "day", "dagster": {"owners": []}},
            thefts={"grain": ["year", "place"], "counts": counts},
        )
    )
    fact, mart = found["fct_crime"], found["thefts"]
    assert (fact.subject, fact.stage, fact.grain, fact.feed) == ("conformed.fct_crime", "facts", ("reference",), "police/crimes")
    assert (mart.subject, mart.stage) == ("marts.thefts", "marts")
    assert mart.counts == (Count("fct_crime", "crime", "crimes", where="is_theft"),)


def test_what_is_made_of_the_counts_of_the_vault_is_built_with_the_marts() -> None:
    assert read(manifest(fct_count={"grain": ["day"]}))["fct_count"].stage == "marts"


def test_a_table_may_have_another_name_than_its_model() -> None:
    assert read(manifest(published_place={"grain": ["code"]}))["published_place"].subject == "marts.place"


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        ({}, "thefts: meta states no grain"),
        ({"grain": []}, "thefts: meta states no grain"),
        ({"grain": ["year"], "count": []}, "thefts: meta has no key count"),
        ({"grain": ["year"], "counts": [{"model": "thefts", "what": "theft"}]}, "thefts: counts: .*measure"),
        ({"grain": ["year"], "counts": [{"model": "x", "what": "x", "measure": "x"}]}, "thefts: meta names x"),
        ({"grain": ["year"], "references": {"place": "dim_place.code"}}, "thefts: meta names dim_place"),
    ],
)
def test_what_is_not_understood_is_refused(meta: dict[str, Any], message: str) -> None:
    with pytest.raises(MetaError, match=message):
        read(manifest(thefts=meta))
