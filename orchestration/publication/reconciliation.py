"""The printed figures beside the computed ones: of the current release, or of the last build, published or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from orchestration.home.settings import Settings

if TYPE_CHECKING:
    import duckdb


class NothingToReconcileError(RuntimeError):
    """Nothing has been published or built; the message says what to do."""


@contextmanager
def figures(settings: Settings, *, build: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection whose `sna.reconciliation` is that of the last build, or of the current release.

    Raises:
        NothingToReconcileError: there is none.
        HomeLockedError: a refresh is at work, and its build cannot be read.
    """
    import duckdb

    from orchestration.publication.releases import current_release
    from orchestration.warehouse import warehouse_file

    if build:
        missing = NothingToReconcileError(f"No marts have been built in {settings.home}. `sna status --build` says why.")
        if not settings.warehouse.exists():
            raise missing
        with warehouse_file.open_read_only(settings) as con:
            try:
                con.execute("select 1 from sna.reconciliation limit 0")
            except duckdb.CatalogException:
                raise missing from None
            yield con
        return
    release = current_release(settings.published)
    if release is None:
        raise NothingToReconcileError("Nothing has been published yet. Next: `sna refresh`.")
    con = release.open()
    try:
        yield con
    finally:
        con.close()


def by_table(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """(table, figures, match, errata, differ, missing) of each table of the SNA."""
    return con.execute(
        """select table_id, count(*), count(*) filter (status = 'match'), count(*) filter (status = 'erratum'),
                  count(*) filter (status = 'differs'), count(*) filter (status = 'missing')
           from sna.reconciliation group by all order by all"""
    ).fetchall()


def of_table(con: duckdb.DuckDBPyConnection, table: str) -> tuple[list[tuple[Any, ...]], str | None]:
    """(group, row, column, published, computed, status, citation, reason) of each figure of a table, and a note on the table."""
    rows = con.execute(
        """select row_group, row_label, column_label, published, computed, status, citation, reason, note
           from sna.reconciliation where table_id = upper(?) order by all""",
        [table],
    ).fetchall()
    return [row[:-1] for row in rows], rows[0][-1] if rows else None


def unlike(con: duckdb.DuckDBPyConnection, table: str | None = None) -> list[tuple[Any, ...]]:
    """(table, group, row, column, published, computed, status) of each figure that differs or is missing, of one table or all."""
    return con.execute(
        """select table_id, row_group, row_label, column_label, published, computed, status from sna.reconciliation
           where status in ('differs', 'missing') and table_id = coalesce(upper(?), table_id) order by all""",
        [table],
    ).fetchall()


def statements_by_section(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """(report, section, statements, match, errata, differ, not computable) of the prose of each report."""
    return _of_statements(
        con,
        """select report_id, section, count(*), count(*) filter (status = 'match'), count(*) filter (status = 'erratum'),
                  count(*) filter (status = 'differ'), count(*) filter (status = 'not computable')
           from sna.statements group by all order by report_id, min(claim_id)""",
    )


def statements_of(con: duckdb.DuckDBPyConnection, section: str) -> list[tuple[Any, ...]]:
    """(report, claim, statement, published, status, reason) of each statement of a section."""
    return _of_statements(
        con,
        """select report_id, claim_id, statement, published, status, reason from sna.statements
           where lower(section) = lower(?) order by report_id, claim_id""",
        section,
    )


def statements_that_differ(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """(report, claim) of each statement that differs from the print."""
    return _of_statements(con, "select report_id, claim_id from sna.statements where status = 'differ' order by all")


def _of_statements(con: duckdb.DuckDBPyConnection, query: str, *values: str) -> list[tuple[Any, ...]]:
    import duckdb

    try:
        return con.execute(query, values).fetchall()
    except duckdb.CatalogException:
        raise NothingToReconcileError(
            "An earlier version published this release, without statements. Next: `sna refresh`."
        ) from None
