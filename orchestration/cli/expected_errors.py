"""Errors that a user can correct, and the exit status of each: their message alone is printed."""

from __future__ import annotations

from orchestration.cli.options import FAILED, WRONG_USAGE
from orchestration.cli.refresh import RefreshInterruptedError
from orchestration.contracts.model import ContractError
from orchestration.database.connection import NotEnoughMemoryError
from orchestration.home.environment import SettingsError
from orchestration.home.lock import HomeLockedError
from orchestration.ingest.landing_log.inventory import LandedRowsDamagedError
from orchestration.ingest.landing_log.log import DeliveryExpiredError, NothingReceivedError, RecordDamagedError
from orchestration.operations.purge import UnfinishedPurgeError
from orchestration.operations.withdrawal import NoSuchDeliveryError
from orchestration.publication.reconciliation import NothingToReconcileError
from orchestration.publication.release import DamagedReleaseError
from orchestration.publication.releases import NoSuchReleaseError
from orchestration.publication.reports import NoReportError
from orchestration.vault_runs.common import MissingInputError
from orchestration.vault_runs.linked_people import TruthFileError
from orchestration.warehouse.dbt import DbtError
from reporting.release import ReportError
from reporting.specification import SpecificationError
from vault.access_log import LogBrokenError, ReasonRequiredError
from vault.index import InvalidWeightsError
from vault.key import KeyRefusedError
from vault.policy import PolicyError
from vault.store import VaultLockedError

WRONG_USE = (
    ContractError,
    KeyRefusedError,
    ReasonRequiredError,
    NoSuchDeliveryError,
    NoSuchReleaseError,
    TruthFileError,
    PolicyError,
    SettingsError,
)
FAILURES = (
    HomeLockedError,
    DamagedReleaseError,
    LogBrokenError,
    DeliveryExpiredError,
    NotEnoughMemoryError,
    NothingReceivedError,
    MissingInputError,
    LandedRowsDamagedError,
    RecordDamagedError,
    NothingToReconcileError,
    InvalidWeightsError,
    UnfinishedPurgeError,
    VaultLockedError,
    RefreshInterruptedError,
    NoReportError,
    ReportError,
    SpecificationError,
    DbtError,
)


def status_of(error: Exception) -> int | None:
    """The exit status for an error that a user can correct; None for any other."""
    if isinstance(error, WRONG_USE):
        return WRONG_USAGE
    return FAILED if isinstance(error, FAILURES) else None
