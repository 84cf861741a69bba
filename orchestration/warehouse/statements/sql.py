"""The SQL of all statements: one relation of sentences, one of what is computed, one of what was printed.

Only `sna.statements` joins them, so nothing that is computed can read what was printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from orchestration.warehouse.statements import printed
from orchestration.warehouse.statements.model import Computation, Edition, Place, Report, Statement, editions, financial_year

# Sums are whole numbers of this fraction, so that shares are rounded without binary floats.
SCALE = 10_000
# Of means of yearly shares, which are no fraction of whole numbers.
FINE = 1_000_000_000
# The mart that shows for how many months of a year offences were delivered.
YEARS = "offences_yearly"
# The marts that have a symbol in place of a number.
WITHHOLDING = frozenset(
    {
        "care_leaver_plans",
        "children_in_need",
        "childrens_social_care",
        "exclusion_rates",
        "exclusion_reasons",
        "neet",
        "prison_population",
        "probation_cases",
        "probation_cases_by_age_and_sentence",
        "probation_cases_by_person",
        "repeat_people_linked",
        "school_absence",
        "school_exclusions",
        "social_care_referral_outcomes",
        "youth_justice_offences",
        "youth_justice_offenders",
        "youth_justice_rates",
    }
)
PRINTED = ("claim_id", "published", "wording", "corrected", "proof", "citation", "reason")
NO_CLAIM = "('', '', '', '', '', '', '', '')"
NO_FIGURES = "values ('', '', '', 0, '', '', cast(0 as hugeint), cast(0 as hugeint), '')"
NO_WORDS = "cast(null as varchar) as words"


def variables(area: str) -> dict[str, Any]:
    """The variables of the dbt project that the reports of an area decide; none for an area without reports.

    `report_windows`, the years and days of each, has the columns of `conformed.report_window`. The other years are those of the
    printed report, or of the latest one where none was printed: marts that know no report have them.
    """
    made = editions(area)
    if not made:
        return {}
    report = max(made, key=lambda edition: (bool(edition.claims), edition.report.last_year)).report
    return {
        "report_first_year": report.first_year,
        "report_last_year": report.last_year,
        "report_recent_years": report.recent_years,
        "report_windows": f"values {', '.join(_windows(made))}",
        "statements": statements(made),
        "printed": printed.relations(area),
    }


def statements(made: Sequence[Edition]) -> dict[str, Any]:
    """What the dbt models `statements` and `sna_prose` are built from: names of marts, and four relations.

    `sentences`: report_id, claim_id, section, kind, sentence, unit, decimals, needs, mart, query
    `measured`: report_id, claim_id, numerator, denominator, words
    `printed`: report_id, claim_id, published, wording, corrected, proof, citation, reason
    `figures`: report_id, table_id, row_label, row_order, column_label, unit, numerator, denominator, words
    """
    stated = [(edition, one) for edition in made for section in edition.sections for one in section.statements]
    figures = [(edition.report, place, one) for edition in made for place, one in _figures(edition)]
    return {
        "marts": sorted({YEARS} | {one.mart for _, one in stated if one.mart}),
        "sentences": _union(_sentences(edition) for edition in made),
        "measured": _union(measured(edition.report, one) for edition, one in stated if one.is_computed),
        "printed": _values(
            [edition.report.id, *(getattr(claim, name) for name in PRINTED)] for edition in made for claim in edition.claims
        ),
        "figures": _union(_figure(report, place, one, order) for order, (report, place, one) in enumerate(figures, 1))
        or NO_FIGURES,
        "figure_marts": sorted({one.mart for *_, one in figures if one.mart}),
        "tables": {
            table: sorted({one.mart or "" for _, place, one in figures if place.table == table})
            for table in sorted({place.table for _, place, _ in figures})
        },
    }


def _windows(made: Sequence[Edition]) -> Iterable[str]:
    """A row of `report_windows` for each report, with the report whose tables and charts it makes and how many years later."""
    last = {edition.report.id: edition.report.start_year("last") for edition in made}
    for edition in made:
        report = edition.report
        of = report.statements_of or report.id
        windows = report.windows
        days = (windows.outcomes_end, windows.prison_day, windows.safety_end, windows.deaths_end, windows.hotspot_last_month)
        named = ", ".join(_literal(None if day is None else str(day)) for day in days)
        years = f"{_text(report.first_year)}, {_text(report.last_year)}, {report.recent_years}"
        later = last[report.id] - last.get(of, last[report.id])
        yield f"({_text(report.id)}, {_text(of)}, {later}, {str(bool(edition.claims)).lower()}, {years}, {named})"


def measured(report: Report, one: Statement) -> str:
    """One statement as a query with a row of report_id, claim_id, numerator, denominator and words; none without data."""
    key = f"{_text(report.id)} as report_id, {_text(one.id)} as claim_id"
    return f"select {key}, numerator, denominator, words from (\n{_computed(report, one)}\n)"


def _computed(report: Report, one: Computation) -> str:
    assert one.kind
    return _KINDS[one.kind](report, one)


def _figures(edition: Edition) -> Iterable[tuple[Place, Computation]]:
    for section in edition.sections:
        yield from ((one.figure, one) for one in section.statements if one.figure)
        yield from ((one, one) for one in section.figures)


def _figure(report: Report, place: Place, one: Computation, order: int) -> str:
    unit = "percent" if one.unit_shown == "percentage points" else one.unit_shown
    labels = f"{_text(report.id)} as report_id, {_text(place.table)} as table_id"
    labels += f", {_text(report.text(place.row))} as row_label, {order} as row_order"
    labels += f", {_text(report.text(place.column))} as column_label, {_text(unit)} as unit"
    return f"select {labels}, numerator, denominator, words from (\n{_computed(report, one)}\n)"


def _sentences(edition: Edition) -> str:
    """The sentences of a report; of one that was not printed, once all months of its last year were delivered."""
    report = edition.report
    rows = _values(
        [
            *(report.id, one.id, section.section, one.kind, report.text(one.sentence), one.unit_shown, one.decimals),
            one.not_computable or f"marts.{one.mart}",
            *((one.mart, _computed(report, one)) if one.is_computed else (None, None)),
        ]
        for section in edition.sections
        for one in section.statements
    )
    whole = f"select 1 from marts.{YEARS} where financial_year = {_text(report.last_year)} and months = 12"
    return f"select * from ({rows})" + ("" if edition.claims else f" where exists ({whole})")


def _value(report: Report, one: Computation) -> str:
    """A number or share: one of the period, or one made of those of its years."""
    if one.pick:
        over = one.over or one.year_column
        picked = {"mean": "avg(v)", "least": "min(v)", "greatest": "max(v)", "largest change": "max(abs(v - before))"}[one.pick]
        values = f"select *, {FINE} * {_ratio(one)} as v from ({_sums(report, one, [over])}) where d <> 0"
        stepped = f"select *, lag(v) over (order by member) as before from ({values})"
        return (
            f"select cast({picked} as hugeint) as numerator, cast({FINE} as hugeint) as denominator, {NO_WORDS}"
            f" from ({stepped}) where {_complete(report, one)} having count(*) > 0"
        )
    numerator, denominator = (f"{_factor(one)} * n", "d") if one.unit_shown != "one in" else ("d", "n")
    return (
        f"select {numerator} as numerator, {denominator} as denominator, {NO_WORDS}"
        # A row without numbers says that it was delivered, and withheld.
        f" from ({_sums(report, one, [])}) where {denominator} is distinct from 0 and {_complete(report, one)}"
    )


def _change(report: Report, one: Computation) -> str:
    """The difference of two years, as a percentage of the earlier one, as a count, in percentage points or in a word."""
    assert one.against
    years = [report.start_years(name)[0] for name in (one.against, one.period)]
    sums = _sums(report, one, [one.year_column, *_each(one)], years)
    ends = ", ".join(
        f"max({column}) filter (member = {_year(one, year)}) as {column}{place}"
        for place, year in enumerate(years, 1)
        for column in ("n", "d")
    )
    both = f"select {ends} from ({sums}) {'group by part' if one.each else ''}"
    compared = f"select * from ({both}) where n1 is not null and n2 is not null"
    if one.unit_shown == "text":
        word = "case sign(n2 * d1 - n1 * d2) when 1 then 'increasing' when -1 then 'decreasing' else 'no change' end"
        return _in_words(f"select {word} as word from ({compared})")
    sign = "-" if one.fall else ""
    if one.unit_shown == "percent":
        fraction = f"{sign}100 * (n2 - n1) as numerator, n1 as denominator"
    else:
        # Sums of both years have the same denominator, shares their own.
        difference = "100 * (n2 * d1 - n1 * d2)" if one.of_measure else "(n2 - n1)"
        fraction = f"{sign}{difference} as numerator, {'d1 * d2' if one.of_measure else 'd1'} as denominator"
    return f"select {fraction}, {NO_WORDS} from ({compared})"


def _trend(report: Report, one: Computation) -> str:
    """Whether the years rise or fall, each over the one before."""
    within = "partition by part " if one.each else ""
    values = f"select *, {_ratio(one)} as v from ({_sums(report, one, [one.year_column, *_each(one)])})"
    steps = f"select *, v - lag(v) over ({within}order by member) as step from ({values}) where {_complete(report, one)}"
    word = (
        "case when bool_and(step > 0) then 'increasing' when bool_and(step < 0) then 'decreasing'"
        " when bool_or(step > 0) and bool_or(step < 0) then 'fluctuating' else 'neither' end"
    )
    return _in_words(f"select {word} as word from ({steps}) {'group by part' if one.each else ''} having count(step) > 0")


def _leader(report: Report, one: Computation) -> str:
    """The members in a place, or in the first places; of a tie all."""
    ranked = _ranked(report, one)
    places = f"place <= {one.top}" if one.top else f"place = {one.place}"
    word = "string_agg(member, ', ' order by try_cast(member as integer), member)"
    return _in_words(f"select {word} as word from ({ranked}) where {places} {'group by part' if one.each else ''}")


def _rank(report: Report, one: Computation) -> str:
    """The place of a member."""
    found = f"from ({_ranked(report, one)}) where member = {_text(one.member)}"
    return f"select cast(place as hugeint) as numerator, cast(1 as hugeint) as denominator, {NO_WORDS} {found}"


def _comparison(report: Report, one: Computation) -> str:
    """Whether the rows counted are more than others, as sums, or as shares of the rows looked at."""
    assert one.than
    other = one.model_copy(update={"of": one.than} if one.of_measure else {"where": one.than})
    columns = f"{'member, ' if one.each else ''}{_ratio(one)} as v"
    mine, theirs = (
        f"(select {columns} from ({_sums(report, side, _each(one))}) where {_complete(report, one)})" for side in (one, other)
    )
    word = "case when a.v > b.v then 'higher' when a.v < b.v then 'lower' when a.v = b.v then 'equal' end"
    joined = f"{mine} as a inner join {theirs} as b on {'a.member = b.member' if one.each else 'true'}"
    return _in_words(f"select {word} as word from {joined}")


_KINDS: dict[str, Callable[[Report, Computation], str]] = {
    "number": _value,
    "share": _value,
    "change": _change,
    "trend": _trend,
    "leader": _leader,
    "rank": _rank,
    "comparison": _comparison,
}


def _ranked(report: Report, one: Computation) -> str:
    assert one.by
    part, within = ("part, ", "partition by part ") if one.each else ("", "")
    direction = "desc" if one.order == "most" else "asc"
    values = f"select *, {_ratio(one)} as v from ({_sums(report, one, [one.by, *_each(one)])}) where d <> 0 and n is not null"
    return (
        f"select {part}cast(member as varchar) as member, dense_rank() over ({within}order by v {direction}) as place"
        f" from ({values}) where {_complete(report, one)}"
    )


def _each(one: Computation) -> list[str]:
    return [one.each] if one.each else []


def _in_words(words: str) -> str:
    """The different words of a query, in one row; none where there are none."""
    return (
        "select cast(null as hugeint) as numerator, cast(null as hugeint) as denominator,"
        f" string_agg(distinct word, '; ' order by word) as words from ({words}) having count(word) > 0"
    )


def _sums(report: Report, one: Computation, groups: Sequence[str], starts: Sequence[int] = ()) -> str:
    """Numerator `n` and denominator `d` as whole numbers, by up to two columns `member` and `part`; `years` with any rows."""
    starts = starts or report.start_years(one.period)
    rows = f"({report.text(one.of)})"
    if starts:
        rows += f" and {one.year_column} in ({', '.join(_year(one, start) for start in starts)})"
    counted = f"filter ({report.text(one.where)})"
    n = {
        "sum": _known(one, report.text(one.measure), f"coalesce(sum({report.text(one.measure)}) {counted}, 0)", counted),
        "max": f"max({one.measure}) {counted}",
        "min": f"min({one.measure}) {counted}",
        "distinct": f"count(distinct {one.measure}) {counted}",
        "max to mean": f"max({one.measure}) {counted} / avg({one.measure}) {counted}",
    }[one.aggregate]
    whole = one.of_measure or (one.measure if one.kind == "share" else None)
    years_or_months = len(starts) * {"year": 1, "month": 12, None: 0}[one.per] or 1
    d = _known(one, whole, f"sum({whole})") if whole else str(years_or_months)
    names = [f"{group} as {name}" for group, name in zip(groups, ("member", "part"), strict=False)]
    sums = [f"cast({SCALE} * {n} as hugeint) as n", f"cast({SCALE} * {d} as hugeint) as d"]
    # A bit for each year that has rows, in whatever group; a subquery for each statement would double the time of the plan.
    bits = " ".join(f"when {_year(one, start)} then {1 << place}" for place, start in enumerate(starts))
    years = f"bit_or(case {one.year_column} {bits} end)" if starts else "0"
    years = f"bit_or({years}) over () as years" if groups and starts else f"{years} as years"
    grouped = f"group by {', '.join(str(place) for place in range(1, len(groups) + 1))}" if groups else ""
    return f"select {', '.join([*names, *sums, years])} from marts.{one.mart} where {rows} {grouped} having count(*) > 0"


def _known(one: Computation, measure: str, total: str, counted: str = "") -> str:
    """A sum; of a mart in which numbers are withheld, empty where one of its own is: it is not known."""
    return f"if(count(*) {counted} = count({measure}) {counted}, {total}, null)" if one.mart in WITHHOLDING else total


def _ratio(one: Computation) -> str:
    return f"({_factor(one)} * cast(n as double) / d)" if one.unit_shown != "one in" else "(cast(d as double) / n)"


def _factor(one: Computation) -> int:
    return 100 if one.kind == "share" and one.unit_shown == "percent" else 1


def _complete(report: Report, one: Computation) -> str:
    """That every year of the period has rows."""
    starts = report.start_years(one.period)
    return f"years = {(1 << len(starts)) - 1}" if starts else "true"


def _year(one: Computation, start: int) -> str:
    return str(start) if one.year_column in ("calendar_year", "year(counted_on)") else _text(financial_year(start))


def _union(queries: Iterable[str]) -> str:
    return "\nunion all\n".join(queries)


def _values(rows: Iterable[Sequence[object]]) -> str:
    """Rows as SQL; without any, one that no report has."""
    return "values\n" + (",\n".join("(" + ", ".join(map(_literal, row)) + ")" for row in rows) or NO_CLAIM)


def _literal(value: object) -> str:
    if value is None or value == "":
        return "cast(null as varchar)"
    return str(value) if isinstance(value, int) else _text(str(value))


def _text(value: str | None) -> str:
    return "'" + str(value).replace("'", "''") + "'"
