"""Fixtures every room's tests may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.faultserver import FaultServer, fault_server


@pytest.fixture
def faults() -> Iterator[FaultServer]:
    """A server on loopback that misbehaves as it is told."""
    with fault_server() as server:
        yield server
