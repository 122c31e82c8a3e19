"""Mask secrets in log lines and messages.

The values of secret settings and of ``${NAME}`` in operator files are registered here; text that
looks like a secret is masked as well.
"""

from __future__ import annotations

import re
import threading
from typing import Final

MASK: Final = "***"

_SHORTEST: Final = 6
"""Shorter values are not registered: masking ``8080`` everywhere would make logs unreadable."""

_PATTERNS: Final = (
    (re.compile(r"(://)[^/\s@]+@"), rf"\1{MASK}@"),
    (re.compile(r"whsec_[A-Za-z0-9+/=_-]+"), f"whsec_{MASK}"),
    (re.compile(r"(/bot)\d+:[A-Za-z0-9_-]+"), rf"\1{MASK}"),  # api.telegram.org/bot<token>/
    (re.compile(r"(/alert-feeds/)[^/\s\"'?]+"), rf"\1{MASK}"),
    (re.compile(r"(hooks\.slack\.com/\w+/)[^\s\"']+"), rf"\1{MASK}"),
)

_known: set[str] = set()
_lock = threading.Lock()


def remember(value: str) -> None:
    """Mask this text from now on wherever it appears."""
    if len(value) >= _SHORTEST:
        with _lock:
            _known.add(value)


def mask(text: str) -> str:
    """Return the text with every secret replaced by ``***``."""
    for value in sorted(_known.copy(), key=len, reverse=True):
        if value in text:
            text = text.replace(value, MASK)
    for pattern, masked in _PATTERNS:
        text = pattern.sub(masked, text)
    return text
