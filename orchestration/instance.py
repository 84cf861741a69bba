"""The Dagster instance of one home: runs, events and settings under `SNA_HOME/dagster`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from orchestration.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

# A pool without a limit limits nothing: one run at a time owns the warehouse file. By run rather than by step, so that no step
# of another run comes between two of this one, and a killed process leaves no claimed slot behind.
# Retries of runs are for those whose process died; the job says how many (operations.yaml). What a step may try again it does
# itself, and a closed gate is not tried again.
DAGSTER_YAML = """\
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  pools:
    default_limit: 1
    granularity: run
run_monitoring:
  enabled: true
  start_timeout_seconds: 300
run_retries:
  enabled: true
  max_retries: 0
  retry_on_asset_or_op_failure: false
event_log_storage:
  module: orchestration.event_log
  class: PooledSqliteEventLogStorage
"""


def prepare_instance(settings: Settings) -> None:
    """Write `dagster.yaml` where it is missing; a file that is there may have been changed on purpose."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    file = settings.dagster_home / "dagster.yaml"
    if not file.exists():
        # Whole or not at all: Dagster would take an empty file for settings of its own.
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.write_text(DAGSTER_YAML)
        fresh.replace(file)


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """The instance that the web UI and the command line share."""
    import dagster as dg

    prepare_instance(settings)
    settings.export()
    return dg.DagsterInstance.from_config(str(settings.dagster_home))
