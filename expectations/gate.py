"""The adapter to Great Expectations: a stage's suites in, verdicts and Data Docs out.

No other module imports Great Expectations: its interface has changed often, and importing it takes seconds. Batches are pandas
frames queried from DuckDB, because its SQL engine does not work with DuckDB (great_expectations issue 11579).
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import json
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from expectations import docs, metrics, privacy
from expectations.batches import Batch, draw
from expectations.context import Context
from expectations.rules import Rule, Suite
from expectations.suites import facts, feeds, marts
from expectations.verdicts import INFORMATION, Stage, Verdict

if TYPE_CHECKING:
    import pandas as pd

SUITES: Mapping[Stage, Callable[[duckdb.DuckDBPyConnection, Context], list[Suite]]] = {
    "feeds": lambda con, context: feeds.suites(con, context.feeds),
    "facts": lambda con, context: facts.suites(con, context.models),
    "counts": lambda con, context: feeds.suites(con, context.feeds),
    "marts": lambda con, context: marts.suites(con, context.models),
}

SAMPLE = 5
# The index of every failing line is wanted, and the batch is small; failing lines themselves stay out of the result.
RESULT_FORMAT = {"result_format": "COMPLETE", "include_unexpected_rows": False}
# Their messages name tables and columns; those of other errors may quote a value.
SPEAKABLE = (duckdb.CatalogException, duckdb.BinderException, duckdb.ParserException, privacy.PersonalDataError)
INSPECT = "The rule could not be evaluated: the data engineer repairs its query or the table that it reads."


@dataclass(frozen=True)
class Judgement:
    """A suite that was run: its verdicts in the order of its rules, and the page about it where one could be made.

    Attributes:
        identity: names all that the page depends on, but the time; empty where it is not to be used again.
        lines: names the lines that were judged.
    """

    suite: Suite
    verdicts: tuple[Verdict, ...]
    page: str | None
    identity: str = ""
    lines: str = ""

    @property
    def may_be_used_again(self) -> bool:
        """Whether the same suite need not be judged again by Great Expectations: every rule holds, and a page says so."""
        return bool(self.identity and self.page) and all(verdict.holds for verdict in self.verdicts)


@dataclass(frozen=True)
class Earlier:
    """What a stage's last Data Docs know of batches on which every rule held.

    Attributes:
        basis: names what decides a judgement besides suite and batch.
        passed: by the identity of a judgement.
    """

    basis: str
    passed: Mapping[str, docs.Held]

    @classmethod
    def of(cls, folder: Path, context: Context) -> Earlier:
        """What passed earlier, by the pages in a folder, under the present code, versions and known texts."""
        code = [path.read_bytes() for path in sorted(Path(__file__).parent.rglob("*.py"))]
        shape = inspect.getsource(inspect.getmodule(context.shape) or context.shape)
        versions = [version(package) for package in ("great_expectations", "pandas", "duckdb")]
        return cls(_hash(repr([code, shape, versions, sorted(context.known)]).encode()), docs.passed(folder))

    def judge(self, suite: Suite, batch: Batch, kept: Sequence[metrics.Kept] | None) -> Judgement:
        """The judgement on a batch as far as it is known: without a page where Great Expectations has to judge it.

        Where every line keeps every rule, its answer and its page are the same for other lines of the same form.

        Args:
            kept: of each rule; None where not every line keeps every rule, as far as is known.
        """
        lines = _hash(repr(batch.lines).encode())
        # The query, which may name the periods of today, decides only which lines there are.
        asked = (suite, lines) if kept is None else (replace(suite, sql=""), [each.form for each in kept])
        identity = _hash(repr((self.basis, *asked, batch.columns)).encode())
        held = self.passed.get(identity)
        if held is None:
            return Judgement(suite, (), None, identity, lines)
        if held.lines == lines or kept is None:
            return Judgement(suite, held.verdicts, held.page, identity, lines)
        verdicts = [
            verdict if each.is_count else replace(verdict, observed=_all_keep(suite, each.judged))
            for verdict, each in zip(held.verdicts, kept, strict=True)
        ]
        return Judgement(suite, tuple(verdicts), docs.judged_at(held.page, datetime.now(UTC)), identity, lines)


def run(
    stage: Stage,
    con: duckdb.DuckDBPyConnection,
    data_docs: Path,
    context: Context,
    subjects: Collection[str] | None = None,
) -> list[Verdict]:
    """Judge a stage of the warehouse and write its Data Docs to `data_docs/<stage>/`.

    A rule that cannot be evaluated returns a crashed verdict and no exception, unless memory was the reason: that says nothing of
    the rule.

    Args:
        subjects: judge only these; the pages of the others stay as they are. None: all.

    Returns:
        One verdict per expectation, in the order of the suites.

    Raises:
        OSError: the Data Docs cannot be written.
        duckdb.OutOfMemoryException: a batch does not fit into DuckDB's memory limit.
    """
    try:
        suites = [suite for suite in SUITES[stage](con, context) if subjects is None or suite.subject in subjects]
    except duckdb.OutOfMemoryException:
        raise
    except Exception as error:
        _raise_interruption(error)
        verdict = Verdict(
            stage, "The suites of this gate can be drawn up", False, crashed=True, observed=_reason(error), remedy=INSPECT
        )
        docs.write(data_docs, stage, [(verdict, None)])
        return [verdict]
    earlier = Earlier.of(data_docs / stage, context)
    judgements = [judge(suite, con, context, earlier) for suite in suites]
    judged = [(verdict, j.page) for j in judgements for verdict in j.verdicts]
    passed = {j.identity: docs.Held(j.verdicts, j.page, j.lines) for j in judgements if j.page and j.may_be_used_again}
    docs.write(data_docs, stage, judged, passed, keep_others=subjects is not None)
    return [verdict for j in judgements for verdict in j.verdicts]


def judge(suite: Suite, con: duckdb.DuckDBPyConnection, context: Context, earlier: Earlier | None = None) -> Judgement:
    """Draw the batch of one suite and hold every rule against it.

    Args:
        earlier: judgements that are used again where nothing that they depend on has changed.

    Raises:
        duckdb.OutOfMemoryException: as `run`.
    """
    try:
        batch = draw(suite, con)
        kept = _kept(suite, batch)
        known = earlier.judge(suite, batch, kept) if earlier else Judgement(suite, (), None)
        if known.page is not None:
            return known
        outcomes, page = _engine().validate(suite, batch, context, kept)
    except duckdb.OutOfMemoryException:
        raise
    except Exception as error:
        _raise_interruption(error)
        return Judgement(suite, tuple(_crashed(suite, rule, _reason(error)) for rule in suite.rules), None)
    verdicts = [_verdict(suite, rule, outcome, batch, context) for rule, outcome in zip(suite.rules, outcomes, strict=True)]
    return replace(known, verdicts=tuple(verdicts), page=page)


def _kept(suite: Suite, batch: Batch) -> list[metrics.Kept] | None:
    """What is known of each rule of a suite whose rules every line keeps; None for any other."""
    found = [metrics.of_kept(rule, batch) for rule in suite.rules]
    known = [each for each in found if each is not None]
    return known if len(known) == len(found) else None


def _raise_interruption(error: Exception) -> None:
    """Raise what a signal handler raised during a query, which DuckDB replaces by an error of its own: no rule has crashed."""
    if error.__cause__ is not None and not isinstance(error.__cause__, Exception):
        raise error.__cause__ from None


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class _Engine:
    """Great Expectations, imported once and used through one context in memory."""

    def __init__(self) -> None:
        import great_expectations
        import great_expectations.expectations
        from great_expectations.data_context.types.base import ProgressBarsConfig

        # That module logs its temporary folder, at a level of its own.
        logging.getLogger(ProgressBarsConfig.__module__).setLevel(logging.WARNING)
        self.gx = great_expectations
        context = great_expectations.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        # One asset for all batches: each one that is added makes the context rewrite its whole configuration.
        asset = context.data_sources.add_pandas("warehouse").add_dataframe_asset("batch")
        self.batches = asset.add_batch_definition_whole_dataframe("whole")

    def validate(
        self, suite: Suite, batch: Batch, context: Context, kept: Sequence[metrics.Kept] | None
    ) -> tuple[list[dict[str, Any]], str]:
        """Results in the order of the rules, each as Great Expectations' JSON, and the page that documents them.

        Args:
            kept: of each rule, where every line keeps every rule.
        """
        expectations = [self.expectation(rule, position) for position, rule in enumerate(suite.rules)]
        if kept is not None and (judged := self._by_metrics(suite, kept, expectations)):
            docs.name(judged, suite)
            return [single.to_json_dict() for single in judged.results], docs.page(judged)
        frame = batch.frame
        with _quiet():
            drawn = self.batches.get_batch(batch_parameters={"dataframe": frame})
            result = drawn.validate(self._suite(suite, expectations), result_format=RESULT_FORMAT)
        ordered = sorted(result.results, key=lambda single: single.expectation_config.meta["position"])
        shown = privacy.readable(frame, suite.sql, context.known)
        for single in ordered:
            rule = suite.rules[single.expectation_config.meta["position"]]
            single.result = privacy.veiled(single.result, shown, context.shape)
            single.exception_info = _spoken(single.exception_info, rule, batch)
        outcomes = [single.to_json_dict() for single in ordered]
        docs.name(result, suite, _veiled(frame, shown, context.shape))
        return outcomes, docs.page(result)

    def _by_metrics(self, suite: Suite, kept: Sequence[metrics.Kept], expectations: Sequence[Any]) -> Any:
        """The result of a suite whose rules every line keeps, judged by the metrics alone; None where one is said to fail."""
        found = [
            metrics.asked(each, getattr(expectation, "map_metric", ""))
            for each, expectation in zip(kept, expectations, strict=True)
        ]
        from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult

        results = [
            ExpectationValidationResult(
                **expectation._validate(values, {"result_format": RESULT_FORMAT}), expectation_config=expectation.configuration
            )
            for values, expectation in zip(found, expectations, strict=True)
        ]
        if not all(result.success for result in results):
            return None
        count = len(results)
        return ExpectationSuiteValidationResult(
            results=results,
            success=True,
            suite_name=_name(suite),
            statistics={
                "evaluated_expectations": count,
                "successful_expectations": count,
                "unsuccessful_expectations": 0,
                "success_percent": 100.0 if count else None,
            },
            meta={"great_expectations_version": self.gx.__version__},
        )

    def _suite(self, suite: Suite, expectations: Sequence[Any]) -> Any:
        found = self.gx.ExpectationSuite(_name(suite))
        for expectation in expectations:
            found.add_expectation(expectation)
        return found

    def expectation(self, rule: Rule, position: int = 0) -> Any:
        """The rule as an object of Great Expectations; its place in the suite is kept, because results come back unordered."""
        kind = getattr(self.gx.expectations, rule.kind)
        return kind(
            **rule.arguments,
            description=rule.name if rule.blocking else f"{rule.name} (information only: does not fail the gate)",
            notes=rule.remedy,
            severity="critical" if rule.blocking else "info",
            meta={"position": position},
        )


def _name(suite: Suite) -> str:
    return f"{suite.subject}: {suite.title}"


@functools.cache
def _engine() -> _Engine:
    return _Engine()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Great Expectations logs a crashed expectation with its traceback; the verdict says it."""
    logger = logging.getLogger("great_expectations")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def _verdict(suite: Suite, rule: Rule, outcome: dict[str, Any], batch: Batch, context: Context) -> Verdict:
    if message := _exception(outcome):
        return _crashed(suite, rule, message)
    result = outcome["result"]
    if outcome["success"]:
        observed = _observed(suite, result, 0)
        return Verdict(suite.subject, rule.name, True, ", ".join(rule.columns), observed=observed, remedy=rule.remedy)
    failing = batch.frame.iloc[result["unexpected_index_list"]] if "unexpected_index_list" in result else batch.frame
    observed = _observed(suite, result, len(failing))
    return Verdict(
        subject=suite.subject,
        expectation=rule.name,
        success=not rule.blocking,
        column=", ".join(rule.columns),
        observed=observed if rule.blocking else f"{INFORMATION}{observed}",
        failing_rows=int(failing[rule.counts].abs().sum()) if rule.counts else len(failing),
        sample=_sample(suite, rule, failing, context),
        remedy=rule.remedy,
    )


