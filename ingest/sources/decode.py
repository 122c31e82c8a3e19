"""Decode a document to clean UTF-8, and find out what a document that is not a feed is instead.

::

    bytes ── gunzip ── BOM · valid UTF-8 · HTTP charset · declaration ── no controls ── UTF-8

Valid UTF-8 wins over what is declared: text in another encoding is practically never valid UTF-8,
and wrong declarations are common.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from config.errors import FetchError
from config.i18n import Phrase
from core.http.body import decompress
from core.text.clean import clean_markup
from ingest.sources.limits import MOST_UNDECODABLE
from ingest.sources.text import to_line
from ingest.urls import is_consent_wall

MAX_DECOMPRESSED = 50 * 1024 * 1024
"""Size of the largest sitemap after decompression, in bytes (sitemaps.org allows 50 MiB)."""

_PIECE = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Emoji as two halves (`&#55357;&#56832;`), as JavaScript writes them. XML does not allow that.
_CODE = rb"(?:[xX][dD][89a-fA-F][0-9a-fA-F]{2}|5[5-7][0-9]{3});"
_HALVES = re.compile(rb"&#" + _CODE + rb"(?:&#" + _CODE + rb"){0,999}")
_HALF = re.compile(rb"&#(?:[xX]([0-9a-fA-F]{4})|([0-9]{5}));")
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']?([A-Za-z0-9._:-]{2,40})""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)
_PROLOG = re.compile(rb"(?:\s|\xef\xbb\xbf)*(?:<\?xml\b[^>]{0,500}\?>\s*)?")
_HTML = re.compile(
    r"(?>(?:\s|<!--.*?-->|<\?[^<>]*>)*)<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
_HTML_INSIDE = re.compile(r"<(?:html|head|body|script|meta|div|p|img)\b", re.IGNORECASE)
_TITLE = re.compile(r"<title\b[^<>]*>(.{0,500}?)</title", re.IGNORECASE | re.DOTALL)
_CHALLENGE = re.compile(
    r"just a moment|attention required|checking your browser|ddos-guard|are you a robot"
    r"|bot verification|security check|verify you are human|captcha|einen moment\b",
    re.IGNORECASE,
)
# What these labels mean on the web (WHATWG Encoding Standard).
_WEB_ALIASES = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252",
                     "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-9": "cp1254",
                     "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
                     "iso8859-1": "cp1252", "tis-620": "cp874"}  # fmt: skip


def to_utf8(body: bytes, *, url: str, content_type: str | None) -> bytes:
    """Return a document in UTF-8, without XML declaration or characters that XML forbids.

    Args:
        body: The document; a gzip file is decompressed.
        url: Where it came from, for errors.
        content_type: The ``Content-Type``; only its charset is used.

    Raises:
        FetchError: ``empty``, ``parse`` if most of it is not text, or an outcome of
            :func:`core.http.body.decompress`.
    """
    if body[:2] == b"\x1f\x8b":
        body = decompress(url, body, MAX_DECOMPRESSED)
    if not body.strip(b"\x00 \t\r\n"):
        raise FetchError(url, "empty", Phrase("fetch.empty"))
    text = clean_markup(_HALVES.sub(_join_halves, _recoded(url, body, content_type or "")))
    prolog = _PROLOG.match(text)
    return text[prolog.end() :] if prolog else text


def beginning(document: bytes, size: int = 65_536) -> str:
    """Return the beginning of a document as text."""
    return document[:size].decode("utf-8", "ignore")


def is_complete(document: bytes, closing: re.Pattern[bytes], tail: int = 65_536) -> bool:
    """Return whether a document closes its root element, so that it does not break off.

    Args:
        document: In UTF-8; a cache may have appended something.
        closing: Matches the closing tag of the root.
        tail: How many bytes at the end are searched.
    """
    return bool(closing.search(document[-tail:]))


def is_html(document: bytes) -> bool:
    """Return whether a document begins like a web page."""
    return bool(_HTML.match(beginning(document, 4096)))


def not_a_feed_error(url: str, document: bytes) -> FetchError:
    """Return the error for a document that is not a feed, with what it is instead."""
    head = beginning(document)
    if not _HTML.match(head[:4096]) and not _HTML_INSIDE.search(head[:2048]):
        return FetchError(url, "not_a_feed", Phrase("fetch.not_a_feed"))
    match = _TITLE.search(head)
    title = to_line(match[1]) if match else ""
    if is_consent_wall(url, title):
        return FetchError(url, "consent_wall", Phrase("fetch.consent_page"))
    if _CHALLENGE.search(title):
        return FetchError(url, "challenge", Phrase("fetch.challenge_page"))
    return FetchError(url, "html_instead", Phrase("fetch.web_page"))


def _join_halves(halves: re.Match[bytes]) -> bytes:
    """Return the characters that surrogate halves make up; a single half becomes nothing."""
    codes = [int(x, 16) if x else int(d) for x, d in _HALF.findall(halves[0])]
    if not all(0xD800 <= code <= 0xDFFF for code in codes):
        return halves[0]
    pairs = b"".join(code.to_bytes(2, "big") for code in codes)
    return pairs.decode("utf-16-be", "ignore").encode()


def _recoded(url: str, body: bytes, content_type: str) -> bytes:
    encoding, errors = _encoding(body, content_type)
    if encoding == "utf-8" and not errors:
        return body
    if errors == "wirewatch-cp1252":
        _check_damage(url, sum(t.count("\ufffd") for t in _decoded(body, encoding, "replace")))
    damage, pieces = 0, []
    for text in _decoded(body, encoding, errors):
        damage += text.count("\ufffd")
        _check_damage(url, damage)
        pieces.append(text.encode("utf-8", "replace"))
    return b"".join(pieces)


def _decoded(body: bytes, encoding: str, errors: str) -> Iterator[str]:
    """Yield the text of a document piece by piece: as a whole it may take four bytes a letter."""
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for start in range(0, len(body), _PIECE):
        yield decoder.decode(body[start : start + _PIECE])
    yield decoder.decode(b"", final=True)


def _check_damage(url: str, undecodable: int) -> None:
    if undecodable > MOST_UNDECODABLE:
        raise FetchError(url, "parse", Phrase("fetch.feed_damaged"))


def _encoding(body: bytes, content_type: str) -> tuple[str, str]:
    """Return the encoding, and the error handler for bytes that do not fit it."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return encoding, "replace"
    if (wide := _wide(body)) is not None:
        return wide, "replace"
    declared = _declared_encoding(body[:1024], content_type)
    if b"\x1b" in body and declared.startswith("iso-2022"):  # seven bits: always valid UTF-8
        return declared, "replace"
    if _is_utf8(body):
        return "utf-8", ""
    if declared in ("", "utf-8", "utf8"):
        return "utf-8", "wirewatch-cp1252"
    return declared, "replace"


