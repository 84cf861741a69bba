"""Reports of releases: made once, led to by a link, replaced whole, and never in the way of a release."""

import json
import os
import shutil
import stat
from dataclasses import replace

import dagster as dg
import pytest

from orchestration.defs.assets.publication import REPORT, report_asset
from orchestration.defs.resources import Refresh
from orchestration.home.areas import AREAS
from orchestration.home.creation import make as make_home
from orchestration.home.settings import Settings
from orchestration.publication import reports
from reporting import build
from reporting.release import ReportError
from tests.press import make_press


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """A home with a release of two small tables."""
    press = make_press(tmp_path)
    made = Settings(tmp_path / "raw", tmp_path / "home")
    make_home(made.home, "derbyshire", "demonstration")
    press.publish("1")
    made.export()
    return made, press


@pytest.fixture
def drawn(monkeypatch):
    """Folders that were written; what a report contains is not the matter here."""
    calls = []

    def stub(release, audience, spec, folder, former=None):
        folder.mkdir()
        (folder / "index.html").write_text(release.name)
        about = {
            "release_id": release.name,
            "report_id": spec.id,
            "year": spec.year,
            "pages": 1,
            "charts": 0,
            "charts_not_drawn": [],
        }
        (folder / build.ABOUT).write_text(json.dumps(about))
        calls.append(folder.name)
        return about

    monkeypatch.setattr(build, "build", stub)
    return calls


def test_a_report_is_made_once_for_a_release(settings, drawn):
    home, press = settings
    first = reports.make(home)
    assert (first.made, first.folder.name, first.about["report_id"]) == (True, "report", "sna-2024")
    assert not reports.make(home).made
    assert reports.make(home, force=True).made
    press.publish("2")
    assert reports.make(home).made
    assert len(drawn) == 3
    assert len(list((home.published / "reports").iterdir())) == 1


def test_a_report_that_fails_leaves_the_former_one(settings, drawn, monkeypatch):
    home, press = settings
    before = reports.make(home).about
    press.publish("2")

    def fail(release, audience, spec, folder, former=None):
        folder.mkdir()
        (folder / "half.html").write_text("half")
        raise ReportError("no")

    monkeypatch.setattr(build, "build", fail)
    with pytest.raises(ReportError):
        reports.make(home)
    assert reports.find(home).about == before
    assert len(list((home.published / "reports").iterdir())) == 1


def test_another_year_has_a_report_beside_it(settings, drawn):
    home, _ = settings
    reports.make(home)
    other = reports.make(home, "2022-23")
    assert other.folder.name == "report-2022-23"
    assert other.about["year"] == "2022/23"
    assert reports.find(home).about["report_id"] == "sna-2024"
    assert reports.find(home, "2022-23").about["year"] == "2022/23"
    with pytest.raises(reports.NoReportError, match="it has sna-2024"):
        reports.make(home, "sna-1999")


def test_a_report_is_its_owners_alone_or_the_groups(settings, drawn, monkeypatch):
    home, _ = settings
    folder = reports.make(home).folder.resolve()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "index.html").stat().st_mode) == 0o600
    monkeypatch.setattr(reports, "analysts_group", os.getegid)
    folder = reports.make(home, force=True).folder.resolve()
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o750
    assert stat.S_IMODE((folder / "index.html").stat().st_mode) == 0o640


def test_a_purge_removes_reports(settings, drawn):
    home, _ = settings
    reports.make(home)
    reports.remove(home.published)
    assert not (home.published / "reports").exists()
    with pytest.raises(reports.NoReportError):
        reports.find(home)


@pytest.mark.parametrize(("wanted", "as_at", "made"), [("yes", "", True), ("no", "", False), ("yes", "2024-01-01", False)])
def test_a_refresh_makes_the_report_unless_it_is_switched_off(settings, drawn, monkeypatch, wanted, as_at, made):
    monkeypatch.setenv("SNA_REPORT", wanted)
    result = dg.materialize([report_asset()], resources={"refresh": Refresh(as_at=as_at)}, selection=[REPORT])
    assert result.success
    assert bool(drawn) is made


@pytest.mark.slow
def test_a_refresh_whose_report_fails_has_published(own_small_county, monkeypatch):
    """Exit status 1, the release is current, and the message says what to do."""
    county = own_small_county
    folder = county.home / "areas" / "derbyshire"
    folder.mkdir(parents=True)
    (folder / "area.yaml").write_text((AREAS / "derbyshire" / "area.yaml").read_text())
    shutil.copytree(AREAS / "derbyshire" / "reports", folder / "reports")
    (folder / "reports" / "sna-2024" / "contents.yaml").write_text("titles: never\n")
    before = county.release()
    county = replace(county, variables={**county.variables, "SNA_REPORT": "yes", "SNA_AREAS": str(county.home / "areas")})
    done = county.sna("refresh", "--force")
    assert done.returncode == 1, done.stdout + done.stderr
    assert county.release() != before
    assert "its report could not be made" in done.stderr and "contents.yaml" in done.stderr
    assert "sna report" in done.stderr
