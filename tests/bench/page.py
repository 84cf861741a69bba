"""What a benchmark has measured, as the tables of docs/explanation/performance.md.

python -m tests.bench.page [RESULTS]      from results.json or latest.json; default var/bench/latest.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

RESULTS = Path("var/bench/latest.json")
HEAD = """| | | wall s | CPU s | spread | peak MiB | load | target | |
| --- | --- | --: | --: | --: | --: | --- | --- | --- |"""


def text(results: dict[str, Any]) -> str:
    """A sentence about the run, a table for each scale and one of its ratios."""
    machine, rows = results["machine"], results["rows"]
    lines = [
        f"Measured on {results['date'][:10]} at commit {str(results.get('commit'))[:8]} on {machine['cores']} cores"
        f" ({machine['cpu']}) with {machine['memory_gib']} GiB, Python {machine['python']}, DuckDB {machine['duckdb']}."
    ]
    for scale in dict.fromkeys(row["scale"] for row in rows):
        noise = results["noise_percent"].get(str(scale))
        lines += ["", f"## Scale {scale}", ""]
        if noise is not None:
            lines += [f"A computation that is always the same differed by {noise:.0f}% in CPU seconds from time to time.", ""]
        lines += [HEAD, *(line for row in rows if row["scale"] == scale for line in _lines(row, results["targets"]))]
        # Keys are numbers in memory and texts in a file.
        ratios = {str(key): value for key, value in results["ratios_by_scale"].items()}[str(scale)]
        lines += ["", "| ratio | by CPU | by wall |", "| --- | --: | --: |"]
        lines += [f"| `{name}` | {ratio:.2f} | {ratios['wall'][name]:.2f} |" for name, ratio in ratios["cpu"].items()]
    return "\n".join(lines) + "\n"


def _lines(row: dict[str, Any], targets: list[dict[str, Any]]) -> list[str]:
    """The row, and one more for each further target that it has."""
    load = f"{row['load_before']:.1f} to {row['load_after']:.1f}"
    if row["error"] or "cpu_s" not in row:
        return [f"| **{row['key']}** | {row['name']} | | | | | {load} | | failed |"]
    spread = f"{row['spread_percent']['cpu_s']:.0f}%" if "spread_percent" in row else ""
    figures = f"{row['wall_s']['median']:.1f} | {row['cpu_s']['median']:.1f} | {spread} | {row['peak_mib']['max']:,.0f} | {load}"
    own = [one for one in targets if (one["scale"], one["key"]) == (row["scale"], row["key"])]
    first, *further = [f"{one['target']} | {one['verdict']} |" for one in own] or ["| |"]
    return [f"| **{row['key']}** | {row['name']} | {figures} | {first}", *(f"| | | | | | | | {more}" for more in further)]


if __name__ == "__main__":
    print(text(json.loads(Path(*(sys.argv[1:2] or [RESULTS])).read_text())), end="")
