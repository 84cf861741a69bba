"""The web UI of `sna run`: Dagster's webserver behind checks of its own.

Dagster's webserver asks nobody who they are and answers whatever page of whatever site a browser shows: it executes mutations
sent by GET, takes results of checks by POST, and looks neither at `Host` nor at `Origin`. Nothing reaches it here before `guard`
has let it through. `dagster dev` and `dagster-webserver` have none of this.
"""
