"""Where sentences come from: each links to the SQL of its figures, and from there to feeds, definition and evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from markupsafe import Markup

from reporting import figures, resampling
from reporting.page import Heading, Item, Page
from reporting.release import Release
from reporting.statements import TABLE as STATEMENTS

# A sentence on its own: a paragraph or a line of a list, which the pages write without attributes.
SENTENCE = re.compile(r"<(?P<tag>p|li)>(?P<text>(?:(?!</(?P=tag)>).)*data-figure(?:(?!</(?P=tag)>).)*)</(?P=tag)>", re.DOTALL)
PLACE = re.compile(r'data-figure="([^"]+)"')


def tables(pages: Iterable[Page], release: Release, report: str) -> set[str]:
    """The published tables that the sentences of pages were made from."""
    found = {
        figures.parse(place)[0]
        for page in pages
        for item in page.items
        if isinstance(item, Markup)
        for sentence in SENTENCE.finditer(item)
        for place in _places(sentence["text"])
    }
    if STATEMENTS in found:
        rows = release.rows(f"select distinct mart from {STATEMENTS} where report_id = ? and mart is not null", [report])
        found |= {f"marts.{row['mart']}" for row in rows}
    return found - {STATEMENTS}


def linked(page: Page, release: Release) -> Page:
    """The page with a link behind each sentence that has figures, and the queries at its end."""
    queries: list[list[tuple[str, str]]] = []

    def link(found: re.Match[str]) -> str:
        own = list(_queries(release, _places(found["text"])))
        if not own:
            return found[0]
        queries.append(own)
        number, tag = len(queries), found["tag"]
        return f'<{tag}>{found["text"]} <a class="how" id="s{number}" href="#q{number}">query {number}</a></{tag}>'

    items: list[Item] = [Markup(SENTENCE.sub(link, item)) if isinstance(item, Markup) else item for item in page.items]
    if not queries:
        return page
    items.append(Heading("Queries of the sentences", "queries"))
    items += [_listed(number, own) for number, own in enumerate(queries, 1)]
    return replace(page, items=items)


def _places(markup: str) -> list[str]:
    return [Markup(place).unescape() for place in PLACE.findall(markup)]


def _queries(release: Release, places: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(SQL, table) that find the figures of a sentence: one for all figures of a row, and that of a statement."""
    rows: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = {}
    for place in dict.fromkeys(places):
        table, expression, values = figures.parse(place)
        columns = rows.setdefault((table, tuple(values.items())), [])
        columns += [expression] if expression not in columns else []
    for (table, key), columns in rows.items():
        if table == STATEMENTS:
            for row in release.rows(
                f"select query, mart from {STATEMENTS} where report_id = ? and claim_id = ?", [v for _, v in key]
            ):
                if row["query"]:
                    yield row["query"], f"marts.{row['mart']}"
        elif table == resampling.TABLE:
            where = " and ".join(_condition(name, value) for name, value in key)
            yield f"select events, base_count, unit\nfrom {resampling.PROFILE}\nwhere {where}", resampling.PROFILE
        else:
            where = " and ".join(_condition(name, value) for name, value in key)
            yield f"select {', '.join(columns)}\nfrom {table}" + (f"\nwhere {where}" if where else ""), table


def _condition(name: str, value: str) -> str:
    """That a column has a value; of a place, an empty one is also one that is not known."""
    text = "'" + value.replace("'", "''") + "'"
    return f'"{name}" = {text}' if value else f"coalesce(cast(\"{name}\" as varchar), '') = ''"


def _listed(number: int, queries: Iterable[tuple[str, str]]) -> Markup:
    own = list(queries)
    code = Markup("").join(
        Markup('<pre tabindex="0" role="region" aria-label="{}"><code class="query">{}</code></pre>').format(
            f"Query {number}.{part}", sql
        )
        for part, (sql, _) in enumerate(own, 1)
    )
    links = Markup(", ").join(
        Markup('<a href="methods.html#{}"><code>{}</code></a>').format(table, table) for table in dict.fromkeys(t for _, t in own)
    )
    return Markup(
        '<details class="how"><summary>Query {}</summary><div id="q{}">{}<p class="prose">Feeds, evidence and method: {}. '
        '<a href="methods.html#definition">Definition in force</a>. <a href="#s{}">Back to the sentence</a>.</p></div></details>'
    ).format(number, number, code, links, number)