def _is_utf8(body: bytes) -> bool:
    try:
        for _ in _decoded(body, "utf-8", "strict"):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _wide(body: bytes) -> str | None:
    """Return UTF-16 or UTF-32 if the zeros around the first character show it, without a BOM."""
    return {
        b"<\x00\x00\x00": "utf-32-le",
        b"\x00\x00\x00<": "utf-32-be",
    }.get(body[:4]) or {b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}.get(body[:2])


def _declared_encoding(head: bytes, content_type: str) -> str:
    """Return the declared encoding if Python knows it, else an empty string.

    HTTP wins (RFC 7303), except for ISO-8859-1, which many servers add by default.
    """
    in_xml = _DECLARED.search(head)
    in_http = _CHARSET.search(content_type)
    http = _codec_name(in_http[1]) if in_http else ""
    xml = _codec_name(in_xml[1].decode("ascii")) if in_xml else ""
    return (xml or http) if http == "cp1252" else (http or xml)


def _codec_name(label: str) -> str:
    name = label.lower()
    name = _WEB_ALIASES.get(name, name)
    try:
        info = codecs.lookup(name)
    except LookupError:
        return ""
    # Codecs that are not character sets (hex, zip, rot13) would return bytes or fail.
    usable = getattr(info, "_is_text_encoding", True) and not info.name.startswith(
        ("utf-16", "utf-32")
    )
    return name if usable and info.name not in ("idna", "punycode", "undefined") else ""


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Decode bytes that are not UTF-8 as Windows-1252: some feeds mix the two."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", "replace"), error.end


codecs.register_error("wirewatch-cp1252", _as_cp1252)
