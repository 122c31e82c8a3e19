"""Recognise what the link of an entry leads to where it is no page: a PDF, a picture, a film. Pure.

Such a document is not read: the text of the feed is the article's, and the article says so.
"""

from __future__ import annotations

import re

from config.i18n import Phrase
from core.http import Response
from ingest.polling.backoff import FetchFailure

PDF, IMAGE, AUDIO, VIDEO, DOCUMENT, OTHER = "pdf", "image", "audio", "video", "document", "other"

NOT_READ = "not_read_"
"""What the outcome of such a link begins with; the type follows."""

_BY_CONTENT_TYPE = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (PDF, r"application/(?:x-)?pdf\b"),
        (IMAGE, r"image/"),
        (AUDIO, r"audio/"),
        (VIDEO, r"video/|application/(?:x-mpegurl|vnd\.apple\.mpegurl|dash\+xml)"),
        (DOCUMENT, r"application/(?:msword|rtf|epub|vnd\.(?:openxml|oasis|ms-|apple\.pages))"),
        (DOCUMENT, r"text/(?:rtf|csv|calendar)"),
    )
)
_BY_BEGINNING = tuple(
    (kind, re.compile(pattern, re.DOTALL))
    for kind, pattern in (
        (PDF, rb"\s{0,100}%PDF-"),
        (IMAGE, rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|RIFF.{4}WEBP|II\*\0|MM\0\*"),
        (IMAGE, rb".{4}ftyp(?:avif|heic|mif1)"),
        (AUDIO, rb"ID3|\xff[\xfb\xf3\xf2\xf1\xf9]|OggS|fLaC|RIFF.{4}WAVE|.{4}ftypM4A"),
        (VIDEO, rb".{4}ftyp|\x1aE\xdf\xa3|RIFF.{4}AVI |FLV\x01|#EXTM3U"),
        (DOCUMENT, rb"\{\\rtf|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        (DOCUMENT, rb"PK\x03\x04.{26}(?:\[Content_Types\]|_rels/|word/|xl/|ppt/|mimetype)"),
    )
)
_MARKUP = re.compile(
    rb"\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_BEGINNING = 2_000


def type_by_header(content_type: str) -> str | None:
    """Return the type of document that a ``Content-Type`` names; None for pages and the unknown."""
    kinds = (kind for kind, pattern in _BY_CONTENT_TYPE if pattern.match(content_type.strip()))
    return next(kinds, None)


def is_page(response: Response) -> bool:
    """Return whether a body begins like a page, whatever its header says."""
    return _MARKUP.match(response.body[:_BEGINNING].removeprefix(b"\xef\xbb\xbf")) is not None


def type_of(response: Response) -> str | None:
    """Return the type of document that an answer is; None where it may be a page."""
    if is_page(response):
        return None
    begin = response.body[:_BEGINNING]
    kinds = (kind for kind, pattern in _BY_BEGINNING if pattern.match(begin))
    return next(kinds, None) or type_by_header(response.headers.get("Content-Type") or "")


def not_read(kind: str) -> FetchFailure:
    """Return why the link of an entry was not read that leads to a document of a type."""
    return FetchFailure(f"{NOT_READ}{kind}", Phrase(f"fetch.not_read_{kind}"))


def type_in(outcome: str) -> str | None:
    """Return the type of document in the outcome of a link; None for any other outcome."""
    return outcome.removeprefix(NOT_READ) if outcome.startswith(NOT_READ) else None
