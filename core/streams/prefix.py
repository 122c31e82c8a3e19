"""The configured prefix: put on on the way in, taken off on the way out.

Groups get it as well as streams, so two deployments in one file share nothing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prefix:
    """``acme`` and ``acme.`` both make ``acme.news.articles.v1``; an empty one changes nothing."""

    text: str = ""

    def on(self, name: str) -> str:
        """The name as the file has it."""
        return f"{self._dotted}{name}"

    def off(self, name: str) -> str | None:
        """The name as the program knows it; None for a name of another deployment."""
        return name.removeprefix(self._dotted) if name.startswith(self._dotted) else None

    @property
    def _dotted(self) -> str:
        return f"{self.text.rstrip('.')}." if self.text else ""
