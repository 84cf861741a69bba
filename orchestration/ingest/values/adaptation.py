"""SQL for a column of an agency's own extract: from its cells, or from what the area's map provides, to the contract's values."""

from __future__ import annotations

from collections.abc import Mapping

from orchestration.contracts.model import Column, FeedContract, Provided
from orchestration.ingest.files.headers import SOURCE, plain
from orchestration.text.shapes import plain_sql


def adapted_sql(contract: FeedContract, column: Column, cells: Mapping[str, str]) -> str:
    """SQL for the text of a column; NULL where it is blank.

    Args:
        cells: column, or `SOURCE` and header → SQL for the trimmed cell.
    """
    rule = contract.adapted.provided.get(column.name)
    found = cells.get(column.name) or (_provided_sql(rule, contract, cells) if rule else "null::varchar")
    meanings = contract.adapted.values.get(column.name)
    if not meanings:
        return found
    cases = " ".join(f"when {_literal(written)} then {_literal(label)}" for written, label in meanings.items())
    return f"case {plain_sql(found)} {cases} else {found} end"


def _provided_sql(rule: Provided, contract: FeedContract, cells: Mapping[str, str]) -> str:
    if rule.value is not None:
        return _literal(rule.value)
    columns = {plain(label): column.name for column in contract.columns for label in (column.header, *column.aliases)}
    names = [columns.get(plain(header), f"{SOURCE}{header}") for header in rule.sources]
    # A header that is a column as well is read as what was delivered, not as what the map makes of it.
    joined = f"nullif(concat_ws({_literal(rule.separator)}, {', '.join(cells[name] for name in names)}), '')"
    if rule.matches is None:
        return joined
    if rule.replace is not None:
        return f"regexp_replace({joined}, {_literal(rule.matches)}, {_literal(rule.replace)}, 'gi')"
    found = f"regexp_matches(coalesce({joined}, ''), {_literal(rule.matches)}, 'i')"
    return f"if({found}, {_literal(rule.then)}, {_literal(rule.otherwise)})"


def _literal(text: str | None) -> str:
    return "null" if text is None else "'" + text.replace("'", "''") + "'"
