"""The one file that says what runs unattended is understood whole or not at all."""

import pytest
import yaml

from orchestration.home.environment import SettingsError
from orchestration.operations import configuration


@pytest.fixture
def edited(tmp_path, monkeypatch):
    """Put a copy of the shipped file, changed by a function, in force."""

    def edit(change):
        document = yaml.safe_load(configuration.DEFAULT.read_text())
        change(document)
        path = tmp_path / "operations.yaml"
        path.write_text(yaml.safe_dump(document))
        monkeypatch.setenv("SNA_OPERATIONS", str(path))
        return path

    return edit


def test_the_shipped_file_is_valid_and_holds_no_secret(monkeypatch):
    monkeypatch.delenv("SNA_OPERATIONS", raising=False)
    shipped = configuration.load()
    assert shipped.retention == configuration.Retention(releases=24, superseded_deliveries_days=730)
    assert shipped.environments["production"].monthly_refresh.cron == "0 6 5 * *"
    assert shipped.environments["development"] == configuration.Environment()


def test_without_an_environment_nothing_runs_automatically(monkeypatch):
    monkeypatch.delenv("SNA_ENVIRONMENT", raising=False)
    assert configuration.load().environment() is None


def test_a_mistyped_environment_is_an_error_and_not_a_quiet_one(monkeypatch):
    monkeypatch.setenv("SNA_ENVIRONMENT", "producton")
    with pytest.raises(SettingsError, match=r"'producton'.*it declares: production, acceptance, development"):
        configuration.load().environment()


def test_an_environment_is_found_by_its_name(monkeypatch):
    monkeypatch.setenv("SNA_ENVIRONMENT", "acceptance")
    found = configuration.load().environment()
    assert found.monthly_refresh is None
    assert found.landing_zone.settle_seconds == 30


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda d: d["environments"]["production"].update(weekly=1),
            r"environments\.production\.weekly is unknown; known are monthly_refresh",
        ),
        (
            lambda d: d["environments"]["production"]["monthly_refresh"].update(day=29),
            r"monthly_refresh\.day is 29; expected .*28",
        ),
        (lambda d: d["environments"]["production"]["monthly_refresh"].update(hour="6"), r"monthly_refresh\.hour: .*integer"),
        (lambda d: d["environments"]["production"].update(alerts=["pager"]), r"production: alert channel 'pager'"),
        (lambda d: d["alerts"]["webhook"].update(url_variable="https://hooks.example.org/x"), r"url_variable"),
        (lambda d: d["alerts"]["email"].pop("password_variable"), r"go together"),
        (lambda d: d["retention"].update(releases=0), r"retention\.releases"),
        (lambda d: d.pop("retries"), r"retries is missing"),
    ],
)
def test_what_is_not_understood_is_named_with_its_place(edited, change, message):
    path = edited(change)
    with pytest.raises(SettingsError, match=message) as caught:
        configuration.load()
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(("text", "message"), [("a: [", "not valid YAML"), ("", "the file: "), (None, "cannot be read")])
def test_a_file_that_is_none_is_named(tmp_path, monkeypatch, text, message):
    path = tmp_path / "operations.yaml"
    if text is not None:
        path.write_text(text)
    monkeypatch.setenv("SNA_OPERATIONS", str(path))
    with pytest.raises(SettingsError, match=message):
        configuration.load()
