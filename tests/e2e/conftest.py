"""A newsroom and a desk for every walk."""

from __future__ import annotations

from tests.wirewatch.conftest import desk, room

__all__ = ["desk", "room"]
