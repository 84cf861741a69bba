"""Dagster's webserver over an instance without code, so that only what the instance holds can be changed."""

import pytest
from dagster._core.workspace.load_target import EmptyWorkspaceTarget

from orchestration.home.instance import open_instance
from orchestration.home.settings import Settings
from orchestration.operations.web.access_log import AccessLog
from orchestration.operations.web.server import Workspace


@pytest.fixture(scope="package")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("web")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SNA_RAW", "SNA_HOME", "SNA_WAREHOUSE", "SNA_TEMP_DIRECTORY", "DAGSTER_HOME", "DBT_PROFILES_DIR"):
            patch.setenv(name, "")
        with (
            open_instance(Settings(folder / "raw", folder / "home")) as instance,
            Workspace(instance, workspace_load_target=EmptyWorkspaceTarget()) as workspace,
        ):
            yield workspace


@pytest.fixture
def log(tmp_path):
    return AccessLog(tmp_path / "log")
