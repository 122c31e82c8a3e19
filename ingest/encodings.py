"""Find the encoding of a document, and repair text that was encoded twice or in two encodings.

::

    bytes ─ BOM · UTF-16 · valid UTF-8 · nearly UTF-8 · declared · Cyrillic? ─▶ codec
    text ─ encoded twice? · control characters for quotes and dashes ─▶ text

Text with letters beyond ASCII is not valid UTF-8 by chance, so that valid UTF-8 wins over what the
server or the document declares. Both are often wrong, for example a UTF-8 page on a server with an
old ``AddDefaultCharset``.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

MIXED = "wirewatch-cp1252"
"""Error handler that decodes bytes that are not UTF-8 as Windows-1252, as documents that were put
together from two sources need it."""

MIXED_CYRILLIC = "wirewatch-cp1251"
"""The same for Windows-1251."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What these labels mean on the web (WHATWG Encoding Standard).
_WEB_ALIASES = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030",
    "gbk": "gb18030", "shift_jis": "cp932", "tis-620": "cp874",
}  # fmt: skip
_WEB_CODECS = re.compile(
    r"utf-8$|ascii$|iso8859-\d+$|cp(125\d|866|874|932|949|950|936)$|koi8-[ru]$|gb(k|2312|18030)$"
    r"|big5|euc_|shift_jis|iso2022_jp|mac-(roman|cyrillic)$|tis-620$"
)
_WHOLE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]+")
_SAMPLE = 1 << 18
_CYRILLIC = ("cp1251", "koi8-u", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic")
_FREQUENT = frozenset("оеаинтсрвлкмдпуяыі")
_LONG_RUNS = 2.5
"""Letters beyond ASCII in a row: about one in German or French, five in Russian."""

_LEADS = "\u00c2\u00c3\u00c4\u00c5\u00ce\u00cf\u00d0\u00d1\u00d2\u00e2"
_FOLLOWING = "".join(
    bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(128, 192)
)
_TWICE = re.compile(f"(?:[{_LEADS}][{re.escape(_FOLLOWING)}\x80-\x9f]{{1,2}})+")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_MIN_TWICE = 3
_PLAUSIBLE = re.compile(
    r"[\u00a0-\u024f\u0370-\u052f\u2010-\u203a\u20ac\u2116\u2122]+|[\u2190-\u21ff\u2460-\u27bf]+"
)
_NKO = re.compile("[\u07c0-\u07ff]")
_C1 = re.compile("[\x80-\x9f]")
_C1_REFERENCE = re.compile(r"&#(?:(1[2-5]\d)|[xX]([89][0-9a-fA-F]));")
# Each begins with one literal, which is found a hundred times faster than alternatives. Behind the
# letter that the first byte of a character became is what the second one became: otherwise every
# German page with an Ä would be searched for text that was encoded twice.
_DAMAGE = (
    re.compile(rb"\xc2[\x80-\x9f]"),
    re.compile(rb"\xc3[\x82-\x85\x8e-\x92\xa2][\xc2\xc5\xc6\xcb\xe2]"),
)
_C1_REFERENCE_BYTES = re.compile(rb"&#(?:1[2-5]\d|[xX][89][0-9a-fA-F]);")
_AS_CP1252 = {
    code: bytes([code]).decode("cp1252") for code in range(128, 160)
    if bytes([code]).decode("cp1252", "ignore")
}  # fmt: skip


def codec_of(label: str) -> str:
    """Return the codec that a label means on the web, or an empty string for no character set."""
    try:
        name = codecs.lookup(label.strip().lower()).name
    except (LookupError, ValueError):
        return ""
    return _WEB_ALIASES.get(name, name) if _WEB_CODECS.match(name) else ""


def marked_codec(body: bytes) -> str:
    """Return the codec that a byte order mark or zeros between ASCII characters show, or ``""``."""
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return codec
    wide = {b"<\x00\x00\x00": "utf-32-le", b"\x00\x00\x00<": "utf-32-be"}.get(body[:4])
    return wide or {b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}.get(body[:2], "")


def is_nearly_utf8(body: bytes) -> bool:
    """Return whether most of the bytes beyond ASCII are characters in UTF-8."""
    sample = body[:_SAMPLE]
    beyond = sum(map(len, _HIGH.findall(sample)))
    return 2 * sum(map(len, _WHOLE.findall(sample))) > beyond


def choose_codec(body: bytes, in_http: str, in_document: str) -> tuple[str, str]:
    """Return the codec of a document that is not valid UTF-8, and its error handler.

    What HTTP says wins over what the document says (RFC 7303), except for Latin-1, which many
    servers add by default. A declaration of UTF-8 is wrong here.

    Returns:
        An empty string where neither is known, and the bytes are not Cyrillic either.

    Args:
        body: The document, without a byte order mark.
        in_http: The charset of the ``Content-Type``, or an empty string.
        in_document: The encoding that the document declares, or an empty string.
    """
    http, own = codec_of(in_http), codec_of(in_document)
    declared = [name for name in (http, own) if name and name != "utf-8"]
    if http == "cp1252":
        declared.reverse()
    guess = cyrillic_codec(body)
    if is_nearly_utf8(body):
        return "utf-8", MIXED_CYRILLIC if "cp1251" in declared else MIXED
    if guess and (not declared or declared[0] in ("cp1252", *_CYRILLIC)):
        return guess, "replace"
    if declared:
        return declared[0], "replace"
    return "", "replace"


def decode_mixed(body: bytes, errors: str) -> str:
    """Decode UTF-8 with some bytes in another encoding.

    ``ß“`` in Windows-1252 is a letter of N'Ko in UTF-8, a script that no such document is in.
    """
    text = body.decode("utf-8", errors)
    return _NKO.sub(lambda match: match[0].encode().decode("cp1252", "replace"), text)


def cyrillic_codec(body: bytes) -> str:
    """Return the codec in which a document is Russian or Ukrainian, or an empty string."""
    runs = _HIGH.findall(body[:_SAMPLE])
    letters = b"".join(runs)
    if len(letters) < 8 or len(letters) < _LONG_RUNS * len(runs):
        return ""
    scores = {name: _frequency(letters.decode(name, "replace")) for name in _CYRILLIC}
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] >= 0.5 else ""


