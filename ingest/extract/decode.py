"""Decode a page: find the encoding that it is really in.

::

    bytes ─ BOM ─ valid UTF-8 ─ http charset ─ <meta charset> ─ detection ─▶ str

Text with letters beyond ASCII is not valid UTF-8 by chance, so that valid UTF-8 wins over what the
server or the page declares. Both are often wrong, for example a UTF-8 page on a server with an old
``AddDefaultCharset``.
"""

from __future__ import annotations

import codecs
import re

from trafilatura.utils import detect_encoding

from config.errors import ExtractionError
from config.i18n import Phrase
from ingest.extract.limits import LONGEST_PAGE, MOST_TAGS

_HEAD = 4096
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# As browsers do: a page declared as Latin-1 or ASCII is Windows-1252 (WHATWG Encoding Standard).
_ALIASES = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254"}
_WEB_CODECS = re.compile(
    r"utf-(8|16|16-le|16-be)$|iso8859-\d+$|cp(125\d|866|874|932|949|950|936)$|koi8-[ru]$"
    r"|gb(k|2312|18030)$"
    r"|big5|euc_|shift_jis|iso2022_jp|mac-(roman|cyrillic)$|tis-620$"
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
    """Decode a page by the first encoding that fits."""
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return body.decode(codec, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for name in _declared(body, content_type):
        text = _try(body, name)
        if text is not None:
            return text
    return _detected(body)


def _declared(body: bytes, content_type: str | None) -> list[str]:
    charsets = _CHARSET.findall((content_type or "").encode("ascii", "ignore"))
    charsets += _CHARSET.findall(body[:_HEAD])
    return [name.decode("ascii") for name in charsets[:4]]


def _try(body: bytes, name: str) -> str | None:
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        return None
    if not _WEB_CODECS.match(codec) and codec != "ascii":
        return None
    if codec == "utf-8":
        return _nearly_utf8(body)
    if codec.startswith("utf-16"):
        return None  # a page that can declare this in ASCII is not in UTF-16
    text = body.decode(_ALIASES.get(codec, codec), "replace")
    return text if text.count("\ufffd") * 200 < len(text) else None


def _nearly_utf8(body: bytes) -> str | None:
    """Decode UTF-8 with a few broken bytes (cut in the middle, a stray quote), or return None."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(1 for byte in body[: 1 << 20] if byte >= 0xC2)
    return text if broken * 5 <= whole else None


def _detected(body: bytes) -> str:
    nearly = _nearly_utf8(body)
    if nearly is not None:
        return nearly
    sample = body[: 1 << 16]
    for name in detect_encoding(sample):
        text = _try(body, name)
        if text is not None:
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