def _veiled(lines: pd.DataFrame, shown: Collection[str], shape: Callable[[str], str]) -> pd.DataFrame:
    """Lines of a batch in which only texts that may be shown are in clear."""
    texts = lines.select_dtypes(["object", "string"]).columns
    return lines.assign(**{name: [privacy.veiled(value, shown, shape) for value in lines[name]] for name in texts})


def _spoken(info: dict[str, Any], rule: Rule, batch: Batch) -> dict[str, Any]:
    """An exception without its own words and traceback, which quote values."""
    records = [info] if "raised_exception" in info else list(info.values())
    if not any(record["raised_exception"] for record in records):
        return info
    missing = [column for column in rule.columns if column not in batch.columns]
    message = f"the batch has no column {', '.join(missing)}" if missing else "the expectation raised an exception"
    return {"raised_exception": True, "exception_message": message, "exception_traceback": ""}


def _crashed(suite: Suite, rule: Rule, reason: str) -> Verdict:
    """Blocks even where the rule is only information: that nothing is known may hide anything."""
    return Verdict(suite.subject, rule.name, False, ", ".join(rule.columns), crashed=True, observed=reason, remedy=INSPECT)


def _exception(outcome: dict[str, Any]) -> str:
    """Message of the exception that an expectation raised, empty where it returned a result.

    Great Expectations returns one record for the expectation, or a record per metric.
    """
    info = outcome["exception_info"]
    records = [info] if "raised_exception" in info else list(info.values())
    messages = [str(record["exception_message"]) for record in records if record["raised_exception"]]
    if not messages and not outcome["success"] and not outcome["result"]:
        return "no result was returned"
    return messages[0].strip() if messages else ""


def _reason(error: Exception) -> str:
    kind = type(error).__name__
    return f"{kind}: {str(error).splitlines()[0]}" if isinstance(error, SPEAKABLE) else kind


def _observed(suite: Suite, result: dict[str, Any], failing: int) -> str:
    if "observed_value" in result:
        return f"{suite.grain}: {result['observed_value']}"
    judged = result["element_count"] - result.get("missing_count", 0)
    return f"{failing} of {judged} {suite.grain} break the rule" if failing else _all_keep(suite, judged)


def _all_keep(suite: Suite, judged: int) -> str:
    return f"all {judged} {suite.grain} keep the rule"


def _sample(suite: Suite, rule: Rule, failing: pd.DataFrame, context: Context) -> str:
    """The first failing lines: their labels and what the rule reads."""
    wanted = dict.fromkeys((*suite.labels, *rule.columns, *([rule.counts] if rule.counts else [])))
    first = _veiled(failing[list(wanted)].head(SAMPLE), privacy.readable(failing, suite.sql, context.known), context.shape)
    lines = first.to_json(orient="records", date_format="iso", double_precision=6)
    return json.dumps(json.loads(lines), ensure_ascii=False)