def _frequency(text: str) -> float:
    """Return the share of frequent small letters."""
    return sum(character in _FREQUENT for character in text) / len(text)


def repair(text: str) -> str:
    """Return a text without what wrong conversions have left in it.

    UTF-8 that was taken for Windows-1252 and encoded again is decoded, if hardly any other
    character beyond ASCII is in the text. Control characters between 128 and 159, and references to
    them such as ``&#150;``, are those of Windows-1252.
    """
    text = _decode_twice(text)
    if "&#" in text:
        text = _C1_REFERENCE.sub(_reference, text)
    return text.translate(_AS_CP1252) if _C1.search(text) else text


def may_need_repair(utf8: bytes) -> bool:
    """Return whether :func:`repair` may change a document, by a quick search."""
    if _C1_REFERENCE_BYTES.search(utf8):
        return True
    return not utf8.isascii() and any(damage.search(utf8) for damage in _DAMAGE)


def _reference(match: re.Match[str]) -> str:
    code = int(match[1]) if match[1] else int(match[2], 16)
    return f"&#{ord(_AS_CP1252[code])};" if code in _AS_CP1252 else match[0]


def _decode_twice(text: str) -> str:
    runs = _TWICE.findall(text)
    if len(runs) < _MIN_TWICE:
        return text
    others = len(_BEYOND_ASCII.findall(text)) - sum(map(len, runs))
    return text if others * 4 > len(runs) else _TWICE.sub(_once, text)


def _once(run: re.Match[str]) -> str:
    try:
        decoded = b"".join(map(_byte, run[0])).decode()
    except (UnicodeDecodeError, UnicodeEncodeError):
        return run[0]
    return decoded if _PLAUSIBLE.fullmatch(decoded) else run[0]


def _byte(character: str) -> bytes:
    return bytes([ord(character)]) if ord(character) < 256 else character.encode("cp1252")


def _handler(codec: str) -> Callable[[UnicodeError], tuple[str, int]]:
    def decode(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        if error.reason == "unexpected end of data":
            return "", error.end
        bad = error.object[error.start : error.end]
        return bad.decode(codec, "replace"), error.end

    return decode


codecs.register_error(MIXED, _handler("cp1252"))
codecs.register_error(MIXED_CYRILLIC, _handler("cp1251"))
