"""Landing and classification of the crimes in pandas; see `tests.bench.crimes`."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

from orchestration.contracts.model import Column, FeedContract
from orchestration.home.environment import DBT_PROJECT
from orchestration.ingest.landing_zone.delivery import discover
from tests.bench.crimes import contract, summary

SEEDS = DBT_PROJECT / "seeds" / "reference"
FLAGS = {
    "domestic_abuse": "domestic_abuse",
    "modern_slavery": "modern_slavery",
    "knife_flag": "knife",
    "public_place": "is_public",
}
# Control characters, formulas, and what a spreadsheet shows where a formula failed; one pattern, so that texts are read once.
ODD = r"[\x00-\x08\x0e-\x1f\x7f]|^\s*[=+\-@].*[^\s=+\-@]|^#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)$|^#{3,}$|^Err:\d{3}$"
NUMBER = r"[+-]?[\d,]*(?:\.\d+)?"


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
        elif column.type == "string":
            is_good &= ~_is_odd(text)
        if column.pattern and not column.allowed:
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


def _is_odd(text: pd.Series) -> pd.Series:
    """Whether a spreadsheet would run a text, or it holds a control character or an error value; a number is none of these."""
    found = text.str.contains(ODD).fillna(False).astype(bool)
    if found.any():
        found &= ~text.where(found).str.fullmatch(NUMBER).fillna(False).astype(bool)
    return found


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


if __name__ == "__main__":
    print(json.dumps(in_pandas(Path(sys.argv[1]).resolve())))
