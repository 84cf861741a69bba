"""The Dagster instance of one home: runs, events and settings under `SNA_HOME/dagster`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

# A pool without a limit limits nothing: one writer at a time owns the warehouse file.
DAGSTER_YAML = """\
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  pools:
    default_limit: 1
    granularity: op
event_log_storage:
  module: orchestration.event_log
  class: PooledSqliteEventLogStorage
"""


def prepare_instance(settings: Settings) -> None:
    """Write `dagster.yaml` where it is missing; a file that is there may have been changed on purpose."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    file = settings.dagster_home / "dagster.yaml"
    if not file.exists():
        file.write_text(DAGSTER_YAML)


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """The instance that the web UI and the command line share."""
    import dagster as dg

    prepare_instance(settings)
    settings.export()
    return dg.DagsterInstance.from_config(str(settings.dagster_home))
