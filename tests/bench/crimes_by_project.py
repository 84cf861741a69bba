"""Landing and classification of the crimes with the code of a refresh; see `tests.bench.crimes`."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.contracts.reader import load_contracts
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.load import loader
from orchestration.ingest.values.pseudonyms import MACROS
from orchestration.ingest.values.tokens import MACROS as TOKEN_MACROS
from orchestration.warehouse.ledger import SCHEMA, rows_in_use, rows_landed
from tests.bench import floor
from tests.bench.crimes import CLASSIFIED, contract, summary

KEY = b"a key for benchmarks only"
MODEL = "bridge_offence_definition"


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
        con.execute(f"copy conformed.{MODEL} to '{landing / CLASSIFIED}' (format parquet, compression zstd)")
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


if __name__ == "__main__":
    print(json.dumps(project(*(Path(folder).resolve() for folder in sys.argv[1:]))))
