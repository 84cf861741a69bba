"""`python -m tests.corpus` (`make corpus`): land every bad delivery and every disguised identifier, and say what became of them.

    python -m tests.corpus [--kind TEXT]... [--workers 2] [--out FILE]

Ends with 1 where a case went otherwise than it should.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tests.corpus.cases import by_id
from tests.corpus.run import Verdict, lines, run, table


def main(
    kind: Annotated[list[str] | None, typer.Option(help="Only cases with this in their kind or name.")] = None,
    workers: Annotated[int, typer.Option(min=1)] = os.cpu_count() or 1,
    out: Annotated[Path, typer.Option(help="Where each case is listed with what became of it.")] = Path("var/corpus.jsonl"),
) -> None:
    """Land the corpus, and print a table."""
    console = Console(width=180)
    cases = [case for case in by_id().values() if not kind or any(word in case.id for word in kind)]
    verdicts = run(cases, workers)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("".join(f"{json.dumps(_listed(verdict), ensure_ascii=False)}\n" for verdict in verdicts))
    for line in lines(verdicts):
        console.print(line, markup=False, highlight=False)
    console.print(table(verdicts))
    disguises = [verdict for verdict in verdicts if verdict.case.disguise]
    bad = [verdict for verdict in verdicts if not verdict.case.disguise]
    console.print(f"{sum(not v.wrong for v in bad)} of {len(bad)} deliveries as they should; listed in {out}")
    console.print(f"{sum(v.is_stopped for v in disguises)} of {len(disguises)} disguised identifiers stopped")
    sys.exit(any(verdict.wrong for verdict in verdicts))


def _listed(verdict: Verdict) -> dict[str, object]:
    result = verdict.result
    return {
        "case": verdict.case.id,
        "right": verdict.case.right,
        "outcome": result.outcome,
        "codes": result.codes,
        "wrong": verdict.wrong,
        "seconds": round(result.seconds, 2),
        "megabytes": round(result.megabytes),
        "said": result.said,
    }


if __name__ == "__main__":
    typer.run(main)
