"""Settings files are read as they are written, or not at all."""

import pytest
from pydantic import BaseModel, Field

from orchestration.home import settings_files
from orchestration.home.environment import SettingsError


class Channel(BaseModel, extra="forbid"):
    url_variable: str = Field(pattern="^[A-Z_]+$")
    kind: str = Field("webhook", description="how it is sent")


class File(BaseModel, extra="forbid"):
    days: int = Field(ge=1, description="for which it is kept")
    channels: list[Channel] = []


def read(path, text):
    return settings_files.validate(path, settings_files.parse(path, text, SettingsError), File, SettingsError)


def test_a_valid_file_is_the_model(tmp_path):
    assert read(tmp_path, "{days: 3, channels: [{url_variable: X}]}") == File(days=3, channels=[Channel(url_variable="X")])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{days: 3, days: 4}", "the key 'days' occurs twice"),
        ("days: 010", "010 would be read as another number"),
        ("days: 1:30", "1:30 would be read as another number"),
        ("days: [", "not valid YAML"),
        ("days: !!python/object/apply:int ['3']", "could not determine a constructor for the tag"),
        ("channels: []", "days (for which it is kept) is missing."),
        ("days: 0", "days is 0; expected greater than or equal to 1."),
        ("{days: 3, years: 1}", "years is unknown; known are days, channels."),
        ("{days: 3, channels: [{url_variable: X, colour: red}]}", "channels.0.colour is unknown; known are url_variable, kind."),
        ("{days: 3, channels: [{name: office, colour: red, url_variable: X}]}", "channels.office.colour is unknown"),
        ("{days: 3, channels: [X]}", "channels.0: expected a mapping of url_variable, kind."),
        ("three", "the file: expected a mapping of days, channels."),
        ("", "the file: expected a mapping of days, channels."),
    ],
)
def test_an_error_names_the_file_the_place_and_what_is_expected(tmp_path, text, message):
    with pytest.raises(SettingsError) as refused:
        read(tmp_path / "settings.yaml", text)
    assert message in str(refused.value)
    assert str(refused.value).startswith(f"{tmp_path / 'settings.yaml'}: ")


def test_a_secret_that_was_written_into_the_file_is_not_repeated(tmp_path):
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, "{days: 3, channels: [{url_variable: 'https://example.org/hook/s3cret'}]}")
    assert "url_variable" in str(refused.value) and "s3cret" not in str(refused.value)
