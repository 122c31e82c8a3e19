"""Secrets, so that no log line and no message shows one.

Whatever came from a secret setting or from ``${NAME}`` in alerts.yaml is remembered here; what
looks like a secret is masked without that.
"""

from __future__ import annotations

import re
import threading
from typing import Final

MASK: Final = "***"

_SHORTEST: Final = 6
"""Shorter values are not remembered: masking ``8080`` everywhere would hide the log itself."""

_PATTERNS: Final = (
    (re.compile(r"(://)[^/\s@]+@"), rf"\1{MASK}@"),
    (re.compile(r"whsec_[A-Za-z0-9+/=_-]+"), f"whsec_{MASK}"),
    (re.compile(r"(/bot)\d+:[A-Za-z0-9_-]+"), rf"\1{MASK}"),  # api.telegram.org/bot<token>/
    (re.compile(r"(hooks\.slack\.com/\w+/)[^\s\"']+"), rf"\1{MASK}"),
)

_known: set[str] = set()
_lock = threading.Lock()


def remember(value: str) -> None:
    """Mask this text from now on, wherever it appears in a log line."""
    if len(value) >= _SHORTEST:
        with _lock:
            _known.add(value)


def mask(text: str) -> str:
    """The text with every secret in it replaced by ``***``."""
    for value in sorted(_known.copy(), key=len, reverse=True):
        if value in text:
            text = text.replace(value, MASK)
    for pattern, mild in _PATTERNS:
        text = pattern.sub(mild, text)
    return text
