"""Bodies are decompressed and limited; decompression bombs are refused."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import pytest

from tests.core.http.requesting import MIB, get, outcome
from tests.support.faultserver import FaultServer, Handler, reply


def compressed(body: bytes, encoding: str) -> Handler:
    return reply(body, content_encoding=encoding)


def raw_deflate(body: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(body) + compressor.flush()


COMPRESSIONS = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip in capitals": ("X-GZip", gzip.compress),
    "two gzip members": ("gzip", lambda b: gzip.compress(b[:9]) + gzip.compress(b[9:])),
    "gzip with zeros behind": ("gzip", lambda b: gzip.compress(b) + b"\0" * 99),
    "zlib": ("deflate", zlib.compress),
    "raw deflate": ("deflate", raw_deflate),
    "not compressed, although its header says so": ("gzip", bytes),
    "a charset instead of an encoding": ("utf-8", bytes),
}


@pytest.mark.parametrize(("encoding", "compress"), COMPRESSIONS.values(), ids=COMPRESSIONS.keys())
def test_bodies_are_decompressed(faults: FaultServer, encoding: str, compress: Any) -> None:
    body = b"<rss>" + bytes(range(256)) * 99 + b"</rss>"
    assert get(faults.on("/x", compressed(compress(body), encoding))).body == body


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
def test_an_encoding_that_was_not_requested_is_refused(faults: FaultServer, encoding: str) -> None:
    assert outcome(faults.on("/x", compressed(b"\x0b\x01\x80", encoding))) == "encoding"


def test_a_body_of_more_bytes_than_the_limit_is_refused(faults: FaultServer) -> None:
    url = faults.on("/x", reply(b"x" * 1000))
    assert len(get(url, max_bytes=1000).body) == 1000
    assert outcome(url, max_bytes=999) == "too_large"


def test_the_limit_counts_decompressed_bytes(faults: FaultServer) -> None:
    url = faults.on("/x", compressed(gzip.compress(b"x" * 5000), "gzip"))
    assert outcome(url, max_bytes=4999) == "too_large"
    assert len(get(url, max_bytes=5000).body) == 5000


@pytest.mark.slow
def test_a_decompression_bomb_is_refused_after_a_mebibyte(faults: FaultServer) -> None:
    compressor = zlib.compressobj(9, wbits=16 + zlib.MAX_WBITS)
    bomb = b"".join(compressor.compress(b"\0" * MIB) for _ in range(100)) + compressor.flush()
    assert len(bomb) < 200_000
    url = faults.on("/x", compressed(bomb, "gzip"))
    assert outcome(url, max_bytes=1000 * MIB) == "too_large"


def test_repetitive_text_is_no_decompression_bomb(faults: FaultServer) -> None:
    text = b"".join(b"<item>%d: a sentence that repeats itself</item>" % n for n in range(60_000))
    url = faults.on("/x", compressed(gzip.compress(text), "gzip"))
    assert get(url, max_bytes=10 * MIB).body == text


def test_a_long_body_can_be_truncated_instead_of_refused(faults: FaultServer) -> None:
    for encoding, body in (("", b"abc" * 999), ("gzip", gzip.compress(b"abc" * 999))):
        url = faults.on("/x", compressed(body, encoding))
        assert get(url, max_bytes=10, truncate=True).body == b"abcabcabca"
