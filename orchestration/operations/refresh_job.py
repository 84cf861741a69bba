"""The job that ends in a release, as Dagster's history knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster import DagsterRun

JOB = "refresh"
# Path of the asset.
RELEASE = ("published", "release")


def is_refresh(run: DagsterRun) -> bool:
    """Whether a run is to end in a release: one of the job, or of a selection of assets with the release among them."""
    return run.job_name == JOB or any(tuple(key.path) == RELEASE for key in run.asset_selection or ())
