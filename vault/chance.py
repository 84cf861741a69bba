"""How often two references of a register agree by chance, counted over all pairs of them.

Rows with one token, n of them, make n (n - 1) / 2 pairs that agree in it, so one pass over the register counts the agreements of
all its pairs. splink would draw pairs until it has seen each kind of agreement a hundred times, and so know its share to a tenth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

# What two dates of birth share that differ in one part; any two of these make the whole date.
PARTS_OF_DATE = ("born_token_year_month", "born_token_year_day", "born_token_month_day")
# Agreement that no pair has, of which no pair needs the probability either; it must only be above 0.
SEEN_NOWHERE = 0.5


def agreement(con: duckdb.DuckDBPyConnection, people: str) -> dict[str, list[float]]:
    """Comparison → share of each of its levels (such as same, alike, different) among the pairs in which both are known.

    Args:
        people: table with one row per reference, as `linkage.link` takes it.
    """
    kinds: dict[str, tuple[str, list[str]]] = {
        name: (f"{name}_token", [_pairs(people, f"{name}_token"), _alike_in_sound(people, name)])
        for name in ("surname", "forename")
    }
    alike = " + ".join(_pairs(people, part, "born_token") for part in PARTS_OF_DATE)
    same = _pairs(people, "born_token")
    kinds["born"] = "born_token", [same, f"{alike} - {len(PARTS_OF_DATE)} * {same}"]
    kinds["sex"] = "sex", [_pairs(people, "sex")]
    found = {}
    for name, (column, counts) in kinds.items():
        (row,) = con.execute(f"select {_all_pairs(people, column)}, {', '.join(counts)}").fetchall()
        pairs, *agreeing = map(int, row)
        levels = [*agreeing, pairs - sum(agreeing)]
        found[name] = [max(count, SEEN_NOWHERE) / max(pairs, 1) for count in levels]
    return found


def _alike_in_sound(people: str, name: str) -> str:
    """SQL of the pairs that agree in the sound of a name and not in the name."""
    token, sound = f"{name}_token", f"{name}_token_sound"
    return f"{_pairs(people, sound, token)} - {_pairs(people, f'{token}, {sound}')}"


def _pairs(people: str, agreeing: str, *known: str) -> str:
    """SQL of the pairs that agree in some columns, among rows in which others are known too."""
    is_known = " and ".join(f"{column} is not null" for column in (*agreeing.split(", "), *known))
    sizes = f"select count(*)::hugeint as n from {people} where {is_known} group by {agreeing}"
    return f"(select coalesce(sum(n * (n - 1) // 2), 0) from ({sizes}))"


def _all_pairs(people: str, column: str) -> str:
    return f"(select count({column})::hugeint * (count({column}) - 1) // 2 from {people})"
