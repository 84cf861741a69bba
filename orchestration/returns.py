"""The agencies' own aggregate returns that come with the project: published counts, in the form in which they are sent."""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestration.ingest.delivery import Delivery
from orchestration.settings import PROJECT

# By name, so that a delivery of somebody's own beside them is never taken for one of them. .gitignore lets the same through.
RETURNS = (
    *(f"probation_service/serious_violence_cases/{year}.ods" for year in ("2021-22", "2022-23", "2023-24")),
    "vru/interventions/2024-25.yaml",
    *(f"{council}_youth_justice/offences/2024-Q1.xlsx" for council in ("derby_city", "derbyshire_county")),
    "safer_derbyshire/nte_kpi/2024-08.xlsx",
    *(f"derbyshire_childrens_social_care/activity/{year}.xlsx" for year in ("2021-22", "2022-23", "2023-24")),
    "derby_city_childrens_social_care/activity/2023-24.xlsx",
    "derby_and_derbyshire_education/attendance/2023-24.xlsx",
)


def comes_with_the_project(delivery: Delivery) -> bool:
    """Whether a delivery is one of these returns, and so no sign that anybody has delivered anything."""
    return f"{delivery.agency}/{delivery.feed}/{delivery.file_name}" in RETURNS


def lay_out(raw: Path) -> int:
    """Copy the returns into another landing zone than the project's own, which has them; those there stay. Number copied."""
    copied = 0
    for name in RETURNS:
        source, target = PROJECT / "raw" / name, raw / name
        if source.exists() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            copied += 1
    return copied
