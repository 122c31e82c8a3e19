"""Assertions in shared modules are rewritten, so that they show the values they compared."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite(
    "tests.core.streams.support",
    "tests.core.streams.contract.groups",
    "tests.core.streams.contract.processing",
    "tests.core.streams.contract.records",
)
