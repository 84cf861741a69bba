"""The one key of each asset of a feed: the same in the web UI, in messages and, with `__` for `/`, in the names of steps.

landing_zone                   whether there is anything to refresh
deliveries/<agency>/<feed>     the landing log, one partition per period
vault/<run>                    a run of the vault, which returns the counts of a feed
landing/<agency>/<feed>        its deliveries in use, a part of what is to dbt the source `landing.<subject>__<feed>`
"""

from __future__ import annotations

import dagster as dg

LANDING_ZONE = dg.AssetKey("landing_zone")


def deliveries(agency: str, feed: str) -> dg.AssetKey:
    """Key of a feed's partitioned landing log."""
    return dg.AssetKey(["deliveries", agency, feed])


def landed(agency: str, feed: str) -> dg.AssetKey:
    """Key of a feed's deliveries in use."""
    return dg.AssetKey(["landing", agency, feed])


def vault(run: str) -> dg.AssetKey:
    """Key of a kind of run in the vault."""
    return dg.AssetKey(["vault", run])
