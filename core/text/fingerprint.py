"""The copy fingerprint of a match, by which the same text in another outlet is recognised.

::

    folded tokens ──5 at a time──▶ shingles ──polynomial, mixed──▶ set of 64-bit hashes
                                                                     │ 128 smallest
    "s2:<hash of the whole text>:<words>:<shingles>:<sketch>"  ◀─────┘

The tokens are those of lead and body, or those of the title where both are empty: outlets print an
agency's text under headlines of their own. Hashes depend on the words alone, so that they are the
same in every process and on every machine. The 128 smallest hashes of a set are a uniform sample of
it (bottom-k sketch, Cohen and Kaplan 2007). Two sketches estimate the overlap of two texts, and two
texts that share a hash are candidates for the exact comparison by :func:`overlap`.

The hash of a shingle is the polynomial of its code points in an odd base mod 2^64, computed as a
difference of prefix sums, so that all shingles of a text take two passes over it (Karp and Rabin
1987). The finaliser of SplitMix64 (Steele, Lea and Flood 2014), a bijection, spreads every bit over
all bits, so that the smallest hashes are a fair sample. The hash is not cryptographic: a text made
to collide can at worst be taken for a copy of another text by the same author.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

VERSION = "s2"
"""Must change whenever fingerprints of before cannot be compared any more. A change of what a few
words of a text are is none: the sketches of both resemble each other."""

SHINGLE_WORDS = 5
SKETCH_SIZE = 128
_HASH_BYTES = 8
_BASE = 0x9E3779B97F4A7C15
_MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A parsed fingerprint.

    Attributes:
        exact: Hash of all tokens; equal where the normalised texts are equal.
        words: Number of tokens.
        shingles: Number of different shingles.
        sketch: The smallest shingle hashes, ascending, at most 128.
    """

    exact: str
    words: int
    shingles: int
    sketch: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much two sets of shingles share.

    Attributes:
        jaccard: Size of the intersection over that of the union, 0 to 1.
        containment: Size of the intersection over that of the smaller set, 0 to 1.
    """

    jaccard: float
    containment: float


def shingles(folded_tokens: Sequence[str]) -> frozenset[bytes]:
    """Return the 64-bit hashes of all runs of five tokens; fewer than five are one shingle."""
    packed = _packed(_distinct(folded_tokens, " ".join(folded_tokens)))
    return frozenset(packed[i : i + _HASH_BYTES] for i in range(0, len(packed), _HASH_BYTES))


def fingerprint(folded_tokens: Sequence[str]) -> str:
    """Return the fingerprint of a text.

    Args:
        folded_tokens: Its folded tokens in order: those of lead and body, or of the title where
            both are empty.
    """
    text = " ".join(folded_tokens)
    hashes = _distinct(folded_tokens, text)
    parts = (
        VERSION,
        blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest(),
        str(len(folded_tokens)),
        str(len(hashes)),
        base64.urlsafe_b64encode(_packed(hashes[:SKETCH_SIZE])).decode(),
    )
    return ":".join(parts)


def _distinct(words: Sequence[str], text: str) -> Hashes:
    """Return the hashes of the shingles, each once, ascending.

    Args:
        words: The tokens.
        text: The tokens with spaces between them.
    """
    if not words:
        return np.empty(0, np.uint64)
    sums, borders, inverse = _prefixes(words, text)
    size = min(SHINGLE_WORDS, len(words))
    first, after = borders[:-size], borders[size:]
    hashes = _mixed((sums[after] - sums[first]) * inverse[first])
    hashes.sort()
    fresh = np.ones(len(hashes), np.bool_)
    np.not_equal(hashes[1:], hashes[:-1], out=fresh[1:])
    return hashes[fresh]


def _prefixes(words: Sequence[str], text: str) -> tuple[Hashes, npt.NDArray[np.intp], Hashes]:
    """Return prefix sums over the text, where words begin in them, and the inverse powers.

    The space after a word is part of it.
    """
    codes = np.frombuffer(f"{text} ".encode("utf-32-le", "surrogatepass"), np.uint32)
    powers, inverse = _powers(len(codes).bit_length())
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(powers[: len(codes)] * codes, out=sums[1:])
    borders = np.zeros(len(words) + 1, np.intp)
    np.cumsum(np.fromiter(map(len, words), np.intp, len(words)) + 1, out=borders[1:])
    return sums, borders, inverse


@lru_cache(maxsize=20)
def _powers(bits: int) -> tuple[Hashes, Hashes]:
    """Return the first ``2 ** bits`` powers of the base and of its inverse."""
    size = 1 << bits
    ones = np.ones(size, np.uint64)
    tables = []
    for base in (_BASE, pow(_BASE, -1, 1 << 64)):
        factors = ones * np.uint64(base)
        factors[0] = 1
        tables.append(factors.cumprod())
    return tables[0], tables[1]


def _mixed(hashes: Hashes) -> Hashes:
    for shift, factor in _MIX:
        hashes ^= hashes >> np.uint64(shift)
        hashes *= np.uint64(factor)
    return hashes ^ (hashes >> np.uint64(31))


def _packed(hashes: Hashes) -> bytes:
    """Return eight bytes for each hash, big-endian, so that bytes sort as the numbers do."""
    return hashes.astype(">u8").tobytes()


def parse_fingerprint(text: str) -> Fingerprint | None:
    """Parse a fingerprint; None where it is damaged or of another version."""
    try:
        version, exact, words, count, encoded = text.split(":")
        raw = base64.b64decode(encoded, altchars=b"-_", validate=True)
        numbers = int(words), int(count)
    except (ValueError, binascii.Error):
        return None
    if version != VERSION or len(raw) % _HASH_BYTES:
        return None
    sketch = tuple(raw[i : i + _HASH_BYTES] for i in range(0, len(raw), _HASH_BYTES))
    return Fingerprint(exact, *numbers, sketch)


def jaccard(a: Fingerprint, b: Fingerprint) -> float:
    """Return an estimate of the Jaccard similarity of two texts, 0 to 1.

    It is exact where both have at most 128 shingles; otherwise its standard error is at most .045.
    """
    left, right = set(a.sketch), set(b.sketch)
    union = sorted(left | right)
    complete = a.shingles <= SKETCH_SIZE and b.shingles <= SKETCH_SIZE
    sample = union if complete else union[:SKETCH_SIZE]
    if not sample:
        return float(a.exact == b.exact)
    return sum(h in left and h in right for h in sample) / len(sample)


def containment(a: Fingerprint, b: Fingerprint) -> float:
    """Return an estimate of the part of the shorter text that the longer one contains, 0 to 1."""
    smaller = min(a.shingles, b.shingles)
    if not smaller:
        return float(a.exact == b.exact)
    similarity = jaccard(a, b)
    shared = similarity / (1 + similarity) * (a.shingles + b.shingles)
    return min(1.0, shared / smaller)


def overlap(a: Set[bytes], b: Set[bytes]) -> Overlap:
    """Return the exact overlap of two sets of :func:`shingles`; 0 for an empty set."""
    shared = len(a & b)
    if not shared:
        return Overlap(0.0, 0.0)
    return Overlap(shared / (len(a) + len(b) - shared), shared / min(len(a), len(b)))
