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
from ingest.encodings import MIXED, choose_codec, codec_of, marked_codec, may_need_repair, repair
from ingest.sources.limits import LONGEST_RECODED, MOST_UNDECODABLE
from ingest.sources.text import to_line
from ingest.urls import is_consent_wall

MAX_DECOMPRESSED = 50 * 1024 * 1024
"""Size of the largest sitemap after decompression, in bytes (sitemaps.org allows 50 MiB)."""

_PIECE = 1 << 20
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
    utf8 = _recoded(url, body, content_type or "")
    if len(utf8) <= LONGEST_RECODED and may_need_repair(utf8):
        utf8 = repair(utf8.decode("utf-8", "replace")).encode()
    text = clean_markup(_HALVES.sub(_join_halves, utf8))
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
    if errors == MIXED:
        _check_damage(
            url, sum(t.count("\ufffd") for t in _decode_pieces(body, encoding, "replace"))
        )
    damage, size, pieces = 0, 0, []
    for text in _decode_pieces(body, encoding, errors):
        damage += text.count("\ufffd")
        _check_damage(url, damage)
        pieces.append(text.encode("utf-8", "replace"))
        size += len(pieces[-1])
        if size > LONGEST_RECODED:
            raise FetchError(url, "too_large", Phrase("fetch.too_large", limit=LONGEST_RECODED))
    return b"".join(pieces)


def _decode_pieces(body: bytes, encoding: str, errors: str) -> Iterator[str]:
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
    if codec := marked_codec(body):
        return codec, "replace"
    in_http = _CHARSET.search(content_type)
    in_xml = _DECLARED.search(body[:1024])
    http = in_http[1] if in_http else ""
    own = in_xml[1].decode("ascii") if in_xml else ""
    seven_bits = next((c for c in map(codec_of, (http, own)) if c.startswith("iso2022")), "")
    if b"\x1b" in body and seven_bits:  # always valid UTF-8
        return seven_bits, "replace"
    if _is_utf8(body):
        return "utf-8", ""
    codec, errors = choose_codec(body, http, own)
    return (codec, errors) if codec else ("utf-8", MIXED)


def _is_utf8(body: bytes) -> bool:
    try:
        for _ in _decode_pieces(body, "utf-8", "strict"):
            pass
    except UnicodeDecodeError:
        return False
    return True
