"""A published release: its files, its manifest, and how it is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.database import connection
from orchestration.publication import release_files

if TYPE_CHECKING:
    import duckdb

FILE = "sna_marts.duckdb"
MANIFEST = "manifest.json"
# What says that only the Parquet files are kept, and which DuckDB file was made again from them (`archive`).
ARCHIVED, RESTORED = "archived.json", "restored.json"


class DamagedReleaseError(RuntimeError):
    """A release, or what leads to it, is not what was published; the message says which file and what to do."""


@dataclass(frozen=True)
class Release:
    """A published release.

    Attributes:
        folder: its own folder, never changed again.
        manifest: what `manifest.json` holds.
        current: whether the stable path leads to it.
    """

    folder: Path
    manifest: Mapping[str, Any]
    current: bool

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def file(self) -> Path:
        return self.folder / FILE

    @property
    def is_archived(self) -> bool:
        """Whether only its Parquet files are kept."""
        return (self.folder / ARCHIVED).exists()

    def holds(self, build_id: str, received_id: str) -> bool:
        """Whether it was built from exactly this code and these deliveries, and reports exactly what was received."""
        return (self.manifest["build_id"], self.manifest.get("received_id")) == (build_id, received_id)

    def open(self) -> duckdb.DuckDBPyConnection:
        """The release, read-only: its DuckDB file, or views of its Parquet files where it is archived."""
        if not self.is_archived:
            return connection.connect(self.file, read_only=True)
        con = connection.connect()
        self.attach(con, "sna_marts")
        con.execute("use sna_marts")
        return con

    def attach(self, con: duckdb.DuckDBPyConnection, name: str, *, parquet: bool = False) -> None:
        """Attach the release read-only under a name.

        Args:
            parquet: views of its Parquet files, also where it has its DuckDB file.
        """
        if not (parquet or self.is_archived):
            con.execute(f"attach '{release_files.quoted(str(self.file))}' as {name} (read_only)")
            return
        con.execute(f"attach ':memory:' as {name}")
        for table in self.manifest["tables"]:
            schema, _, bare = table.partition(".")
            file = self.folder / release_files.path("parquet", schema, bare)
            if file.exists():
                con.execute(f'create schema if not exists {name}."{schema}"')
                query = f"from read_parquet('{release_files.quoted(str(file))}')"
                con.execute(f'create view {name}."{schema}"."{bare}" as {query}')
