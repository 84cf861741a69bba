"""Pages about the figures: priorities, data quality, methods, glossary, downloads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from reporting import charts, ranks, resampling
from reporting.blocks import Chart, Table
from reporting.board import PROFILE, none_worse, profile, profile_figure, waiting, worse_and_worsening
from reporting.figures import counted, of
from reporting.page import Heading, Item, Page, bullets, inline, label, number, prose, sentence
from reporting.release import Release
from reporting.sections import EVIDENCE
from reporting.specification import Specification

# Percent of draws from which a priority is called stable.
SURE = 95
DEFINITIONS = "marts.violence_by_definition_yearly"
# What each gate tests, in the order of the pipeline.
STAGES = {
    "feeds": "Deliveries",
    "facts": "Records made from deliveries",
    "counts": "Counts of linked people",
    "marts": "Published tables",
}
GLOSSARY = {
    "ambulance call": "a call for an assault that the ambulance service attended",
    "attendance": "a visit to an emergency department after an assault; a person who comes twice is counted twice",
    "beyond chance": "the 95 % limits, or a test at that level corrected for how many were made, exclude no difference",
    "control chart": "monthly counts with the band in which they vary by chance; a mark shows a month outside it, or a shift",
    "erratum": "a printed figure that is wrong, with the correct one and the reason",
    "evidence": "what a figure was computed from: records, an agency's return, national statistics, or made-up records",
    "harm days": "days of custody that the Cambridge Crime Harm Index has for an offence, as its weight",
    "hexagon": "a cell, of about 0.7 square kilometres, of a grid over the county: places of equal size can be compared",
    "hotspot": "a place with more violence than chance explains, or among the fifth of all places with most",
    "knife crime": "serious violence in which a knife or blade was used, threatened or carried",
    "limits": "the range that would contain the value in 95 of 100 repetitions; wide where numbers are small",
    "missing": "no data: not the same as zero",
    "neighbourhood": "a lower layer super output area (LSOA): about 1,500 residents",
    "positive outcome": "a charge, caution, community resolution or the like; recent offences may still get one",
    "rate": "number for each 1,000 residents, unless another base is stated",
    "release": "one complete published version of all figures; every page states which one it was made from",
    "suspect, victim": "a person in an offence: the same person in two offences is counted twice, unless it says individuals",
    "withheld": "counted by the agency and not published, for example because the number is small",
}


def priorities(release: Release, spec: Specification) -> Page:
    """Indicators by a stated rule, and how far the order of districts depends on chance."""
    lead = "Where a district is worse than the county and becoming worse, and how stable the order of districts is."
    items: list[Item] = [
        Heading("The rule", "rule"),
        prose(
            "An indicator of a district is a priority where three things hold: it is worse than the county beyond chance; it "
            "is worse than the year before beyond chance; and there are enough cases to compare. Nothing is weighted or "
            "added up."
        ),
        Heading("What the rule picks", "picked"),
    ]
    found = worse_and_worsening(release, spec.year)
    if not release.has(PROFILE):
        items.append(waiting(release, PROFILE, "Priorities"))
        return Page("priorities.html", "Priorities", "For the board", lead, items)
    if found:
        items.append(
            Table(
                "priorities-table",
                f"Worse than the county and worse than the year before, {spec.when}",
                ["indicator", "district", "value", "lower limit", "upper limit", "county", "change", "picked again, % of draws"],
                [
                    (
                        row["indicator"],
                        [
                            row["district"],
                            *(
                                profile_figure(row, name)
                                for name in ("value", "value_lower_95", "value_upper_95", "county_value")
                            ),
                            profile_figure(row, "change_value", sign=True),
                            ranks.figure(release, row, "worse_and_worsening_percent", decimals=1, note="not drawn"),
                        ],
                    )
                    for row in found
                ],
                notes=[f"Picked again: worse than all districts together and than the year before, when {resampling.METHOD}."],
                source=PROFILE,
            )
        )
        items.append(_certain(release, found))
    else:
        nothing = "Nothing: no indicator of any district is worse on both counts."
        items.append(none_worse(profile(release, spec.year), nothing))
    items += _stability(release, spec)
    return Page("priorities.html", "Priorities", "For the board", lead, items)


def _certain(release: Release, found: list[dict[str, Any]]) -> Markup:
    """Whether chance alone would pick the same priorities again."""
    shares = [ranks.figure(release, row, "worse_and_worsening_percent").value for row in found]
    if all(share is not None and share >= SURE for share in shares):
        return sentence("These priorities are stable: nearly every draw of the counts picks each of them again.")
    return sentence("These priorities are not all stable: some draws of the counts do not pick them again.")


def _stability(release: Release, spec: Specification) -> Iterator[Item]:
    rows = release.rows(
        f"""from {PROFILE} where financial_year = ? and indicator_id = 'serious_violence' and value is not null
            order by value desc""",
        [spec.year],
    )
    if not rows:
        return
    yield Heading("How stable is the order of districts?", "stability")
    drawn = ranks.of_year(release, spec.year)
    moving = [row for row in rows if not _is_fixed(release, row)]
    yield prose(
        "The range of a rank has the places that the limits leave open: a district is above another only where they differ beyond"
        f" chance. Beside it is how often the rank comes out again when {resampling.METHOD} and the districts are ranked"
        " each time."
    )
    yield sentence("The order is not stable. These districts may have another rank:" if moving else "The order is stable.")
    yield bullets([_moves(release, row) for row in moving])
    yield Table(
        "order-table",
        f"Order of districts by serious violence per 1,000 residents, {spec.when}",
        ["district", "rank", "range of the rank", "draws with this rank, %", "rate", "lower limit", "upper limit"],
        [
            (
                row["district"],
                [
                    profile_figure(row, "district_rank"),
                    ranks.rank_range(release, row),
                    ranks.figure(release, row, "same_rank_percent", decimals=1),
                    *(profile_figure(row, name) for name in ("value", "value_lower_95", "value_upper_95")),
                ],
            )
            for row in rows
        ],
        notes=["1 is the highest rate. The range has the ranks that the limits leave open."],
        source=PROFILE,
    )
    if drawn:
        yield from _orders(release, spec)


def _is_fixed(release: Release, row: dict[str, Any]) -> bool:
    ends = [ranks.figure(release, row, f"district_rank_{end}_95").value for end in ("lower", "upper")]
    return ends[0] is not None and ends[0] == ends[1]


def _moves(release: Release, row: dict[str, Any]) -> Markup:
    return inline("{}: rank {}, range {}.", row["district"], profile_figure(row, "district_rank"), ranks.rank_range(release, row))


def _orders(release: Release, spec: Specification) -> Iterator[Item]:
    """Of every indicator that was drawn, how many districts have one rank alone."""
    rows = release.rows(
        f"from {PROFILE} where financial_year = ? and value is not null order by sort_order, district_rank, district", [spec.year]
    )
    by_indicator: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_indicator.setdefault(row["indicator"], []).append(row)
    stable: list[str] = []
    other: list[str] = []
    for indicator, own in by_indicator.items():
        if all(ranks.figure(release, row, "district_rank_lower_95").value is not None for row in own):
            (stable if all(_is_fixed(release, row) for row in own) else other).append(indicator)
    yield Heading("The order by other indicators", "orders")
    yield (
        sentence("The order of districts is stable in: {}.", label("; ".join(stable)))
        if stable
        else sentence("The order of districts is stable in no indicator: compare districts by their limits, not by their rank.")
    )
    yield sentence("It is not stable in: {}.", label("; ".join(other)))


def definitions(release: Release, spec: Specification) -> Page | None:
    """The same offences counted by each definition of violence; None where the release has one definition alone."""
    source, key = DEFINITIONS, ("definition_id", "financial_year", "district_code")
    if not release.has(source):
        return None
    rows = release.rows(
        f"""from {source} where is_total and months = 12 and financial_year <= ?
            order by not is_in_force, definition_name, financial_year""",
        [spec.year],
    )
    names = list(dict.fromkeys(row["definition_name"] for row in rows))
    if len(names) < 2:
        return None
    years = sorted({row["financial_year"] for row in rows})
    found = {(row["definition_name"], row["financial_year"]): row for row in rows}
    table = Table(
        "definitions-table",
        f"Offences in {spec.area} by definition and financial year",
        ["definition", *years],
        [
            (name, [of(source, row, "offences", key) if (row := found.get((name, year))) else "–" for year in years])
            for name in names
        ],
        notes=["An offence is under each definition that counts it: do not add definitions up.", "–: not counted in that year."],
        source=source,
    )
    data = [{"year": row["financial_year"], "definition": row["definition_name"], "offences": row["offences"]} for row in rows]
    chart = Chart(
        "definitions",
        "Offences by definition of violence",
        "Small line charts of offences by financial year, one for each definition, each with a scale of its own.",
        table,
        charts.multiples(data, "year", "offences", "definition", "financial year", "offences", own_scales=True),
        data,
    )
    lead = "How much violence there is depends on what counts as violence: the same offences under each definition."
    return Page("definitions.html", "Definitions compared", "About the figures", lead, [chart, *_defined(release)])


def _defined(release: Release) -> Iterator[Item]:
    """Whose each definition is, and where it comes from."""
    source, key = "marts.dim_definition", ("definition_id",)
    rows = release.rows(f"from {source} order by not is_in_force, definition_name") if release.has(source) else []
    if rows:
        yield Table(
            "definition-sources",
            "The definitions, and the one that these pages count by",
            ["definition", "in force", "whose", "source"],
            [
                (
                    row["definition_name"],
                    [
                        "yes" if row["is_in_force"] else "no",
                        row["owner"],
                        of(source, row, "source", key, decimals=None),
                    ],
                )
                for row in rows
            ],
            source=source,
        )


def quality(release: Release, spec: Specification) -> Page:
    """Freshness, completeness, tests and evidence."""
    lead = "How complete, fresh and tested the data behind these pages are."
    items: list[Item] = [Heading("Evidence of the figures", "evidence")]
    if not spec.printed:
        items.append(_evidence_of_feeds(release))
    elif release.has("sna.figures"):
        rows = release.rows(
            """select evidence, count(value_text) as n from sna.figures where report_id = ? and evidence is not null
               group by all order by n desc""",
            [spec.id],
        )
        items.append(
            bullets(
                [
                    inline(
                        "{}: {}.",
                        number(
                            counted("sna.figures", "value_text", {"report_id": spec.id, "evidence": row["evidence"]}, row["n"]),
                            *("figure", "figures"),
                        ),
                        EVIDENCE.get(row["evidence"], row["evidence"]),
                    )
                    for row in rows
                ]
            )
        )
    items.append(Heading("Tests that the data passed", "tests"))
    verdicts = release.rows("select stage, success, count(*) as n from meta.quality group by all")
    verdicts.sort(key=lambda row: ([*STAGES, row["stage"]].index(row["stage"]), not row["success"]))
    items.append(
        bullets(
            [
                inline(
                    "{}: {} {}.",
                    STAGES.get(row["stage"], row["stage"]),
                    number(
                        counted("meta.quality", "stage", {"stage": row["stage"], "success": row["success"]}, row["n"]),
                        *("test", "tests"),
                    ),
                    "passed" if row["success"] else "failed",
                )
                for row in verdicts
            ]
        )
    )
    items += [Heading("Feeds", "feeds"), _feeds(release)]
    gaps = release.waiting_for()
    items.append(Heading("What is missing, and whom to ask", "missing"))
    if gaps:
        items.append(
            bullets(
                [inline("{}: ask {} {}", label(row["title"]), row["owner"], label(row["publisher_url"] or "")) for row in gaps]
            )
        )
    else:
        items.append(sentence("Every feed that the published tables are made from has been delivered."))
    revised = (
        release.rows("select table_name, change_kind from sna.revisions group by all order by sum(changed_cells) desc limit 20")
        if "sna.revisions" in release.tables
        else []
    )
    items.append(Heading("What changed since the release before", "revisions"))
    items.append(
        bullets([inline("{}: {}", row["table_name"] or "all", row["change_kind"]) for row in revised])
        or sentence("Nothing, or there was no release before.")
    )
    return Page("quality.html", "Data quality", "About the figures", lead, items)


def _evidence_of_feeds(release: Release) -> Markup:
    rows = release.rows("select evidence, count(*) as n from meta.feeds where evidence is not null group by all order by n desc")
    return bullets(
        [
            inline(
                "{}: {}.",
                number(counted("meta.feeds", "feed", {"evidence": row["evidence"]}, row["n"]), "feed", "feeds"),
                EVIDENCE.get(row["evidence"], row["evidence"]),
            )
            for row in rows
        ]
    ) or sentence("Nothing has been delivered.")


def _feeds(release: Release) -> Table:
    key = ("agency", "feed")
    rows = [
        row
        for row in release.rows("from meta.feeds order by agency, feed")
        if row["deliveries_in_use"] or not _foreign(release, row)
    ]
    return Table(
        "feeds-table",
        "Each feed: what is in use, and how fresh it is",
        ["feed", "deliveries", "rows", "rejected", "first period", "last period", "due", "evidence", "owner"],
        [
            (
                row["title"],
                [
                    *(of("meta.feeds", row, name, key) for name in ("deliveries_in_use", "rows_in_use", "rows_rejected")),
                    row["first_period"] or "none",
                    row["last_period"] or "none",
                    f"overdue since {row['overdue_on']}" if row["overdue_on"] else str(row["due_on"] or "not expected"),
                    row["evidence"] or "none",
                    row["owner"],
                ],
            )
            for row in rows
        ],
        source="meta.feeds",
    )


def _foreign(release: Release, row: dict[str, Any]) -> bool:
    return release.is_elsewhere(f"{row['agency']}/{row['feed']}")


def methods(release: Release, sources: set[str], *, compared: bool) -> Page:
    """How the tables that the pages show are made, in the words of the release; `compared`: whether definitions have a page."""
    rows = release.rows(
        "select distinct schema_name || '.' || table_name as name, table_description as text from meta.dictionary order by 1"
    )
    items: list[Item] = [
        Heading("How figures are made", "how"),
        prose(
            "Agencies deliver records or returns. Each delivery is checked, personal data are removed, and three sets of "
            "tests decide whether the figures may be published. Every figure can be rebuilt from the deliveries."
        ),
        prose(
            "Limits are 95 % limits: exact Poisson limits for counts and rates, Wilson's for percentages. A change is named "
            "only where a test supports it; where many are tested at once, the tests are corrected for their number."
        ),
        prose(
            "An unknown value is counted as unknown and never spread over the others. Missing and withheld numbers are "
            "named, and are not zero."
        ),
        *_definition(release, compared=compared),
        Heading("The tables of this report", "tables"),
    ]
    feeds = _feeds_of(release)
    for row in rows:
        if row["name"] in sources:
            items.append(
                Markup('<h3 id="{}"><code>{}</code></h3><p class="prose">{}</p>{}').format(
                    row["name"], row["name"], row["text"] or "", bullets(feeds.get(row["name"], ()))
                )
            )
    return Page("methods.html", "Methods", "About the figures", "How the figures of these pages are made.", items)


def _definition(release: Release, *, compared: bool) -> Iterator[Item]:
    """The definition of serious violence in force, and where it is compared with others."""
    in_force = release.rows("select definition_id from meta.release")[0]["definition_id"]
    yield Heading("The definition in force", "definition")
    yield Markup('<p class="prose">What counts as serious violence is the definition <code>{}</code>{}.</p>').format(
        in_force,
        Markup('; <a href="definitions.html">others beside it</a>') if compared else "",
    )


def _feeds_of(release: Release) -> dict[str, list[Markup]]:
    """Of each table, the feeds that it is made from, with their evidence, or whom to ask for what is missing."""
    rows = release.rows(
        """select used.schema_name || '.' || used.table_name as name, used.feed, coalesce(used.title, used.feed) as title,
                  used.is_delivered,
                  coalesce(used.owner, 'its agency') as owner, feeds.evidence
           from meta.availability as used left join meta.feeds as feeds on used.feed = feeds.agency || '/' || feeds.feed
           order by all"""
    )
    found: dict[str, list[Markup]] = {}
    for row in map(release.own, rows):
        says = row["evidence"] if row["is_delivered"] else f"not delivered, ask {row['owner']}"
        found.setdefault(row["name"], []).append(inline("{}: {}", label(row["title"]), label(says)))
    return found


def glossary() -> Page:
    """Terms in plain words."""
    terms = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(term, meaning) for term, meaning in GLOSSARY.items())
    return Page(
        "glossary.html",
        "Glossary",
        "About the figures",
        "What the words of these pages mean.",
        [Markup('<dl class="prose">{}</dl>').format(terms)],
    )


def downloads(release: Release, files: list[tuple[str, str]]) -> Page:
    """The report's own files, and every published table as CSV and Parquet in the folder of the release."""
    base = f"../releases/{release.folder.name}"
    rows: list[dict[str, Any]] = release.rows(
        "select distinct schema_name, table_name, table_description from meta.dictionary order by all"
    )
    items: list[Item] = [Heading("This report", "report")]
    items.append(
        bullets([Markup('<a href="{}">{}</a>').format(name, what) for name, what in files])
        or sentence("Only these pages were made.")
    )
    if not any(name.endswith(".pdf") for name, _ in files):
        items.append(sentence("No PDF was made: Typst is not installed where this report was made."))
    items.append(Heading("Every table", "tables"))
    items.append(sentence("The files are in the folder of the release, beside this report."))
    for row in rows:
        name = f"{row['schema_name']}/{row['table_name']}"
        links = Markup(", ").join(
            Markup('<a class="label" href="{}/{}/{}.{}">{} of {}</a>').format(base, kind, name, kind, word, row["table_name"])
            for kind, word in (("csv", "CSV"), ("parquet", "Parquet"))
            if (release.folder / kind / f"{name}.{kind}").exists()
        )
        first = (row["table_description"] or "").split(". ")[0]
        items.append(
            Markup('<p class="prose"><code>{}.{}</code>: {}. {}</p>').format(
                row["schema_name"], row["table_name"], first.rstrip(". \n"), links
            )
        )
    return Page("downloads.html", "Downloads", "About the figures", "The data behind these pages, to use elsewhere.", items)
