"""Clean-up after a refresh that was killed.

Nothing that is removed here is needed for the figures: a half-written delivery or release has no name that anybody reads.
"""

from __future__ import annotations

import shutil

from orchestration.home import lock
from orchestration.home.settings import Settings


def clear(settings: Settings) -> None:
    """Remove half-written deliveries, releases and links, and end the killed run. The caller holds the home (`lock.hold`)."""
    from orchestration.home.instance import open_instance
    from orchestration.ingest.landing_log import log
    from orchestration.operations.dead_runs import mark_dead_runs_failed
    from orchestration.publication import publish
    from orchestration.publication.releases import switching

    log.sweep(settings.landing)
    if settings.published.exists():
        with switching(settings.published):
            publish.sweep(settings.published)
    shutil.rmtree(settings.spill, ignore_errors=True)
    unfinished = ("secrets/*.[0-9]*", ".*.json.[0-9]*", "dagster/dagster.[0-9]*", "landing/purg*/.*.json.[0-9]*")
    for half in [path for pattern in unfinished for path in settings.home.glob(pattern)]:
        half.unlink()
    with open_instance(settings) as instance:
        mark_dead_runs_failed(settings, instance)
    lock.cleared(settings.home)
