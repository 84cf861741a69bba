"""What runs unattended, read once and strictly from `operations.yaml`: environments, alerts, retries, retention, web UI.

The file says by its comments what each value means. `SNA_OPERATIONS` names another file, `SNA_ENVIRONMENT` the environment.
There is no fallback: a mistyped environment must not look like one in which nothing is declared.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from orchestration.home import settings_files
from orchestration.home.environment import PROJECT, SettingsError

if TYPE_CHECKING:
    from typing import Self

DEFAULT = PROJECT / "orchestration" / "operations.yaml"

# Names, so that nobody writes the secret itself into the file.
VariableName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Monthly(_Strict):
    """When something runs by the calendar: wall-clock time in London.

    Attributes:
        day: of the month; no later than 28, so that every month has it.
        hour: 0 to 23.
    """

    day: int = Field(ge=1, le=28)
    hour: int = Field(ge=0, le=23)

    @property
    def cron(self) -> str:
        return f"0 {self.hour} {self.day} * *"


class LandingZone(_Strict):
    """How the landing zone is watched, in seconds: between two listings, and until an unchanged file counts as delivered."""

    check_every_seconds: int = Field(ge=5)
    settle_seconds: int = Field(ge=0)


class Environment(_Strict):
    """The schedules, sensors and alert channels of one environment; what is left out does not exist there.

    Attributes:
        alerts: names of alert channels, in the order in which they are tried.
    """

    monthly_refresh: Monthly | None = None
    retention: Monthly | None = None
    landing_zone: LandingZone | None = None
    alerts: list[Name] = []


class Webhook(_Strict):
    """An address that takes `{"text": ...}`; the variable holds it."""

    kind: Literal["webhook"]
    url_variable: VariableName


class Smtp(_Strict):
    """A mail server; the variables hold its name, and user and password where it asks for them."""

    kind: Literal["smtp"]
    host_variable: VariableName
    port: int = Field(ge=1, le=65535)
    starttls: bool
    user_variable: VariableName | None = None
    password_variable: VariableName | None = None
    sender: str = Field(pattern=r"^\S+@\S+$")
    recipients: list[Annotated[str, Field(pattern=r"^\S+@\S+$")]] = Field(min_length=1)

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.user_variable is None) != (self.password_variable is None):
            raise ValueError("user_variable and password_variable go together")
        return self


Channel = Annotated[Webhook | Smtp, Field(discriminator="kind")]


class Retries(_Strict):
    """How often passing faults are retried; attempts are counted after the first.

    Attributes:
        step_wait_seconds: before the second attempt at a step; doubled before each next one.
        run_attempts: for a run whose process died.
        warehouse_wait_seconds: how long an unattended run waits while another refresh of its home runs.
    """

    step_attempts: int = Field(ge=0)
    step_wait_seconds: int = Field(ge=0)
    run_attempts: int = Field(ge=0)
    warehouse_wait_seconds: int = Field(ge=0)


class Retention(_Strict):
    """How long things are kept.

    Attributes:
        releases: published releases to keep, the current one among them.
        superseded_deliveries_days: days for which a landed delivery is kept after a later one has replaced it.
        runs: finished runs to keep in Dagster's history.
        run_days: days for which one of them is kept.
    """

    releases: int = Field(ge=1)
    superseded_deliveries_days: int = Field(ge=0)
    runs: int = Field(default=24, ge=1)
    run_days: int = Field(default=730, ge=1)


class SignOn(_Strict):
    """A reverse proxy on this machine that authenticates users.

    Attributes:
        address: of the pages in a browser: https, a name, a port where it is not 443; no path.
        user_header: in which the proxy names the user.
        secret_variable: holds what the proxy sends in `X-SNA-Proxy-Secret`, so that nobody else on the machine can name a user.
        editors: the users who may start, stop and remove; all others have read access.
    """

    address: str = Field(pattern=r"^https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,4})?$")
    user_header: str = Field(default="X-Forwarded-User", pattern=r"^[A-Za-z][A-Za-z0-9-]*$")
    secret_variable: VariableName
    editors: list[str] = []

    @model_validator(mode="after")
    def _comparable(self) -> Self:
        if self.address.endswith(":443"):
            raise ValueError("address: leave out :443, as browsers do")
        if self.user_header.lower() == "x-sna-proxy-secret":
            raise ValueError("user_header: that one holds the secret")
        return self


class Web(_Strict):
    """The web UI of `sna run`: without a sign-on it answers on this machine, to everyone who has an account there."""

    read_only: bool = False
    sign_on: SignOn | None = None


class Operations(_Strict):
    """The whole file."""

    environments: Mapping[Name, Environment]
    alerts: Mapping[Name, Channel]
    retries: Retries
    retention: Retention
    web: Web = Web()

    @model_validator(mode="after")
    def _channels_are_described(self) -> Self:
        for name, environment in self.environments.items():
            for channel in environment.alerts:
                if channel not in self.alerts:
                    raise ValueError(f"environment {name}: alert channel '{channel}' is not described under alerts")
        return self

    def environment(self) -> Environment | None:
        """The environment that `SNA_ENVIRONMENT` names; None where it is not set.

        Raises:
            SettingsError: the name is not declared.
        """
        name = os.environ.get("SNA_ENVIRONMENT")
        if not name:
            return None
        if name not in self.environments:
            declared = ", ".join(self.environments)
            raise SettingsError(f"SNA_ENVIRONMENT is '{name}', which {source()} does not declare; it declares: {declared}.")
        return self.environments[name]


def source() -> Path:
    """The file in force."""
    return Path(os.environ.get("SNA_OPERATIONS") or DEFAULT).expanduser()


def load() -> Operations:
    """Read the file in force.

    Raises:
        SettingsError: it cannot be read, or holds something missing, unknown or out of range; the message says where.
    """
    path = source()
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}. SNA_OPERATIONS names the file.") from error
    return settings_files.validate(path, settings_files.parse(path, text, SettingsError), Operations, SettingsError)
