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
_MIX = tuple(
    (np.uint64(shift), np.uint64(factor))
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
)
_LAST_SHIFT = np.uint64(31)
_SPACE = np.uint32(ord(" "))

Hashes = npt.NDArray[np.uint64]
Codes = npt.NDArray[np.uint32]
Positions = npt.NDArray[np.intp]

_NO_ENDS: Positions = np.empty(0, np.intp)


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
    packed = _packed(_distinct(*_codes_of(folded_tokens)))
    return frozenset(packed[i : i + _HASH_BYTES] for i in range(0, len(packed), _HASH_BYTES))


def fingerprint(folded_tokens: Sequence[str]) -> str:
    """Return the fingerprint of a text.

    Args:
        folded_tokens: Its folded tokens in order: those of lead and body, or of the title where
            both are empty.
    """
    return _fingerprint(" ".join(folded_tokens), *_codes_of(folded_tokens))


def fingerprint_of_text(folded: str) -> str:
    """Return the fingerprint of a text without splitting it into tokens.

    Args:
        folded: Its folded tokens as for :func:`fingerprint`, with one space between them.
    """
    codes = _codes(folded)
    return _fingerprint(folded, codes, (codes == _SPACE).nonzero()[0] if folded else _NO_ENDS)


def _fingerprint(text: str, codes: Codes, ends: Positions) -> str:
    hashes = _distinct(codes, ends)
    parts = (
        VERSION,
        blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest(),
        str(len(ends)),
        str(len(hashes)),
        base64.urlsafe_b64encode(_packed(hashes[:SKETCH_SIZE])).decode(),
    )
    return ":".join(parts)


def _codes(text: str) -> Codes:
    """Return the code points of a text and of the space after its last token."""
    return np.frombuffer(f"{text} ".encode("utf-32-le", "surrogatepass"), np.uint32)


def _codes_of(tokens: Sequence[str]) -> tuple[Codes, Positions]:
    """Return the code points of tokens and the spaces after them, and where those spaces are."""
    lengths = np.fromiter(map(len, tokens), np.intp, len(tokens))
    return _codes(" ".join(tokens)), (lengths + 1).cumsum() - 1


def _distinct(codes: Codes, ends: Positions) -> Hashes:
    """Return the hashes of the shingles, each once, ascending.

    Args:
        codes: The code points of tokens, with a space after each, which is part of it.
        ends: Where those spaces are.
    """
    words = len(ends)
    if not words:
        return np.empty(0, np.uint64)
    powers, inverse = _powers(len(codes).bit_length())
    sums = np.zeros(words + 1, np.uint64)
    (powers[: len(codes)] * codes).cumsum().take(ends, out=sums[1:])
    size = min(SHINGLE_WORDS, words)
    hashes = sums[size:] - sums[:-size]
    hashes[1:] *= inverse.take(ends[: words - size] + 1)
    hashes = _mixed(hashes)
    hashes.sort()
    fresh = np.ones(len(hashes), np.bool_)
    np.not_equal(hashes[1:], hashes[:-1], out=fresh[1:])
    return hashes[fresh]


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
        hashes ^= hashes >> shift
        hashes *= factor
    return hashes ^ (hashes >> _LAST_SHIFT)


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
