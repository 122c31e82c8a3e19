"""Decode a page, or refuse what is no page.

::

    bytes ─ BOM ─ valid UTF-8 ─ :mod:`ingest.encodings` ─ detection ─ repair ─▶ str
"""

from __future__ import annotations

import re

from config.errors import ExtractionError
from config.i18n import Phrase
from ingest.encodings import (
    choose_codec,
    codec_of,
    decode_mixed,
    marked_codec,
    may_need_repair,
    repair,
)
from ingest.extract.limits import LONGEST_PAGE, MOST_TAGS

_HEAD = 4096
_HEAD_WITH_STYLES = 1 << 17
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_DECLARED = re.compile(
    rb"""<meta\b[^<>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})"""
    rb"""|<\?xml\b[^<>]{0,200}?encoding\s*=\s*["']?([A-Za-z0-9_.:-]{2,40})""",
    re.IGNORECASE,
)
_BINARY = (
    b"%PDF",
    b"PK\x03\x04",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"\x1f\x8b",
    b"RIFF",
    b"\x00\x00\x00",
)
_MARKUP = re.compile(
    r"<(?:!doctype|html|head|body|meta|title|div|p|br|article|section|main|h[1-6]|span|table|ul|a)"
    r"\b",
    re.IGNORECASE,
)
_XML_FEED = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?"
    r"<(?:rss|feed|urlset|sitemapindex|rdf:RDF|svg|opml)\b",
    re.DOTALL,
)
_OTHER_MEDIA = re.compile(
    r"\s*(?:image|audio|video|font)/|\s*application/(?:pdf|json|zip|octet-stream|javascript)",
    re.IGNORECASE,
)
_MIN_PLAIN = 200
_MOST_LINES = MOST_TAGS // 4


def decode_page(body: bytes, *, url: str, content_type: str | None) -> str:
    """Return the page as HTML; plain text becomes paragraphs.

    Args:
        body: The page as the server sent it, decompressed.
        url: Where it came from, for errors.
        content_type: The server's ``Content-Type``.

    Raises:
        ExtractionError: ``not_html`` if the body is no page, ``empty`` if there is none.
    """
    if not body.strip():
        raise ExtractionError(url, "empty", Phrase("extract.empty"))
    if body.startswith(_BINARY) or (
        content_type and _OTHER_MEDIA.match(content_type) and b"<html" not in body[:_HEAD]
    ):
        raise ExtractionError(url, "not_html", Phrase("extract.not_html"))
    text = decode(body, content_type)
    if _XML_FEED.match(text[:_HEAD]):
        raise ExtractionError(url, "not_html", Phrase("extract.xml"))
    return text if _MARKUP.search(text) else _from_plain(text, url)


def decode(body: bytes, content_type: str | None) -> str:
    """Decode a page by the first encoding that fits, and repair what was encoded wrongly."""
    if not marked_codec(body):
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return repair(text) if may_need_repair(body) else text
    return repair(_decoded(body, content_type or ""))


def _decoded(body: bytes, content_type: str) -> str:
    if codec := marked_codec(body):
        return body.decode(codec, "replace")
    codec, errors = choose_codec(body, _charset_of(content_type), _declared(body))
    if codec == "utf-8":
        return decode_mixed(body, errors)
    text = body.decode(codec, errors) if codec else ""
    if codec and text.count("\ufffd") * 200 < len(text):
        return text
    return _detected(body)


def _charset_of(content_type: str) -> str:
    match = _CHARSET.search(content_type)
    return match[1] if match else ""


def _declared(body: bytes) -> str:
    """Return what the page itself declares; ``<meta>`` may come late, behind styles."""
    match = _DECLARED.search(body[:_HEAD_WITH_STYLES])
    return (match[1] or match[2]).decode("ascii") if match else ""


def _detected(body: bytes) -> str:
    # Workers for feeds read lists of links with this module, and need trafilatura for nothing else.
    from trafilatura.utils import detect_encoding

    for name in detect_encoding(body[: 1 << 16]):
        if codec := codec_of(name):
            text = body.decode(codec, "replace")
            if text.count("\ufffd") * 200 < len(text):
                return text
    return body.decode("cp1252", "replace")


def _from_plain(text: str, url: str) -> str:
    """Turn plain text into paragraphs; anything else without markup is not a page."""
    start = text.lstrip()[:1]
    if (
        start in "{["
        or len(text) < _MIN_PLAIN
        or text.count("\ufffd") + text.count("\0") > len(text) / 100
    ):
        raise ExtractionError(url, "not_html", Phrase("extract.no_markup"))
    safe = text[:LONGEST_PAGE].replace("&", "&amp;").replace("<", "&lt;")
    lines = [line.strip() for line in safe.splitlines() if line.strip()][:_MOST_LINES]
    title = next((i for i, line in enumerate(lines[:5]) if 20 <= len(line) <= 200), 0)
    tags = ["h1" if i == title else "p" for i in range(len(lines))]
    paragraphs = "".join(f"<{tag}>{line}</{tag}>" for tag, line in zip(tags, lines, strict=True))
    return f"<html><body>{paragraphs}</body></html>"
