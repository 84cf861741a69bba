"""A home is one area in one environment, and stays that."""

import os

import pytest
from typer.testing import CliRunner

from orchestration.cli.app import app
from orchestration.home import areas, creation, identity, lock, settings
from orchestration.home.settings import Settings

run = CliRunner().invoke


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A checkout of its own: where homes are made without SNA_HOME."""
    for variable in ("SNA_HOME", "SNA_RAW", "SNA_AREA"):
        # Set first, so that what a command sets is undone too.
        monkeypatch.setenv(variable, "")
        monkeypatch.delenv(variable)
    monkeypatch.setattr(areas, "AREAS", areas.AREAS)  # of this checkout, whatever is imported after this
    for module in (identity, settings, __import__("orchestration.cli.app", fromlist=["app"])):
        monkeypatch.setattr(module, "PROJECT", tmp_path)
    monkeypatch.setattr(identity.the_only_one, "__defaults__", (tmp_path / "var",))
    return tmp_path


def test_a_home_remembers_what_it_was_made_for(tmp_path):
    made = creation.make(tmp_path / "a", "derbyshire", "live")
    assert identity.read(tmp_path / "a") == made == creation.make(tmp_path / "a", "derbyshire", "live")
    assert Settings(tmp_path / "a" / "raw", tmp_path / "a").made == made


@pytest.mark.parametrize(("area", "environment"), [("nottinghamshire", "live"), ("derbyshire", "demonstration")])
def test_a_home_refuses_another_area_or_environment(tmp_path, area, environment):
    creation.make(tmp_path, "derbyshire", "live")
    with pytest.raises(identity.HomeError, match="is the live home of derbyshire"):
        creation.make(tmp_path, area, environment)
    assert identity.read(tmp_path).environment == "live"


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "[" * 100_000, '{"area": "derbyshire"}', '{"area":"a","environment":"test","made_at":""}'),
        *('{"area":1,"environment":"live","made_at":""}', '{"area":"a","environment":["live"],"made_at":""}'),
    ],
    ids=range(8),
)
def test_a_damaged_home_is_named(tmp_path, text):
    (tmp_path / "home.json").write_text(text)
    with pytest.raises(identity.HomeError, match=r"home\.json"):
        identity.read(tmp_path)


HOMES = {
    "a file": lambda home: home.write_text("x"),
    "a link to itself": lambda home: home.symlink_to(home),
    "a record that is a folder": lambda home: (home / "home.json").mkdir(parents=True),
    "a record that is a pipe": lambda home: (home.mkdir(), os.mkfifo(home / "home.json")),
}


@pytest.mark.parametrize("make", HOMES.values(), ids=HOMES)
def test_a_home_that_is_none_is_one_sentence(tmp_path, monkeypatch, make):
    home = tmp_path / "home"
    make(home)
    monkeypatch.setenv("SNA_HOME", str(home))
    with pytest.raises(identity.HomeError, match=r"no folder|not lead to a folder|home\.json is no file"):
        identity.read(Settings.from_env().home)
    if not (home / "home.json").exists():
        with pytest.raises(identity.HomeError), lock.hold(Settings.from_env().home):
            pass


def test_data_of_an_earlier_version_are_not_taken_for_a_home(tmp_path):
    (tmp_path / "landing").mkdir()
    for attempt in (lambda: identity.require(tmp_path), lambda: creation.make(tmp_path, "derbyshire", "live")):
        with pytest.raises(identity.HomeError, match="earlier version"):
            attempt()


def test_the_only_home_is_used_and_of_several_none(project):
    assert Settings.from_env().home == project / "var" / "demo"
    creation.make(project / "var" / "derbyshire", "derbyshire", "live")
    found = Settings.from_env()
    assert (found.home, found.raw) == (project / "var" / "derbyshire", project / "var" / "derbyshire" / "raw")
    creation.make(project / "var" / "demo", "derbyshire", "demonstration")
    with pytest.raises(identity.HomeError, match=r"several homes: .*demo, .*derbyshire"):
        Settings.from_env()


def test_init_makes_a_live_home_and_says_what_to_deliver_first(project):
    made = run(app, ["init", "--area", "derbyshire"])
    assert made.exit_code == 0, made.output
    assert identity.read(project / "var" / "derbyshire").environment == "live"
    lines = [line for line in made.output.splitlines() if "derbyshire_constabulary" in line]
    assert "crimes" in lines[0] and "monthly" in lines[0]
    assert "sna deliver FILE..." in made.output
    assert "knife_carrier_counts" not in made.output, "nobody sends the counts of the vault"


def test_feeds_of_another_area_are_not_asked_for(project):
    made = run(app, ["init", "--area", "nottinghamshire", "--home", str(project / "here")])
    assert made.exit_code == 0, made.output
    assert identity.read(project / "here").area == "nottinghamshire"
    assert "derbyshire_constabulary" not in made.output and "police_uk" in made.output
    assert made.output.index("police/crimes") < made.output.index("dfe/schools"), "without a report of its own, by the marts"


def test_an_unknown_area_is_refused_with_those_that_there_are(project):
    made = run(app, ["init", "--area", "mercia"])
    assert made.exit_code != 0
    assert "derbyshire, nottinghamshire" in str(made.exception)
    assert not (project / "var").exists()


@pytest.mark.parametrize("command", [["refresh"], ["rebuild"], ["deliver", __file__]])
def test_without_a_home_a_command_says_how_to_make_one(project, command):
    done = run(app, command)
    assert done.exit_code != 0
    assert "sna init --area AREA" in str(done.exception) and "sna demo" in str(done.exception)
    assert not (project / "var").exists()
