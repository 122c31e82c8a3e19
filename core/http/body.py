"""Read the body of a response within a limit, and refuse decompression bombs and truncated bodies.

::

    chunks from the network ── decompress, at most what is still wanted ── count ── bytes
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from config.errors import FetchError
from config.i18n import Phrase

ACCEPT_ENCODING = "gzip, deflate"
"""Encodings to ask for. Brotli and zstd are not: 481 bytes of Brotli can become 300 MB of text."""

RATIO_FREE = 1 << 20
RATIO_LIMIT = 200
"""A body of more than ``RATIO_FREE`` bytes that grew more than this many times is a bomb."""

_REFUSED = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz"})
_ZLIB_OR_GZIP = 32 + zlib.MAX_WBITS


class BodyReader:
    """Decodes a body and collects it.

    Args:
        url: The URL, for errors.
        encoding: The ``Content-Encoding`` header.
        limit: Decoded bytes at most.
        truncate: Whether a longer body is truncated at the limit instead of refused.
    """

    def __init__(self, url: str, encoding: str, limit: int, *, truncate: bool = False) -> None:
        self._url = url
        self._limit = limit
        self._truncate = truncate
        self._received = 0
        self._decoded = bytearray()
        self._decompressor = _decompressor(url, encoding)

    @property
    def full(self) -> bool:
        """Whether no more is needed."""
        return self._truncate and len(self._decoded) >= self._limit

    def value(self) -> bytes:
        """Return the body collected so far."""
        return bytes(self._decoded)

    def feed(self, chunk: bytes) -> None:
        """Add a chunk from the network.

        Raises:
            FetchError: ``too_large``, or ``protocol`` where it cannot be decoded.
        """
        self._received += len(chunk)
        room = self._limit - len(self._decoded)
        if self._decompressor:
            chunk = self._decompressor.feed(chunk, self._most(room))
        self._decoded += chunk[:room] if self._truncate else chunk
        self._check()

    def finish(self) -> None:
        """Check that the body is complete, after the last chunk.

        Raises:
            FetchError: ``truncated`` where the compressed data is not.
        """
        if self._received and self._decompressor and not self._decompressor.is_complete:
            raise FetchError(self._url, "truncated", Phrase("fetch.truncated_compression"))

    def _most(self, room: int) -> int:
        """Return how many bytes to decode: one more than a limit, so that exceeding it shows."""
        by_ratio = max(RATIO_FREE, self._received * RATIO_LIMIT) - len(self._decoded)
        return max(min(room, by_ratio), 0) + 1

    def _check(self) -> None:
        size = len(self._decoded)
        if size > self._limit and not self._truncate:
            raise FetchError(self._url, "too_large", Phrase("fetch.too_large", limit=self._limit))
        if size > RATIO_FREE and size > self._received * RATIO_LIMIT:
            raise FetchError(
                self._url, "too_large", Phrase("fetch.decompression_bomb", ratio=RATIO_LIMIT)
            )


async def read_body(chunks: AsyncIterator[bytes], body: BodyReader) -> bytes:
    """Read a body to its end, or until no more is needed.

    Raises:
        FetchError: ``too_large``, ``truncated`` or ``protocol``.
    """
    async for chunk in chunks:
        body.feed(chunk)
        if body.full:
            return body.value()
    body.finish()
    return body.value()


def decompress(url: str, data: bytes, limit: int) -> bytes:
    """Decompress a gzip file, such as a sitemap named ``.xml.gz``.

    Raises:
        FetchError: ``too_large``, ``truncated`` or ``protocol``.
    """
    body = BodyReader(url, "gzip", limit)
    body.feed(data)
    body.finish()
    return body.value()


class _Decompressor:
    """Decompresses gzip (also of several members), zlib or raw deflate, recognised by the data.

    A body that is not compressed although its header says so passes unchanged: servers send that.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._stream: zlib._Decompress | None = None
        self._plain = False
        self._head = b""

    @property
    def is_complete(self) -> bool:
        """Whether the end of the compressed data was reached."""
        return self._plain or (self._stream is not None and self._stream.eof)

    def feed(self, chunk: bytes, most: int) -> bytes:
        if self._plain:
            return chunk
        if self._stream is None:
            chunk, self._head = self._head + chunk, b""
            if len(chunk) < 2:
                self._head = chunk
                return b""
            self._begin(chunk)
            if self._plain:
                return chunk
        return self._decompress(chunk, most)

    def _begin(self, head: bytes) -> None:
        is_gzip = head[:2] == b"\x1f\x8b"
        is_zlib = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
        self._plain = not is_gzip and not is_zlib and head[:1].strip() in (b"<", b"{", b"\xef", b"")
        self._stream = zlib.decompressobj(_ZLIB_OR_GZIP if is_gzip or is_zlib else -zlib.MAX_WBITS)

    def _decompress(self, chunk: bytes, most: int) -> bytes:
        out = bytearray()
        while chunk and len(out) < most and self._stream is not None:
            if self._stream.eof:
                if chunk[:2] != b"\x1f\x8b":  # padding after the end
                    break
                self._stream = zlib.decompressobj(_ZLIB_OR_GZIP)
            try:
                out += self._stream.decompress(chunk, most - len(out))
            except zlib.error as error:
                raise FetchError(
                    self._url, "protocol", Phrase("fetch.malformed_compression")
                ) from error
            chunk = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
        return bytes(out)


def _decompressor(url: str, encoding: str) -> _Decompressor | None:
    """Return what decodes an encoding. Unknown names are ignored: servers write ``utf-8`` there.

    Raises:
        FetchError: ``encoding``: the server did not honour ``Accept-Encoding``.
    """
    names = [name.strip().lower() for name in encoding.split(",")]
    compressions = [n for n in names if n in ("gzip", "x-gzip", "deflate")]
    refused = [name for name in names if name in _REFUSED]
    if refused or len(compressions) > 1:
        name = ", ".join(refused or compressions)
        raise FetchError(url, "encoding", Phrase("fetch.unrequested_encoding", encoding=name))
    return _Decompressor(url) if compressions else None
