"""Landing and classification of the crimes alone, by this project and in pandas: the same steps on the same files.

    python -m tests.bench.crimes spoil RAW OUT       copy the deliveries of crimes, with a bad row here and there
    python -m tests.bench.crimes project OUT HOME    land and classify them with the code of a refresh
    python -m tests.bench.crimes pandas OUT          the same in pandas

Both read every file as text, type its cells by the contract, apply the contract's rules to each row, write accepted rows as
Parquet and rejected ones beside them, and decide for every definition whether it counts an offence. The project also searches
for identifiers of people, keeps hashes and a record for each delivery; pandas is spared these. Nobody's age is known to either,
so that no rule about victims or suspects counts anything.

The last line of both is one JSON object: rows accepted, rows rejected, and offences that each definition counts. They must be
equal.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from orchestration.contracts.model import Column, FeedContract
from orchestration.contracts.reader import load_contracts
from orchestration.home.environment import DBT_PROJECT
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.landing_zone.delivery import discover
from orchestration.ingest.load import loader
from orchestration.ingest.values.pseudonyms import MACROS
from orchestration.ingest.values.tokens import MACROS as TOKEN_MACROS
from orchestration.warehouse.ledger import SCHEMA, rows_in_use, rows_landed
from tests.bench import floor

KEY = b"a key for benchmarks only"
FEED = "crimes"
MODEL = "bridge_offence_definition"
SEEDS = DBT_PROJECT / "seeds" / "reference"
# Every so many rows: column, and what it is replaced by; a different rule of the contract each time.
FAULTS = (
    (997, "HO Class", "XX"),
    (1499, "Recorded Date Time", "31/02/2022 10:00"),
    (1999, "Weapon Description", "Light sabre"),
    (2503, "Easting", "12"),
    (3001, "Committed From", "01/01/2031 00:00"),
    (3499, "Location Type", ""),
    (4001, "Committed To", "01/01/2001 00:00"),
)
TWICE = 4999
FLAGS = {
    "domestic_abuse": "domestic_abuse",
    "modern_slavery": "modern_slavery",
    "knife_flag": "knife",
    "public_place": "is_public",
}


def contract() -> FeedContract:
    """That of the crimes of the only force."""
    (found,) = (one for one in load_contracts().values() if one.feed == FEED)
    return found


def spoil(raw: Path, out: Path, *, times: int = 1) -> None:
    """Copy the deliveries with faults in a few rows in a thousand; one row in five thousand is there twice.

    Args:
        times: how much more often than that, for deliveries of a few hundred rows.
    """
    feed = "/".join(contract().id)
    for source in sorted((raw / feed).glob("*.csv")):
        frame = pd.read_csv(source, dtype=str, keep_default_na=False)
        for every, column, bad in FAULTS:
            frame.loc[frame.index % (every // times) == every // times - 1, column] = bad
        again = frame[frame.index % (TWICE // times) == TWICE // times - 1]
        target = out / "raw" / feed / source.name
        target.parent.mkdir(parents=True, exist_ok=True)
        pd.concat([frame, again]).to_csv(target, index=False, lineterminator="\n")


def project(out: Path, home: Path) -> dict[str, Any]:
    """Land with the loader, classify with what dbt compiled in `home`."""
    of_crimes = contract()
    landing = out / "landing"
    shutil.rmtree(landing, ignore_errors=True)
    landing.mkdir()
    deliveries = loader.plan(out / "raw", landing, of_crimes, KEY)
    records = loader.load(deliveries, of_crimes, landing, KEY, now=datetime.now(UTC))
    if refused := [record for record in records if record.verdict == "refused"]:
        raise ValueError(f"{len(refused)} deliveries were refused: {refused[0]}")
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as warehouse; use warehouse")
        con.execute(SCHEMA + MACROS + TOKEN_MACROS)
        for one in load_contracts().values():
            loads: list[LoadRecord] = records if one.id == of_crimes.id else []
            floor.view(con, one, rows_in_use(one, loads), rows_landed(one, loads))
        con.execute("set preserve_insertion_order = false")
        floor.prepare(con)
        nodes = json.loads((home / "dbt" / "manifest.json").read_text())["nodes"]
        wanted = ancestors(nodes, next(name for name in nodes if name.endswith(f".{MODEL}")))
        for node in floor.in_order({name: node for name, node in nodes.items() if name in wanted}):
            floor.build(con, home / "dbt" / "compiled" / "serious_violence", node)
        counted = con.execute(f"select definition_id, count(*) from conformed.{MODEL} where is_counted group by all").fetchall()
    return summary(sum(r.rows_accepted for r in records), sum(r.rows_rejected for r in records), dict(counted))


def ancestors(nodes: dict[str, dict[str, Any]], name: str) -> set[str]:
    """A node and all that it depends on."""
    found, waiting = set(), [name]
    while waiting:
        if (one := waiting.pop()) in nodes and one not in found:
            found.add(one)
            waiting += nodes[one]["depends_on"].get("nodes", [])
    return found


def summary(accepted: int, rejected: int, counted: dict[str, int]) -> dict[str, Any]:
    return {"accepted": accepted, "rejected": rejected, "counted": dict(sorted(counted.items()))}


def in_pandas(out: Path) -> dict[str, Any]:
    """The same, a delivery at a time, for all at once would not fit into memory."""
    of_crimes, rules = contract(), Rules()
    accepted = rejected = 0
    counted: Counter[str] = Counter()
    folder = out / "pandas"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for delivery in discover(out / "raw", of_crimes):
        typed, is_good = judged(pd.read_csv(delivery.path, dtype=str, keep_default_na=False), of_crimes, delivery.period)
        good = typed[is_good]
        good.to_parquet(folder / f"{delivery.period}.parquet", compression="zstd", index=False)
        typed[~is_good].to_csv(folder / f"{delivery.period}.rejected.csv", index=False)
        accepted, rejected = accepted + len(good), rejected + len(typed) - len(good)
        counted.update(rules.counted(good))
    return summary(accepted, rejected, counted)


def judged(rows: pd.DataFrame, of_crimes: FeedContract, period: str) -> tuple[pd.DataFrame, pd.Series]:
    """Typed cells by the contract's names, and which rows break no rule."""
    rows = rows.rename(columns={column.header: column.name for column in of_crimes.columns})
    typed = pd.DataFrame({column.name: _typed(rows, column) for column in of_crimes.columns})
    is_good = pd.Series(True, index=rows.index)
    for column in of_crimes.columns:
        cells, text = typed[column.name], _text(rows, column)
        present = text.notna()
        if column.required:
            is_good &= present
        is_good &= ~(present & cells.isna())
        if column.allowed:
            is_good &= ~present | text.isin(column.allowed)
        elif column.pattern:
            is_good &= ~present | text.str.fullmatch(column.pattern).fillna(True).astype(bool)
        if column.minimum is not None or column.maximum is not None:
            is_good &= ~present | cells.between(column.minimum or float("-inf"), column.maximum or float("inf"))
        for other in column.not_before:
            is_good &= ~(cells < typed[other])
        if column.type == "timestamp":
            is_good &= ~(cells >= pd.Timestamp.now().normalize() + pd.Timedelta(days=1))
    is_good &= typed[str(of_crimes.period.column)].dt.strftime("%Y-%m") == period
    good = typed[is_good]
    (key,) = of_crimes.key
    # Of equal rows the first one is taken; of rows that share a key and nothing else, none.
    contents = good[good.duplicated(key, keep=False)].drop_duplicates()[key].value_counts()
    is_good.loc[good.index[good.duplicated() | good[key].isin(contents[contents > 1].index)]] = False
    return typed, is_good


