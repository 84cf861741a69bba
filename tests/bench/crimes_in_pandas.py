"""Landing and classification of the crimes in pandas; see `tests.bench.crimes`."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from orchestration.contracts.model import Column, FeedContract
from orchestration.home.environment import DBT_PROJECT
from orchestration.ingest.files.workbook_scan import ERROR_VALUE
from orchestration.ingest.landing_zone.delivery import discover
from orchestration.ingest.values.column_sql import MAX_TEXT, OLDEST
from orchestration.text.shapes import shape
from tests.bench.crimes import contract, summary

SEEDS = DBT_PROJECT / "seeds" / "reference"
# Condition of a rule, the flag of a crime, and what is said of a crime that has it and must not, or has it not and must.
FLAGS = (
    ("domestic_abuse", "domestic_abuse", "Domestic abuse", "No domestic abuse"),
    ("modern_slavery", "modern_slavery", "Modern slavery and trafficking", "No modern slavery"),
    ("knife_flag", "knife", "Knife flag", "No knife flag"),
    ("public_place", "is_public", "In a public place", "Not in a public place"),
)
CLASSIFIED = ["crime_reference", "definition_id", "financial_year", "offence_type", "offence_subtype", "is_counted"]
CLASSIFIED += ["exclusion_reason"]
# What the texts below have in common with few others, so that most are read once.
MAY_BE_ODD = r"[\x00-\x08\x0e-\x1f\x7f]|^[^0-9A-Za-z]|^[Ee][Rr][Rr]:|^\d[0-9.]*[eE]\+"
BLANK = r"\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
SIGNS = r"=+\-@＝＋－＠﹢﹣﹦﹫−"
FORMULA = rf"(?s)^[{BLANK}]*[{SIGNS}].*[^{BLANK}{SIGNS}]"
NUMBER = rf"^[{BLANK}]*[+\-−]?\s*(?:\d+|\d{{1,3}}(?:,\d{{3}})+)?(?:\.\d+)?(?:[eE][+-]?\d+)?\s*%?[{BLANK}]*$"
CONTROL = r"[\x00-\x08\x0e-\x1f\x7f]"
FAILED = rf"(?i)^(?:{ERROR_VALUE}|#{{3,}})$"
SCIENTIFIC = r"^[+-]?\d(?:\.\d+)?[eE]\+\d{2,}$"
THOUSANDS = r"[+-]?\d{1,3}(?:,\d{3})+"
SHORT_YEAR = r"^\d{1,2}[-/. ](?:\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{2}(?:[^0-9].*)?$"
# Postcode, e-mail address, and telephone number; ten digits are the form of an NHS number.
IDENTIFIER = (
    r"\b[A-Z]{1,2}[0-9][A-Z0-9]?\s*[0-9][ABD-HJLNP-UW-Z]{2}\b|[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}"
    r"|(?:\+44|\b0044)[\s-]?(?:\(0\) ?)?[1-9](?:[\s-]?\d){8,9}\b|\b07(?:[\s-]?\d){9}\b"
    r"|\(?\b(?:02\d\)?[\s-]?\d{4}|0[13]\d{2}\)?[\s-]?\d{3})[\s-]?\d{4}\b"
    r"|\(?\b(?:0[13]\d{3}|08\d{2})\)?[\s-]?\d{3}[\s-]?\d{3,4}\b|\(?\b01\d{4}\)?[\s-]?\d{4,5}\b"
)
TEN_DIGITS = r"\b(\d{3}[ -]?\d{3}[ -]?\d{4})\b"
FIRST_ROWS = 10


def in_pandas(out: Path) -> dict[str, Any]:
    """The same, a delivery at a time, for all at once would not fit into memory."""
    of_crimes, rules = contract(), Rules()
    accepted = rejected = 0
    counted: Counter[str] = Counter()
    folder = out / "pandas"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for delivery in discover(out / "raw", of_crimes):
        landed = Landed(delivery.path, of_crimes, delivery.period)
        classified = rules.classify(landed.good)
        name, load_id = str(folder / delivery.period), landed.load_id
        for kind, rows in (("accepted", landed.good.assign(_load_id=load_id)), ("rejected", landed.quarantine())):
            rows.to_parquet(f"{name}.{kind}.parquet", compression="zstd", index=False)
        classified.to_parquet(f"{name}.classified.parquet", compression="zstd", index=False)
        Path(f"{name}.json").write_text(json.dumps(landed.record(), indent=1))
        accepted, rejected = accepted + len(landed.good), rejected + len(landed.rows) - len(landed.good)
        counted.update(classified.loc[classified["is_counted"], "definition_id"].value_counts().to_dict())
    return summary(accepted, rejected, {name: int(number) for name, number in counted.items()})


class Landed:
    """One delivery: its rows as text and typed, and the faults of its rows.

    Attributes:
        rows: trimmed text by the contract's names, NA where blank; its index is the number of each row in the file.
        typed: the same with types.
        faults: row, place of the column, code, header; one for each cell that breaks a rule, or for a row that is a copy.
        good: typed rows without a fault, with their numbers in `_row`.
    """

    def __init__(self, path: Path, of_crimes: FeedContract, period: str) -> None:
        self.contract, self.period = of_crimes, period
        self.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        self.load_id = self.sha256[:16]
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        rows.index = pd.RangeIndex(2, len(rows) + 2)
        rows = rows.rename(columns={column.header: column.name for column in of_crimes.columns})
        self.rows = pd.DataFrame({column.name: _text(rows, column) for column in of_crimes.columns})
        self.typed = pd.DataFrame({column.name: _typed(self.rows[column.name], column) for column in of_crimes.columns})
        found = [self._of_column(place, column) for place, column in enumerate(of_crimes.columns)]
        self.faults = pd.concat([*found, self._of_copies(found)], ignore_index=True)
        self.good = self.typed[~self.typed.index.isin(self.faults["row"])].rename_axis("_row").reset_index()

    def _of_column(self, place: int, column: Column) -> pd.DataFrame:
        """The cells of a column that break a rule, each with the first that it breaks."""
        rules = list(self._rules(column))
        bad = np.logical_or.reduce([mask for mask, _ in rules])
        codes = np.select([mask[bad] for mask, _ in rules], [code for _, code in rules], "")
        return pd.DataFrame({"row": self.rows.index[bad], "place": place, "code": codes, "header": column.header})

    def _rules(self, column: Column) -> Iterator[tuple[np.ndarray, str]]:
        text, cells = self.rows[column.name], self.typed[column.name]
        present = text.notna().to_numpy()
        if column.required:
            yield ~present, "R01"
        if column.type != "string":
            yield from self._rules_of_values(column, text, present & cells.isna().to_numpy(), cells)
        elif column.allowed:
            yield from _caused(text, present & ~text.isin(column.allowed).to_numpy(), "R05")
        else:
            yield _true(text.str.len() > MAX_TEXT), "R26"
            yield from _odd(text, ("R11", "R25", "R20") if column.free_text else ("R11", "R25", "R20", "R21"))
            if column.pattern and column.classification == "personal":
                yield _true(text.str.contains(r"[^\x00-\x7f]|^['\"]")), "R13"
            if column.pattern:
                yield present & ~_true(text.str.fullmatch(column.pattern)), "R13"
            if column.free_text:
                yield _identifies(text), "R12"

    def _rules_of_values(
        self, column: Column, text: pd.Series, unread: np.ndarray, cells: pd.Series
    ) -> Iterator[tuple[np.ndarray, str]]:
        is_number = column.type == "integer"
        if not is_number:
            yield _where(text, unread, SHORT_YEAR), "R15"
        yield from _caused(text, unread, "R02" if is_number else "R03")
        if column.minimum is not None or column.maximum is not None:
            low, high = column.minimum or float("-inf"), column.maximum or float("inf")
            yield cells.notna().to_numpy() & ~_true(cells.between(low, high)), "R10"
        if is_number:
            return
        tomorrow = pd.Timestamp.now().normalize() + pd.Timedelta(days=1)
        impossible = (cells < pd.Timestamp(OLDEST)) | (cells >= tomorrow)
        for other in column.not_before:
            impossible |= cells < self.typed[other]
        yield impossible.to_numpy(), "R04"
        if column.name == self.contract.period.column:
            start = pd.Timestamp(self.period)
            yield ((cells < start) | (cells >= start + pd.DateOffset(months=1))).to_numpy(), "R08"

    def _of_copies(self, found: list[pd.DataFrame]) -> pd.DataFrame:
        """Of equal rows all but the first; of rows that share a key and nothing else, all."""
        (key,) = self.contract.key
        good = self.typed[~self.typed.index.isin(pd.concat(found)["row"])]
        alike = good[good.duplicated(key, keep=False)]
        contents = alike.drop_duplicates()[key].value_counts()
        differs = alike[key].isin(contents[contents > 1].index)
        bad = alike[differs | alike.duplicated()]
        codes = np.where(differs[bad.index], "R07", "R06")
        return pd.DataFrame({"row": bad.index, "place": len(self.contract.columns), "code": codes, "header": None})

    def quarantine(self) -> pd.DataFrame:
        """Rejected rows with their faults; of each cell its shape, but for agreed values."""
        faults = self.faults.sort_values(["row", "place"]).groupby("row").agg(codes=("code", list), columns=("header", list))
        bad = self.rows.loc[faults.index]
        shown = {column.name: self._shown(bad[column.name], column) for column in self.contract.columns}
        kept = pd.concat([faults, pd.DataFrame(shown, index=bad.index)], axis=1).rename_axis("_row").reset_index()
        return kept.assign(_load_id=self.load_id)

    def _shown(self, cells: pd.Series, column: Column) -> pd.Series:
        shapes = cells.map(shape, na_action="ignore")
        # Letter case and runs of blanks do not count.
        plain = cells.str.replace(r"\s+", " ", regex=True).str.lower()
        is_open = column.classification in ("public", "internal")
        known = {" ".join(label.split()).lower() for label in column.allowed} if is_open else set()
        return shapes.mask(plain.isin(known), cells)

    def record(self) -> dict[str, Any]:
        """What is kept of a delivery beside its rows."""
        times = self.good[str(self.contract.period.column)]
        grouped = self.faults.fillna({"header": ""}).groupby(["code", "header"], as_index=False).agg(rows=("row", sorted))
        faults = [
            {"code": code, "column_name": header or None, "rows": len(rows), "first_rows": rows[:FIRST_ROWS]}
            for code, header, rows in grouped.itertuples(index=False)
        ]
        return {
            "load_id": self.load_id,
            "file_sha256": self.sha256,
            "rows_delivered": len(self.rows),
            "rows_accepted": len(self.good),
            "faults": faults,
            "period_min": str(times.min()),
            "period_max": str(times.max()),
            "null_share": self.good[list(self.rows)].isna().mean().to_dict(),
        }


def _text(rows: pd.DataFrame, column: Column) -> pd.Series:
    if column.name not in rows:
        return pd.Series(None, index=rows.index, dtype="str")
    text = rows[column.name].str.strip()
    return text.mask(text == "")


def _typed(text: pd.Series, column: Column) -> pd.Series:
    if column.type == "integer":
        number = pd.to_numeric(text, errors="coerce")
        grouped = text[number.isna() & text.notna()]
        grouped = grouped[_true(grouped.str.fullmatch(THOUSANDS))].str.replace(",", "")
        number = number.fillna(pd.to_numeric(grouped))
        return number.where(number % 1 == 0).astype("Int32")
    if column.type == "timestamp":
        found = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]")
        for form in (*column.formats, "ISO8601"):
            # A later form is tried on what the ones before it did not fit.
            unread = text[found.isna() & text.notna()]
            if len(unread):
                found = found.fillna(pd.to_datetime(unread, format=form, errors="coerce"))
        return found
    return text


def _true(found: pd.Series) -> np.ndarray:
    return found.fillna(False).to_numpy(bool)


def _where(text: pd.Series, chosen: np.ndarray, pattern: str) -> np.ndarray:
    """Which of some cells a pattern fits; the others are not looked at."""
    found = np.zeros(len(text), bool)
    if chosen.any():
        found[chosen] = _true(text[chosen].str.contains(pattern))
    return found


def _odd(text: pd.Series, wanted: tuple[str, ...]) -> Iterator[tuple[np.ndarray, str]]:
    """Formulas, control characters, error values and numbers that lost digits."""
    may_be = _true(text.str.contains(MAY_BE_ODD))
    if not may_be.any():
        return
    for code, pattern in (("R11", FORMULA), ("R25", CONTROL), ("R20", FAILED), ("R21", SCIENTIFIC)):
        if code in wanted:
            found = _where(text, may_be, pattern)
            yield found & ~_where(text, found, NUMBER) if code == "R11" else found, code


def _caused(text: pd.Series, bad: np.ndarray, code: str) -> Iterator[tuple[np.ndarray, str]]:
    """A cell that cannot be its column's value: what it is besides, else the code."""
    if bad.any():
        cells = text.where(bad)
        yield from _odd(cells, ("R11", "R20"))
    yield bad, code


