"""Clean untrusted text: what is stored of a feed or page is NFC without hidden characters.

::

    bytes ── clean_markup ── parser ── text ── clean ──▶ NFC, single spaces, one paragraph a line

Everything that comes from outside passes :func:`clean` (or :func:`clean_line`) once, where it
enters: feeds, pages, what is pasted into the console, and files of the command line. What is clean
stays as it is if it is cleaned again, so that spans of matches index the stored text.

A title cannot change the line it is shown in, and no character that readers do not see can hide a
word or a message (:mod:`core.text.hidden`).
"""

from __future__ import annotations

import re
import unicodedata

from core.text.hidden import remove_hidden

_UNUSUAL = re.compile(
    "[^\t\n -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u0588\u1e00-\u200a\u2010-\u2027"
    "\u202f-\u205f\u2070-\u20cf\u2100-\u2bff]"
)
"""Whatever is not Latin, Greek, Cyrillic, Armenian, punctuation or a symbol: text without it has
neither hidden characters nor marks, and most texts are without it."""

_FORBIDDEN_BYTES = bytes(i for i in range(32) if i not in b"\t\n\r")
_NONCHARACTER = re.compile(rb"\xef\xbf[\xbe\xbf]")
_FORBIDDEN_REFERENCE = re.compile(
    rb"&#(?:0*(?:[0-8]|1[1245-9]|2\d|3[01]|6553[45]"
    rb"|55(?:29[6-9]|[3-9]\d\d)|56\d{3}|57(?:[0-2]\d\d|3(?:[0-3]\d|4[0-3])))(?!\d)"
    rb"|x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef]|d[89a-f][0-9a-f]{2})(?![0-9a-f]));?",
    re.IGNORECASE,
)


def clean(text: str) -> str:
    """Return text in NFC, without hidden characters, with single spaces and line feeds."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _UNUSUAL.search(text):
        text = remove_hidden(text.replace("\u2028", "\n").replace("\u2029", "\n"))
    else:
        text = unicodedata.normalize("NFC", text)
    return "\n".join(line for raw in text.split("\n") if (line := " ".join(raw.split())))


def clean_run(text: str) -> str:
    """Return ``clean(text)`` in one line of any length."""
    if _UNUSUAL.search(text):
        return clean(text).replace("\n", " ")
    return " ".join(unicodedata.normalize("NFC", text).split())


def clean_line(text: str, limit: int = 1000) -> str:
    """Return one line of clean text, cut to ``limit`` characters with an ellipsis."""
    return shorten(clean(text).replace("\n", " "), limit)


def shorten(line: str, limit: int) -> str:
    """Return a line of clean text, cut to ``limit`` characters with an ellipsis."""
    return line if len(line) <= limit else cut(line, limit - 1) + "…"


def cut(text: str, limit: int) -> str:
    """Return at most ``limit`` characters of clean text, which are clean text themselves."""
    if len(text) <= limit:
        return text
    text = text[:limit].rstrip()
    return remove_hidden(text) if _UNUSUAL.search(text[-3:]) else text


def clean_markup(document: bytes) -> bytes:
    """Return HTML or XML without characters that XML forbids, as bytes or as references.

    libxml2 lets them into the tree of a web page, but nothing can be written into that tree then.

    Args:
        document: In UTF-8. The result is valid UTF-8 if it is.
    """
    document = document.translate(None, _FORBIDDEN_BYTES)
    if b"\xef" in document:
        document = _NONCHARACTER.sub(b"", document)
    # A soft hyphen instead of nothing: what is around the reference must not become another one.
    return _FORBIDDEN_REFERENCE.sub(b"&#173;", document)


def lang_attribute(code: str) -> str:
    """Return a code for a ``lang`` attribute; empty where it is no language code."""
    return code if re.fullmatch("[a-z]{2,3}", code) else ""


def for_log(text: str, limit: int = 200) -> str:
    """Return untrusted text for a log: one short line without characters that move the cursor."""
    return clean_line(text, limit)
