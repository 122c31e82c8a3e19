"""Faults as SARIF 2.1.0, which code hosts show beside the lines of a change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from config.faults import Fault

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(faults: Sequence[Fault], version: str) -> dict[str, Any]:
    """Return the SARIF log of faults.

    Args:
        faults: The faults, in the order of the results.
        version: Version of this program.
    """
    codes = sorted({fault.code for fault in faults})
    driver = {
        "name": "wirewatch",
        "version": version,
        "rules": [{"id": code} for code in codes],
    }
    results = [_result(fault, codes.index(fault.code)) for fault in faults]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _result(fault: Fault, rule: int) -> dict[str, Any]:
    region = {"startLine": max(1, fault.line), "startColumn": max(1, fault.column)}
    path = PurePath(fault.file)
    uri = path.as_uri() if path.is_absolute() else path.as_posix()
    return {
        "ruleId": fault.code,
        "ruleIndex": rule,
        "level": "error" if fault.is_error else "warning",
        "message": {"text": f"{fault.message} {fault.mend}"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}],
    }
