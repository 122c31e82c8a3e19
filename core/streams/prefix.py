"""The configured prefix of stream and group names.

Groups have it as well as streams, so two deployments in one file or on one cluster share nothing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prefix:
    """``acme`` and ``acme.`` both give ``acme.news.articles.v1``; an empty one adds nothing."""

    text: str = ""

    def add(self, name: str) -> str:
        """Return the name as the engine stores it."""
        return f"{self._with_dot}{name}"

    def strip(self, stored: str) -> str | None:
        """Return the name without the prefix; None where it belongs to another deployment."""
        return stored.removeprefix(self._with_dot) if stored.startswith(self._with_dot) else None

    @property
    def _with_dot(self) -> str:
        return f"{self.text.rstrip('.')}." if self.text else ""
