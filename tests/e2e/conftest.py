"""A newsroom and a webhook receiver for each test."""

from __future__ import annotations

from tests.wirewatch.conftest import newsroom, webhook

__all__ = ["newsroom", "webhook"]
