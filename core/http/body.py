"""Reading a body: never more than asked for, never a bomb, never half of one.

::

    pieces on the wire ── inflate, at most as much as is still wanted ── count ── bytes
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from config.errors import FetchError
from config.i18n import Phrase

ACCEPT_ENCODING = "gzip, deflate"
"""The encodings asked for. Brotli and zstd are left out: 481 bytes of Brotli are 300 MB of text."""

RATIO_FREE = 1 << 20
RATIO_LIMIT = 200
"""Beyond ``RATIO_FREE`` decoded bytes, more than this many per byte on the wire is a bomb."""

_REFUSED = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz"})
_ZLIB_OR_GZIP = 32 + zlib.MAX_WBITS


class BodyReader:
    """Collects a decoded body.

    Args:
        url: For errors.
        encoding: The ``Content-Encoding`` header.
        limit: Most decoded bytes.
        cut: Stop at the limit and be content, instead of refusing.
    """

    def __init__(self, url: str, encoding: str, limit: int, *, cut: bool = False) -> None:
        self._url = url
        self._limit = limit
        self._cut = cut
        self._wire = 0
        self._decoded = bytearray()
        self._inflater = _inflater(url, encoding)

    @property
    def full(self) -> bool:
        """Nothing more is wanted."""
        return self._cut and len(self._decoded) >= self._limit

    def value(self) -> bytes:
        """What was collected."""
        return bytes(self._decoded)

    def feed(self, piece: bytes) -> None:
        """Take one piece from the wire.

        Raises:
            FetchError: ``too_large`` or, where it cannot be decoded, ``protocol``.
        """
        self._wire += len(piece)
        room = self._limit - len(self._decoded)
        if self._inflater:
            piece = self._inflater.feed(piece, self._most(room))
        self._decoded += piece[:room] if self._cut else piece
        self._check()

    def finish(self) -> None:
        """The wire has ended.

        Raises:
            FetchError: ``truncated`` where the compressed stream has not.
        """
        if self._wire and self._inflater and not self._inflater.complete:
            raise FetchError(self._url, "truncated", Phrase("fetch.truncated_compression"))

    def _most(self, room: int) -> int:
        """Decoded bytes one piece may become: enough to see that a limit is passed."""
        by_ratio = max(RATIO_FREE, self._wire * RATIO_LIMIT) - len(self._decoded)
        return max(min(room, by_ratio), 0) + 1

    def _check(self) -> None:
        size = len(self._decoded)
        if size > self._limit and not self._cut:
            raise FetchError(self._url, "too_large", Phrase("fetch.too_large", limit=self._limit))
        if size > RATIO_FREE and size > self._wire * RATIO_LIMIT:
            raise FetchError(
                self._url, "too_large", Phrase("fetch.decompression_bomb", ratio=RATIO_LIMIT)
            )


async def read_body(pieces: AsyncIterator[bytes], body: BodyReader) -> bytes:
    """Read until the end, or until nothing more is wanted.

    Raises:
        FetchError: ``too_large``, ``truncated`` or ``protocol``.
    """
    async for piece in pieces:
        body.feed(piece)
        if body.full:
            return body.value()
    body.finish()
    return body.value()


def decompress(url: str, data: bytes, limit: int) -> bytes:
    """Unpack a gzip file that came as one (a sitemap named ``.xml.gz``).

    Raises:
        FetchError: ``too_large``, ``truncated`` or ``protocol``.
    """
    body = BodyReader(url, "gzip", limit)
    body.feed(data)
    body.finish()
    return body.value()


class _Inflater:
    """gzip (of several members too), zlib or raw deflate, whichever it turns out to be.

    A body that claims to be packed and is not passes as it is: servers do that.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._stream: zlib._Decompress | None = None
        self._plain = False
        self._head = b""

    @property
    def complete(self) -> bool:
        """Whether the packed stream has come to its end."""
        return self._plain or (self._stream is not None and self._stream.eof)

    def feed(self, piece: bytes, most: int) -> bytes:
        if self._plain:
            return piece
        if self._stream is None:
            piece, self._head = self._head + piece, b""
            if len(piece) < 2:
                self._head = piece
                return b""
            self._begin(piece)
            if self._plain:
                return piece
        return self._inflate(piece, most)

    def _begin(self, head: bytes) -> None:
        is_gzip = head[:2] == b"\x1f\x8b"
        is_zlib = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
        self._plain = not is_gzip and not is_zlib and head[:1].strip() in (b"<", b"{", b"\xef", b"")
        self._stream = zlib.decompressobj(_ZLIB_OR_GZIP if is_gzip or is_zlib else -zlib.MAX_WBITS)

    def _inflate(self, piece: bytes, most: int) -> bytes:
        out = bytearray()
        while piece and len(out) < most and self._stream is not None:
            if self._stream.eof:
                if piece[:2] != b"\x1f\x8b":  # padding after the end
                    break
                self._stream = zlib.decompressobj(_ZLIB_OR_GZIP)
            try:
                out += self._stream.decompress(piece, most - len(out))
            except zlib.error as error:
                raise FetchError(
                    self._url, "protocol", Phrase("fetch.malformed_compression")
                ) from error
            piece = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
        return bytes(out)


def _inflater(url: str, encoding: str) -> _Inflater | None:
    """Words that name no encoding are ignored: servers write ``utf-8`` there."""
    names = [name.strip().lower() for name in encoding.split(",")]
    packed = [n for n in names if n in ("gzip", "x-gzip", "deflate")]
    if len(packed) > 1 or any(name in _REFUSED for name in names):
        raise FetchError(url, "protocol", Phrase("fetch.unrequested_encoding"))
    return _Inflater(url) if packed else None
