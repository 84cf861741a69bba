"""The web UI of `sna run`: Dagster's webserver behind checks of its own.

Dagster's webserver has no authentication and answers requests from pages of any site: it executes mutations sent by GET, accepts
results of checks by POST, and checks neither `Host` nor `Origin`. Here every request passes `guard` first. `dagster
dev` and `dagster-webserver` have none of this.
"""
