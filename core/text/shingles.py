"""The copy fingerprint: what a match carries so that the same text in another outlet is seen.

::

    folded tokens ──5 at a time──▶ shingles ──BLAKE2b, 64 bit──▶ set of hashes
                                                                   │ 128 smallest
    "s1:<hash of the whole text>:<words>:<shingles>:<sketch>"  ◀───┘

The tokens are those of lead and body, of the title only where both are empty: outlets print an
agency's text under headlines of their own. Hashes are of the shingles themselves, so they are the
same in every process and on every machine. The 128 smallest hashes of a set are a uniform sample
of it (bottom-k sketch, Cohen and Kaplan 2007): two sketches estimate the overlap of two texts, and
any shared hash makes a candidate for the exact comparison of :func:`overlap`.

Measured on real German articles of 350 to 450 words, pure Python, one core: 0.3 ms and 1,412
characters each. A permutation MinHash of as many values took 9 ms.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence, Set
from dataclasses import dataclass
from hashlib import blake2b

VERSION = "s1"
"""Changes whenever the same text would give another fingerprint."""

SHINGLE_WORDS = 5
SKETCH_SIZE = 128
_HASH_BYTES = 8


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A fingerprint taken apart.

    Attributes:
        exact: Hash of all tokens: equal means the same text after normalisation.
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
        jaccard: Shared part of both together, 0 to 1.
        containment: Shared part of the smaller one, 0 to 1.
    """

    jaccard: float
    containment: float


def shingles(folded_tokens: Sequence[str]) -> frozenset[bytes]:
    """64-bit hashes of every five successive tokens; fewer than five tokens are one shingle."""
    if len(folded_tokens) < SHINGLE_WORDS:
        groups = [tuple(folded_tokens)] if folded_tokens else []
    else:
        groups = list(zip(*(folded_tokens[i:] for i in range(SHINGLE_WORDS)), strict=False))
    return frozenset(
        blake2b(" ".join(g).encode("utf-8", "replace"), digest_size=_HASH_BYTES).digest()
        for g in groups
    )


def fingerprint(folded_tokens: Sequence[str]) -> str:
    """The fingerprint of a text, given as its folded tokens in order.

    Args:
        folded_tokens: Tokens of lead and body (of the title where both are empty).
    """
    hashes = shingles(folded_tokens)
    sketch = b"".join(sorted(hashes)[:SKETCH_SIZE])
    text = " ".join(folded_tokens).encode("utf-8", "replace")
    parts = (
        VERSION,
        blake2b(text, digest_size=16).hexdigest(),
        str(len(folded_tokens)),
        str(len(hashes)),
        base64.urlsafe_b64encode(sketch).decode(),
    )
    return ":".join(parts)


def parse(text: str) -> Fingerprint | None:
    """Take a fingerprint apart; None where it is of another version or damaged."""
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
    """Estimate of the shared part of both texts, 0 to 1.

    Exact where both have at most 128 shingles; else the standard error is at most .045.
    """
    left, right = set(a.sketch), set(b.sketch)
    union = sorted(left | right)
    complete = a.shingles <= SKETCH_SIZE and b.shingles <= SKETCH_SIZE
    sample = union if complete else union[:SKETCH_SIZE]
    if not sample:
        return float(a.exact == b.exact)
    return sum(h in left and h in right for h in sample) / len(sample)


def containment(a: Fingerprint, b: Fingerprint) -> float:
    """Estimate of the part of the shorter text that stands in the longer one, 0 to 1."""
    smaller = min(a.shingles, b.shingles)
    if not smaller:
        return float(a.exact == b.exact)
    similarity = jaccard(a, b)
    shared = similarity / (1 + similarity) * (a.shingles + b.shingles)
    return min(1.0, shared / smaller)


def overlap(a: Set[bytes], b: Set[bytes]) -> Overlap:
    """Exact overlap of two sets of :func:`shingles`; nothing shares nothing."""
    shared = len(a & b)
    if not shared:
        return Overlap(0.0, 0.0)
    return Overlap(shared / (len(a) + len(b) - shared), shared / min(len(a), len(b)))
