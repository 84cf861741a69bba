"""Contracts made for a test: an annual return of an agency, from a few columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from orchestration.contracts.model import FeedContract
from orchestration.contracts.reader import load_contract
from orchestration.home.environment import CONTRACTS

TEMPLATE = CONTRACTS / "population" / "imd_2019.yaml"


def column(name: str, header: str = "", kind: str = "string", required: bool = False, **custom: Any) -> dict[str, Any]:
    return {
        "name": name,
        "physicalName": header or f"({name})",
        "description": name,
        "logicalType": kind,
        "physicalType": {"string": "VARCHAR", "number": "DOUBLE", "integer": "INTEGER"}[kind],
        "required": required,
        "classification": "public",
        "customProperties": [{"property": key, "value": value} for key, value in custom.items()],
    }


def contract(folder: Path, columns: list[dict[str, Any]], layout: Any, **custom: Any) -> FeedContract:
    """A contract of an annual return with these columns."""
    document = yaml.safe_load(TEMPLATE.read_text())
    document |= {"domain": "agency", "dataProduct": "return"}
    document["slaProperties"][0]["value"] = "annual"
    document["slaProperties"] += [{"property": name, "value": 90, "unit": "d"} for name in ("latency", "gracePeriod")]
    custom = {
        "evidence": "return",
        "loadMode": "replace_period",
        "period": "name",
        "formats": ["xlsx", "ods", "csv"],
        "tables": [],
        "badRowLimit": 1.0,
        "volumeTolerance": 1.0,
        "sheet": "Data",
        "layout": layout,
    } | custom
    document["customProperties"] = [{"property": key, "value": value} for key, value in custom.items() if value is not None]
    document["schema"][0]["properties"] = columns
    path = folder / "subject" / "return.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(document))
    return load_contract(path)
