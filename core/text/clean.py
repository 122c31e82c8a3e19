"""Cleaning untrusted text: what is kept of a feed or page is NFC and free of control characters.

Characters that order or hide text (bidirectional controls, zero-width ones) go too: a title must
not be able to rewrite the line it is shown in. A soft hyphen goes as well, it is layout. What
matters inside a word (U+200C, U+200D in Persian or Indic text) is kept.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def clean(text: str) -> str:
    """NFC, no control characters, single spaces, paragraphs parted by one line feed."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _INVISIBLE.sub("", text.replace("\u2028", "\n").replace("\u2029", "\n"))
    return "\n".join(line for raw in text.split("\n") if (line := " ".join(raw.split())))


def clean_line(text: str, limit: int = 1000) -> str:
    """One line of clean text, cut at ``limit`` characters with an ellipsis."""
    line = clean(text).replace("\n", " ")
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def lang_attribute(code: str) -> str:
    """Return a language code fit for a ``lang`` attribute, else nothing."""
    return code if re.fullmatch("[a-z]{2,3}", code) else ""


def for_log(text: str, limit: int = 200) -> str:
    """Untrusted text made fit for a log line: one line, short, nothing that moves the cursor."""
    return clean_line(text, limit)
