"""The one key of each asset of a feed: the same in the web UI, in messages and, with `__` for `/`, in the names of steps.

landing_zone                   whether there is anything to refresh
deliveries/<agency>/<feed>     the landing log, one partition per period
vault/<run>                    a run of the vault, which returns the counts of a feed
landing/<agency>/<feed>        the view over the deliveries in use, to dbt the source `landing.<agency>__<feed>`
"""

from __future__ import annotations

import dagster as dg

LANDING_ZONE = dg.AssetKey("landing_zone")


def deliveries(agency: str, feed: str) -> dg.AssetKey:
    """Key of a feed's partitioned landing log."""
    return dg.AssetKey(["deliveries", agency, feed])


def landed(agency: str, feed: str) -> dg.AssetKey:
    """Key of a feed's view over the deliveries in use."""
    return dg.AssetKey(["landing", agency, feed])


def vault(run: str) -> dg.AssetKey:
    """Key of a kind of run in the vault."""
    return dg.AssetKey(["vault", run])


def of_source(name: str) -> dg.AssetKey:
    """The same by the name of its dbt source, `<agency>__<feed>`."""
    return landed(*name.split("__", 1))
