"""Each sentence links to queries that run on the release and find its figures; from there to feeds, definition and evidence."""

import re

from markupsafe import Markup

from reporting import figures, origins, resampling
from reporting.page import Page, inline, sentence
from tests.integration.reporting.test_site import Reader

LINKED = re.compile(r'<(p|li)>((?:(?!</\1>).)*?)<a class="how" id="s(\d+)" href="#q\3">query \3</a></\1>', re.DOTALL)
ANSWER = re.compile(r'<div id="q(\d+)">(.*?)</div>', re.DOTALL)
QUERY = re.compile(r'<code class="query">(.*?)</code>', re.DOTALL)


def queries(html):
    """Number → SQL of the queries of a page."""
    return {number: [Markup(sql).unescape() for sql in QUERY.findall(answer)] for number, answer in ANSWER.findall(html)}


def test_every_query_runs_and_finds_the_figures_of_its_sentence(made):
    asked, wrong = 0, []
    for page in made.pages:
        html = made.html(page.path)
        answers = queries(html)
        sentences = {number: text for _, text, number in LINKED.findall(html)}
        assert answers.keys() == sentences.keys(), page.path
        for number, text in sentences.items():
            found = set()
            for sql in answers[number]:
                rows = made.release.con.execute(sql).fetchall()
                found |= {str(value) for row in rows for value in row}
                found |= {"statement"} if rows else set()
                asked += 1
            for place, value, _ in Reader(text).figures:
                table, column, _ = figures.parse(place)
                if table == origins.STATEMENTS:
                    # Of what the release cannot compute, the query finds nothing.
                    wrong += [(page.path, place)] if "computed" in column and "statement" not in found else []
                elif table != resampling.TABLE and (value or "None") not in found:
                    wrong.append((page.path, place, value, sorted(found)))
    assert wrong == []
    assert asked > 100


def test_every_sentence_with_a_figure_has_a_query(made):
    for page in made.pages:
        for tag, text in re.findall(r"<(p|li)>((?:(?!</\1>).)*data-figure(?:(?!</\1>).)*)</\1>", made.html(page.path), re.DOTALL):
            if 'class="how"' not in text:
                # Of the print, or of what nothing here can compute.
                places = [place for place, _, _ in Reader(text).figures]
                assert all(place.startswith(f"{origins.STATEMENTS}.") for place in places), (page.path, tag, text)


def test_every_query_leads_to_feeds_evidence_and_definition(made):
    methods = made.html("methods.html")
    ids = set(Reader(methods).ids)
    for page in made.pages:
        for answer in (text for _, text in ANSWER.findall(made.html(page.path))):
            anchors = re.findall(r'href="methods.html#([^"]+)"', answer)
            assert "definition" in anchors and len(anchors) > 1
            assert set(anchors) <= ids
    crimes = methods.partition('<h3 id="marts.yearly_trends">')[2].partition("<h3")[0]
    assert "/crimes" in crimes and "ask" in crimes


def test_a_value_with_a_quote_is_a_value_in_the_query(made):
    place = figures.place_of("marts.yearly_trends", "events", {"series": "It's; drop", "area": ""})
    page = Page("x.html", "X", "X", "X", [sentence("{}", figures.Figure(place, 1)), inline("No figure.")])
    shown = origins.linked(page, made.release)
    ((sql,),) = queries("".join(str(item) for item in shown.items)).values()
    assert made.release.con.execute(sql).fetchall() == []
    assert "'It''s; drop'" in sql
