"""Data Docs: expectations and their results, as static pages without external resources.

Great Expectations renders the page of a suite. Its own sites fetch styles and scripts from a dozen hosts, which a police network
does not reach and a private page should not request: here they are removed and a small style sheet is added. Pages show batches
of aggregates only, see `privacy.py`.

    <data_docs>/index.html              links the stages
    <data_docs>/<stage>/index.html      every expectation of the stage, the failed ones first
    <data_docs>/<stage>/<name>.html     one suite as Great Expectations shows it, named by its content
    <data_docs>/<stage>/lines.json      what the stage's page lists, for the next time that only a part is judged
    <data_docs>/<stage>/passed.json     what was judged and held, which is not judged again while nothing of it changes
"""

from __future__ import annotations

import functools
import hashlib
import html
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.verdicts import STAGES, Verdict

if TYPE_CHECKING:
    import pandas as pd

    from expectations.rules import Suite

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:1.5rem auto;padding:0 1rem;max-width:75rem;color:#0b0c0c;background:#fff}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{border:1px solid #b1b4b6;padding:.3rem .6rem;text-align:left;vertical-align:top}
th{background:#f3f2f1}h1{font-size:1.6rem}a{color:#1d70b8}
.failed,.text-danger{color:#a4140f}.crashed{color:#6f2da8}.text-success{color:#00703c}
.collapse,nav,.btn,.modal,.col-md-2{display:none}.row{display:block}
.fa-check-circle::before{content:"✓ holds"}
.fa-times::before{content:"✗ fails"}
.fa-exclamation-triangle::before{content:"! crashed"}
"""
LINES, PASSED = "lines.json", "passed.json"
# Failing lines that the page of a suite names.
MOST_LINES = 200
RUN_TIME = re.compile(r"(?P<second>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{6}Z")
FOREIGN = re.compile(r"<(script|style|iframe|footer)\b.*?</\1>|<(link|img)\b[^>]*>", re.DOTALL)


def name(result: Any, suite: Suite, batch: pd.DataFrame | None = None) -> None:
    """Name in a result of Great Expectations what its page shows: the run, the table, and failing lines by their labels.

    What fails for information only does not make the suite fail.

    Args:
        batch: its lines, with nothing in them that may not be shown; not needed where no rule fails.
    """
    from great_expectations.core.run_identifier import RunIdentifier

    for mark in ("batch_spec", "batch_markers"):  # of the frame, which only some results have been read from
        result.meta.pop(mark, None)
    result.meta["run_id"] = RunIdentifier(run_name=suite.subject, run_time=datetime.now(UTC))
    result.meta["active_batch_definition"] = {"data_asset_name": suite.subject}
    failed = [single for single in result.results if not single.success]
    result.success = not any(suite.rules[single.expectation_config.meta["position"]].blocking for single in failed)
    for single in failed:
        places = single.result.get("unexpected_index_list")
        if places and suite.labels and batch is not None:
            rule = suite.rules[single.expectation_config.meta["position"]]
            shown = list(dict.fromkeys((*suite.labels, *rule.columns)))
            lines = batch.iloc[places[:MOST_LINES]][shown].astype(object)
            single.result["unexpected_index_list"] = lines.where(lines.notna(), None).to_dict("records")
            single.result["unexpected_index_column_names"] = [label for label in shown if label not in rule.columns]
            single.result.pop("unexpected_index_query", None)


def page(result: Any) -> str:
    """One validation result of Great Expectations as a self-contained page."""
    content, view = _renderers()
    rendered = FOREIGN.sub("", view.render(content.render(result)))
    return rendered.replace("</head>", f"<style>{STYLE}</style></head>", 1)


@functools.cache
def _renderers() -> tuple[Any, Any]:
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    view = DefaultJinjaPageView()
    view.env.auto_reload = False  # it would look at the file of a template whenever the template is used
    return ValidationResultsPageRenderer(run_info_at_end=True), view


@dataclass(frozen=True)
class Held:
    """What is known of a suite whose rules all hold.

    Attributes:
        lines: names the lines that were judged.
    """

    verdicts: tuple[Verdict, ...]
    page: str
    lines: str


def judged_at(page: str, now: datetime) -> str:
    """A page as Great Expectations would make it again: it says when, to the microsecond and to the second."""
    if (made := RUN_TIME.search(page)) is None:
        return page
    exact = page.replace(made[0], f"{now:%Y-%m-%dT%H:%M:%S.%fZ}")
    return exact.replace(f"{made['second']}Z", f"{now:%Y-%m-%dT%H:%M:%SZ}")


def write(
    data_docs: Path,
    stage: str,
    judged: Sequence[tuple[Verdict, str | None]],
    held: Mapping[str, Held] | None = None,
    *,
    keep_others: bool = False,
) -> None:
    """Replace the pages of a stage: its index, and one page per suite that could be run.

    Args:
        judged: each verdict with the page of its suite; verdicts of one suite share the page.
        held: what `passed` is to return the next time.
        keep_others: subjects that were not judged keep their lines and pages.

    Raises:
        OSError: the pages cannot be written.
    """
    folder = data_docs / stage
    writing = data_docs / f".{stage}"
    shutil.rmtree(writing, ignore_errors=True)
    writing.mkdir(parents=True)
    subjects = {verdict.subject for verdict, _ in judged}
    lines = _kept(folder, writing, subjects) if keep_others else []
    known = passed(folder) if keep_others else {}
    others = {key: each for key, each in known.items() if each.verdicts[0].subject not in subjects}
    for verdict, text in judged:
        name = _page_name(text) if text is not None else None
        if text is not None and name is not None and not (writing / name).exists():
            (writing / name).write_text(text, "utf-8")
        lines.append((verdict, name))
    (writing / "index.html").write_text(_stage_index(stage, lines), "utf-8")
    (writing / LINES).write_text(json.dumps([[asdict(verdict), name] for verdict, name in lines]), "utf-8")
    found = {
        key: [[asdict(v) for v in each.verdicts], _page_name(each.page), each.lines]
        for key, each in {**others, **(held or {})}.items()
    }
    (writing / PASSED).write_text(json.dumps(found), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    writing.rename(folder)
    (data_docs / "index.html").write_text(_index(data_docs), "utf-8")


def passed(folder: Path) -> dict[str, Held]:
    """By the identity of a judgement, what was judged and held in a stage's folder; what is damaged there is left out."""
    try:
        noted = json.loads((folder / PASSED).read_text("utf-8"))
        found = {key: (tuple(Verdict(**each) for each in held), name, lines) for key, (held, name, lines) in noted.items()}
    except (OSError, ValueError):
        return {}
    pages = {name: (folder / name).read_text("utf-8") for _, name, _ in found.values() if (folder / name).exists()}
    return {
        identity: Held(verdicts, pages[name], lines)
        for identity, (verdicts, name, lines) in found.items()
        if name in pages and _page_name(pages[name]) == name
    }


def all_held(data_docs: Path) -> bool:
    """Whether every rule of every stage held the last time, so that Great Expectations may not be needed again."""
    try:
        stages = [json.loads((data_docs / stage / LINES).read_text("utf-8")) for stage in STAGES]
    except (OSError, ValueError):
        return False
    return all(Verdict(**verdict).holds for lines in stages for verdict, _ in lines)


def _page_name(text: str) -> str:
    return f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.html"


def _kept(folder: Path, writing: Path, judged: set[str]) -> list[tuple[Verdict, str | None]]:
    """Lines of the subjects that were not judged, with their pages copied."""
    if not (folder / LINES).exists():
        return []
    lines = [(Verdict(**verdict), name) for verdict, name in json.loads((folder / LINES).read_text("utf-8"))]
    kept = [(verdict, name) for verdict, name in lines if verdict.subject not in judged]
    for name in {name for _, name in kept if name is not None}:
        shutil.copyfile(folder / name, writing / name)
    return kept


def _stage_index(stage: str, judged: Sequence[tuple[Verdict, str | None]]) -> str:
    failed = sum(not verdict.success for verdict, _ in judged)
    noted = sum(verdict.success and not verdict.holds for verdict, _ in judged)
    note = f" {noted} of them failed, for information only." if noted else ""
    lines = "".join(_line(verdict, name) for verdict, name in sorted(judged, key=lambda pair: (pair[0].success, pair[0].holds)))
    return _document(
        f"Gate: {stage}",
        f"<p>{len(judged) - failed} of {len(judged)} expectations passed.{note} {datetime.now(UTC):%d %B %Y, %H:%M} UTC. "
        f'<a href="../index.html">All gates</a></p>'
        "<table><tr><th>Status</th><th>About</th><th>Expectation</th><th>Observed</th><th>Failing rows</th>"
        f"<th>Sample</th><th>What to do</th></tr>{lines}</table>",
    )


def _line(verdict: Verdict, name: str | None) -> str:
    status = "crashed" if verdict.crashed else "failed" if not verdict.success else "holds" if verdict.holds else "information"
    subject = html.escape(verdict.subject)
    cells = [
        status,
        f'<a href="{name}">{subject}</a>' if name else subject,
        html.escape(verdict.expectation),
        html.escape(verdict.observed),
        f"{verdict.failing_rows:,}",
        html.escape(verdict.sample),
        "" if verdict.success and not verdict.failing_rows else html.escape(verdict.remedy),
    ]
    return f'<tr class="{status}">' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _index(data_docs: Path) -> str:
    items = "".join(
        f'<li><a href="{stage}/index.html">{stage}</a></li>'
        if (data_docs / stage).exists()
        else f"<li>{stage}: not validated yet</li>"
        for stage in STAGES
    )
    return _document("Gates", f"<p>What must be true, and the results of the last run of each gate.</p><ol>{items}</ol>")


def _document(title: str, body: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>{body}</body></html>"
    )