def _identifies(text: pd.Series) -> np.ndarray:
    """Which texts hold a postcode, an address, a telephone number or an NHS number."""
    may = _true(text.str.contains("[0-9@]"))
    found: np.ndarray = _where(text, may, IDENTIFIER) | _nhs_number(text, may)
    return found


def _nhs_number(text: pd.Series, may: np.ndarray) -> np.ndarray:
    found = text[may].astype(object).str.extractall(TEN_DIGITS)[0].str.replace(r"[^0-9]", "", regex=True)
    held = np.zeros(len(text), bool)
    if len(found):
        digits = np.array([list(map(int, number)) for number in found])
        check = 11 - (digits[:, :9] * np.arange(10, 1, -1)).sum(axis=1) % 11
        valid = (check % 11 == digits[:, 9]) & (digits != digits[:, :1]).any(axis=1)
        held[text.index.isin(found.index.get_level_values(0)[valid])] = True
    return held


class Rules:
    """Which definition counts which offence, from the project's seeds."""

    def __init__(self) -> None:
        rules, definitions, self.codes, places = (
            pd.read_csv(SEEDS / f"{name}.csv", dtype=str)
            for name in ("violence_definition_rule", "violence_definition", "offence_code", "location_type")
        )
        rules = rules.merge(
            definitions[["definition_id", "valid_from", "valid_to"]], on="definition_id", suffixes=("", "_of_all")
        )
        for column, widest, choose in (("valid_from", "1900-01-01", "max"), ("valid_to", "2261-01-01", "min")):
            pair = pd.DataFrame({name: pd.to_datetime(rules[name].fillna(widest)) for name in (column, f"{column}_of_all")})
            rules[column] = getattr(pair, choose)(axis=1)
        self.rules = rules.rename(columns={condition: f"if_{condition}" for condition, *_ in (*FLAGS, ("weapon",))})
        self.of_code = self.of_codes(self.codes[["ho_class", "ho_sub_code"]])
        self.public = set(places.loc[places["is_public_place"] == "true", "location_type"])

    def of_codes(self, codes: pd.DataFrame) -> pd.DataFrame:
        """The rules that decide about each code: the most specific of each definition."""
        own = codes.merge(self.rules.rename(columns={"ho_sub_code": "of_sub_code"}), on="ho_class")
        own = own[own["of_sub_code"].isna() | (own["of_sub_code"] == own["ho_sub_code"])]
        own = own.assign(specificity=own["of_sub_code"].notna() + 2, is_of_all_classes=False)
        of_all = self.rules[self.rules["ho_class"] == "*"].drop(columns=["ho_class", "ho_sub_code"])
        found = pd.concat([own, codes.merge(of_all.assign(specificity=1, is_of_all_classes=True), how="cross")])
        most = found.groupby(["ho_class", "ho_sub_code", "definition_id"])["specificity"].transform("max")
        found = found[found["specificity"] == most]
        groups = found[["ho_class", "ho_sub_code"]].merge(self.codes, how="left")["recorded_crime_group"].fillna("Unknown")
        offence_type = found["offence_type"].fillna(pd.Series(groups.to_numpy(), index=found.index))
        return found.assign(offence_type=offence_type.where(found["effect"] == "count"))

    def classify(self, crimes: pd.DataFrame) -> pd.DataFrame:
        """One row for each crime and definition with a rule for it: whether it counts, and if not, why.

        The first condition that a crime does not meet has its place before it; of several rules the one of which it meets most
        says why.
        """
        columns = ["crime_reference", "recorded_at", "ho_class", "ho_sub_code", "weapon"]
        columns += [flag for _, flag, *_ in FLAGS if flag != "is_public"]
        some = crimes[columns].assign(is_public=crimes["location_type"].isin(self.public))
        codes = ["ho_class", "ho_sub_code"]
        seen = crimes[codes].drop_duplicates().merge(self.of_code[codes].drop_duplicates(), how="left", indicator=True)
        if len(unlisted := seen.loc[seen["_merge"] == "left_only", codes]):
            self.of_code = pd.concat([self.of_code, self.of_codes(unlisted)])
        pairs = some.merge(self.of_code, on=codes)
        day = pairs["recorded_at"].dt.normalize()
        unmet: list[tuple[pd.Series, Any]] = [
            (pairs["effect"] == "exclude", "1" + pairs["exclusion"].fillna("Excluded")),
            ((day < pairs["valid_from"]) | (day > pairs["valid_to"]), "2Not valid when recorded"),
        ]
        for place, (condition, flag, present, absent) in enumerate(FLAGS, 3):
            has = pairs[flag] if flag == "is_public" else pairs[flag] == "Y"
            unmet.append(((pairs[f"if_{condition}"] == "out") & has, f"{place}{present}"))
            unmet.append(((pairs[f"if_{condition}"] == "only") & ~has, f"{place}{absent}"))
        other_weapon = pairs["if_weapon"].notna() & (pairs["if_weapon"] != pairs["weapon"].fillna("Not recorded"))
        unmet.append((other_weapon, "7Another weapon"))
        for place, role in ((8, "victim"), (9, "suspect")):
            of_ages = pairs[[f"{role}_age_from", f"{role}_age_to"]].notna().any(axis=1)
            unmet.append((of_ages, f"{place}No {role} of these ages"))
        masks = [_true(mask) for mask, _ in unmet]
        why = np.select(masks, [np.asarray(reason, dtype=object) for _, reason in unmet], default="")
        pairs = pairs.assign(is_counted=why == "", why=why)
        pairs = pairs[pairs["is_counted"] | ~pairs["is_of_all_classes"]]
        key = ["crime_reference", "definition_id"]
        # Of most crimes and definitions one rule decides, and nothing needs to be grouped.
        is_several = pairs.duplicated(key, keep=False)
        several = pairs[is_several].groupby(key, as_index=False)
        grouped = several.agg(
            **{name: (name, "min") for name in ("recorded_at", "offence_type", "offence_subtype")},
            is_counted=("is_counted", "any"),
            why=("why", "max"),
        )
        found = pd.concat([pairs[~is_several], grouped], ignore_index=True)
        start = found["recorded_at"].dt.year - (found["recorded_at"].dt.month < 4)
        end = ((start + 1) % 100).astype(str).str.zfill(2)
        found["financial_year"] = start.astype(str) + "/" + end
        found["exclusion_reason"] = found["why"].str.slice(1).where(~found["is_counted"])
        return found[CLASSIFIED]


if __name__ == "__main__":
    print(json.dumps(in_pandas(Path(sys.argv[1]).resolve())))