def _text(rows: pd.DataFrame, column: Column) -> pd.Series:
    if column.name not in rows:
        return pd.Series(pd.NA, index=rows.index, dtype="string")
    text = rows[column.name].str.strip()
    return text.mask(text == "")


def _typed(rows: pd.DataFrame, column: Column) -> pd.Series:
    text = _text(rows, column)
    if column.type == "integer":
        return pd.to_numeric(text, errors="coerce")
    if column.type == "timestamp":
        found = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]")
        for form in column.formats:
            found = found.fillna(pd.to_datetime(text, format=form, errors="coerce"))
        return found
    return text


class Rules:
    """Which definition counts which offence, from the project's seeds."""

    def __init__(self) -> None:
        rules, definitions, codes, places = (
            pd.read_csv(SEEDS / f"{name}.csv", dtype=str)
            for name in ("violence_definition_rule", "violence_definition", "offence_code", "location_type")
        )
        rules = rules.merge(
            definitions[["definition_id", "valid_from", "valid_to"]], on="definition_id", suffixes=("", "_of_all")
        )
        for column, widest, choose in (("valid_from", "1900-01-01", "max"), ("valid_to", "2261-01-01", "min")):
            pair = pd.DataFrame({name: pd.to_datetime(rules[name].fillna(widest)) for name in (column, f"{column}_of_all")})
            rules[column] = getattr(pair, choose)(axis=1)
        self.rules, self.codes = rules, codes[["ho_class", "ho_sub_code"]]
        self.public = set(places.loc[places["is_public_place"] == "true", "location_type"])

    def of_codes(self, codes: pd.DataFrame) -> pd.DataFrame:
        """The rules that decide about each code: the most specific of each definition."""
        own = codes.merge(self.rules.rename(columns={"ho_sub_code": "of_sub_code"}), on="ho_class")
        own = own[own["of_sub_code"].isna() | (own["of_sub_code"] == own["ho_sub_code"])]
        own = own.assign(specificity=own["of_sub_code"].notna() + 2)
        of_all = self.rules[self.rules["ho_class"] == "*"].drop(columns=["ho_class", "ho_sub_code"])
        found = pd.concat([own, codes.merge(of_all.assign(specificity=1), how="cross")])
        most = found.groupby(["ho_class", "ho_sub_code", "definition_id"])["specificity"].transform("max")
        return found[found["specificity"] == most]

    def counted(self, crimes: pd.DataFrame) -> dict[str, int]:
        """Offences that each definition counts."""
        seen = pd.concat([self.codes, crimes[["ho_class", "ho_sub_code"]]]).drop_duplicates()
        pairs = crimes.merge(self.of_codes(seen), on=["ho_class", "ho_sub_code"], suffixes=("", "_of_rule"))
        day = pairs["recorded_at"].dt.normalize()
        meets = (pairs["effect"] == "count") & (day >= pairs["valid_from"]) & (day <= pairs["valid_to"])
        is_public = pairs["location_type"].isin(self.public)
        for condition, column in FLAGS.items():
            # Both tables have these names; the rule's own has the suffix.
            wanted = pairs[f"{condition}_of_rule"] if f"{condition}_of_rule" in pairs else pairs[condition]
            present = is_public if column == "is_public" else pairs[column] == "Y"
            meets &= ~((wanted == "out") & present) & ~((wanted == "only") & ~present)
        wanted = pairs["weapon_of_rule"]
        meets &= wanted.isna() | (wanted == pairs["weapon"].fillna("Not recorded"))
        of_ages = [f"{role}_age_{end}" for role in ("victim", "suspect") for end in ("from", "to")]
        meets &= pairs[of_ages].isna().all(axis=1)
        counted = pairs[meets].groupby("definition_id")["crime_reference"].nunique()
        return {str(name): int(number) for name, number in counted.items()}


def _main(way: str, *folders: str) -> Iterator[str]:
    paths = [Path(folder).resolve() for folder in folders]
    if way == "spoil":
        spoil(*paths)
    else:
        yield json.dumps(project(*paths) if way == "project" else in_pandas(*paths))


if __name__ == "__main__":
    for line in _main(*sys.argv[1:]):
        print(line)
