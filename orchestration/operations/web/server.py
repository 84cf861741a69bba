"""Dagster's webserver behind `guard`, as a program of its own: `python -m orchestration.operations.web.server --port N`."""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import uvicorn
from dagster._core.workspace.context import WorkspaceProcessContext, WorkspaceRequestContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._utils.interrupts import setup_interrupt_handlers
from dagster._utils.log import configure_loggers
from dagster_webserver.app import create_app_from_workspace_process_context
from dagster_webserver.version import __version__

from orchestration.home.environment import WORKSPACE
from orchestration.home.instance import open_instance
from orchestration.home.settings import Settings
from orchestration.operations import configuration
from orchestration.operations.web.access import ADDRESS, Access
from orchestration.operations.web.access_log import AccessLog
from orchestration.operations.web.guard import MAY_CHANGE, Guard

if TYPE_CHECKING:
    from starlette.applications import Starlette

# As `dagster-webserver` sets them: milliseconds of a statement, seconds of a connection, connections beyond the pool.
STATEMENT_TIMEOUT, POOL_RECYCLE, POOL_OVERFLOW = 15_000, 3_600, 20
LOOK_MILLISECONDS = 2_000
# A message over a WebSocket is a subscription of a page.
MOST_MESSAGE = 1 << 20
# Open pages are not waited for when the service ends.
GRACE_SECONDS = 3


class Workspace(WorkspaceProcessContext):
    """Dagster's workspace, in which what a request may do is what `guard` says of it."""

    def create_request_context(self, source: Any = None) -> WorkspaceRequestContext:
        may_change = source is not None and source.scope.get(MAY_CHANGE, False)
        return WorkspaceRequestContext(
            instance=self.instance,
            current_workspace=self.get_current_workspace(),
            process_context=self,
            version=self.version,
            source=source,
            read_only=not may_change,
        )


def create_app(workspace: Workspace, access: Access, log: AccessLog) -> Guard:
    """Dagster's webserver over a workspace, behind the guard."""
    return Guard(create_app_from_workspace_process_context(workspace, "", LOOK_MILLISECONDS, lifespan=_lifespan), access, log)


def serve(settings: Settings, port: int, *, read_only: bool) -> None:
    """Serve until a signal comes.

    Raises:
        SettingsError: operations.yaml or the proxy's secret cannot be used.
    """
    policy = configuration.load()
    access = Access.declared(policy.web, port, read_only=read_only)
    if policy.web.sign_on:
        # The code server that is started below has no use for it.
        os.environ.pop(policy.web.sign_on.secret_variable, None)
    log = AccessLog(settings.access_log)
    log.prune(policy.retention.run_days)
    with open_instance(settings) as instance:
        instance.optimize_for_webserver(STATEMENT_TIMEOUT, POOL_RECYCLE, POOL_OVERFLOW)
        target = WorkspaceFileTarget([str(WORKSPACE)])
        # The signal that ends the server is raised once more when it has ended.
        with Workspace(instance, workspace_load_target=target, version=__version__) as workspace, suppress(KeyboardInterrupt):
            uvicorn.Server(config(create_app(workspace, access, log), port)).run()


def config(app: Guard, port: int) -> uvicorn.Config:
    """How uvicorn serves it; `guard` and `access` rely on this."""
    return uvicorn.Config(
        app,
        host=ADDRESS,
        port=port,
        # Strict: a request without a Host or with two of them is none, and one for another server's address shows as such.
        http="h11",
        # Who asks is what `access` reads; no other header says where a request came from.
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        ws_max_size=MOST_MESSAGE,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


@asynccontextmanager
async def _lifespan(_app: Starlette) -> AsyncIterator[None]:
    yield


def main() -> None:
    """Serve the web UI on the port that the arguments name, until a signal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--read-only", action="store_true")
    arguments = parser.parse_args()
    configure_loggers(log_level=logging.getLevelName(logging.INFO))
    setup_interrupt_handlers()
    serve(Settings.from_env(), arguments.port, read_only=arguments.read_only)


if __name__ == "__main__":
    main()
