"""Cleaning of untrusted text: what is stored of a feed or page is NFC without control characters.

Characters that reorder or hide text (bidirectional controls, zero-width characters) are removed
too, so that a title cannot change the line it is shown in. So are soft hyphens, which are layout.
Characters that matter inside a word (U+200C, U+200D in Persian or Indic text) are kept.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def clean(text: str) -> str:
    """Return text in NFC, without control characters, with single spaces and line feeds."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _INVISIBLE.sub("", text.replace("\u2028", "\n").replace("\u2029", "\n"))
    return "\n".join(line for raw in text.split("\n") if (line := " ".join(raw.split())))


def clean_line(text: str, limit: int = 1000) -> str:
    """Return one line of clean text, cut to ``limit`` characters with an ellipsis."""
    line = clean(text).replace("\n", " ")
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def lang_attribute(code: str) -> str:
    """Return a code for a ``lang`` attribute; empty where it is no language code."""
    return code if re.fullmatch("[a-z]{2,3}", code) else ""


def for_log(text: str, limit: int = 200) -> str:
    """Return untrusted text for a log: one short line without characters that move the cursor."""
    return clean_line(text, limit)
