"""The published release that a report is made from: opened read-only, queried, and nothing else is read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

FILE = "sna_marts.duckdb"
MANIFEST = "manifest.json"
# The series and definition that the report is about.
MAIN = "Serious violence"
# Who may see what is made from the release of an audience, as every page and sheet says.
HANDLING = {
    "analysts": "OFFICIAL-SENSITIVE: for the analysts and their board. Small numbers are not withheld. Do not publish it.",
}


class ReportError(RuntimeError):
    """The report cannot be made from this release; the message says why."""


class Release:
    """A release, read-only.

    Attributes:
        folder: with `sna_marts.duckdb` and `manifest.json`.
        audience: for whom it was published.
        elsewhere: agencies of other areas, whom nobody here asks.
    """

    def __init__(self, folder: Path, audience: str, elsewhere: frozenset[str] = frozenset()) -> None:
        self.elsewhere = elsewhere
        self.folder = folder.resolve()
        self.audience = audience
        if not (self.folder / FILE).exists():
            raise ReportError(f"{self.folder}: there is no {FILE}, so no report can be made from it.")
        self.manifest: Mapping[str, Any] = json.loads((self.folder / MANIFEST).read_bytes())
        self.con = duckdb.connect(str(self.folder / FILE), read_only=True)

    def close(self) -> None:
        """Close the file."""
        self.con.close()

    @property
    def id(self) -> str:
        return str(self.manifest["release_id"])

    @property
    def published_at(self) -> datetime:
        return datetime.fromisoformat(self.manifest["published_at"])

    @property
    def is_demonstration(self) -> bool:
        return bool(self.manifest.get("environment") == "demonstration")

    @cached_property
    def banner(self) -> str:
        """What the release says of itself, such as that its data are synthetic."""
        found = self.con.execute("select banner from meta.release").fetchone()
        return (found and found[0]) or ""

    @property
    def handling(self) -> str:
        return HANDLING[self.audience]

    @cached_property
    def tables(self) -> frozenset[str]:
        """`schema.table` of every published table."""
        rows = self.con.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        return frozenset(name for (name,) in rows)

    def has(self, table: str) -> bool:
        """Whether a table is published and has rows."""
        return table in self.tables and self.con.execute(f"select 1 from {table} limit 1").fetchone() is not None

    def columns(self, table: str) -> list[str]:
        """The columns of a published table; none where it is not published."""
        return self.con.table(table).columns if table in self.tables else []

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The rows of a query, as column → value."""
        result = self.con.execute(query, list(parameters))
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def waiting_for(self, table: str = "") -> list[dict[str, Any]]:
        """The feeds that a table, or any of them, is made from and that nobody has delivered: title, owner, publisher_url.

        Of a feed of an agency of another area, its kind, for which the area's own agency is to be asked.
        """
        schema, _, name = table.partition(".")
        rows = self.rows(
            """select distinct feed, coalesce(title, feed) as title, coalesce(owner, 'its agency') as owner, publisher_url
               from meta.availability
               where not is_delivered and ($1 = '' or (schema_name = $1 and table_name = $2)) order by all""",
            [schema, name],
        )
        found = [self.own(row) for row in rows]
        return sorted({(row["title"], row["owner"]): row for row in found}.values(), key=lambda row: (row["title"], row["owner"]))

    def is_elsewhere(self, feed: str) -> bool:
        """Whether a feed, such as `agency/feed`, is that of an agency of another area."""
        return feed.partition("/")[0] in self.elsewhere

    def own(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row with feed, title and owner, without names of another area's agencies."""
        if not self.is_elsewhere(row["feed"]):
            return dict(row)
        kind = row["feed"].partition("/")[2].replace("_", " ")
        return {**row, "title": kind, "owner": "the agency of this area that has it", "publisher_url": None}

    def latest_year(self) -> str | None:
        """The latest financial year of twelve months, of offences or else of street crime; None where there is none."""
        found = {
            "marts.offences_yearly": "select max(financial_year) from marts.offences_yearly where months = 12",
            "marts.street_crime": """select max(financial_year) from
                (select financial_year from marts.street_crime group by all having count(distinct month_start) = 12)""",
        }
        for table, query in found.items():
            year = self.con.execute(query).fetchone() if self.has(table) else None
            if year and year[0]:
                return str(year[0])
        return None

    def latest_months(self) -> tuple[str, str] | None:
        """Of street crime of twelve months that are no financial year: the year in which they end, and their names."""
        table = "marts.street_crime_rates"
        rows = self.rows(f"select last_month, first_month from {table} where months = 12 limit 1") if self.has(table) else []
        if not rows:
            return None
        first, last = rows[0]["first_month"], rows[0]["last_month"]
        start = last.year if last.month > 3 else last.year - 1
        return f"{start}/{(start + 1) % 100:02}", f"{first:%B %Y} to {last:%B %Y}"

    def hotspot_window(self, year: str) -> dict[str, Any] | None:
        """Definition and months of the places of a year: the main definition, or else what there is in its months."""
        table = "marts.hotspot_concentration"
        rows = (
            self.rows(
                f"""select distinct definition, first_month, last_month, window_label from {table}
                    where financial_year = $1 or (financial_year is null and last_month between $2 and $3
                          and not exists (select 1 from {table} where financial_year is not null))
                    order by definition <> $4, last_month desc limit 1""",
                [year, f"{year[:4]}-04-01", f"{int(year[:4]) + 1}-03-31", MAIN],
            )
            if self.has(table)
            else []
        )
        return rows[0] if rows else None
