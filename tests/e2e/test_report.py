"""The commands of the report on the small county: made once, opened, made for another year, and checked after editing."""

import json
from dataclasses import replace

import docx
import pytest


@pytest.fixture
def county(own_small_county, tmp_path):
    """A county whose browser writes down what it was asked to open."""
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/opened\n')
    browser.chmod(0o755)
    return replace(own_small_county, variables={**own_small_county.variables, "BROWSER": f"{browser} %s"})


def test_the_report_is_made_opened_and_checked(county, tmp_path):
    before = county.sna("open")
    assert before.returncode == 1 and "sna report" in before.stderr

    first = county.sna("report")
    assert first.returncode == 0, first.stderr
    folder = county.settings.published / "report"
    about = json.loads((folder / "report.json").read_text())
    assert about["release_id"] == county.settings.published.joinpath("current").readlink().name
    assert f"{about['pages']} pages" in first.stdout and str(folder / "index.html") in first.stdout
    # Two months are no year: the page says what is missing, and shows no rate.
    assert "missing" in (folder / "index.html").read_text()
    assert "already" in county.sna("report").stdout

    opened = county.sna("open")
    assert opened.returncode == 0 and (tmp_path / "opened").read_text().strip() == (folder / "index.html").as_uri()

    year = county.sna("report", "--report", "2019-20")
    assert year.returncode == 0 and "2019/20" in year.stdout
    wrong = county.sna("report", "--report", "nothing")
    assert wrong.returncode == 1 and "sna-2024" in wrong.stderr

    edited = tmp_path / "edited.docx"
    document = docx.Document(str(folder / "needs-assessment.docx"))
    document.paragraphs[0].add_run(" Ours.")
    document.save(str(edited))
    same = county.sna("report", "--check", str(edited))
    assert same.returncode == 0 and "Every figure is the release's." in same.stdout
    assert not (tmp_path / "edited-checked.docx").exists()
