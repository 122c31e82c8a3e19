"""Copies: the same text in another outlet, which is listed and never told again.

::

    fingerprint of the match ──64 smallest hashes──▶ story_shingles (index) ──▶ candidates
                                                                                    │
    lead and body of the match ──shingles──▶ exact overlap with each candidate  ◀───┘
                                                     │
                                                  Copy | None

The code path: :func:`sketch` gives the hashes an article is indexed and looked up by,
:func:`core.store.stories.find_articles_sharing_text` the articles that share any, :func:`find`
compares exactly. No article is compared that shares nothing with the new one, however large the
archive.

What a copy is (word-5-shingles; ``bench/stories.py copies`` measures it):

- the same text after normalisation (of five words or more), or a Jaccard overlap of at least .9;
  else, between outlets,
- an overlap of at least .45 of the shorter text and .2 of both together: an edited copy, or
- an overlap of at least .8 of the shorter text, of 60 words or more: a shortened copy;
- of these last two only such as are about the same thing: a third of one headline's words stands
  in the other article, or 120 shared shingles are .35 of both.

Measured on 400 real German articles, copied with two paragraphs of boilerplate added and 0, 10, 20,
30 % of the sentences edited (words exchanged, sentences replaced, deleted or added, or any of
them): recall 1.00, 1.00, 1.00, .98 at worst; at 30 % and under the headline of another article .90
at worst. The .8 of Jaccard and containment that literature gives found .03 to .92 at 30 %: one
edited sentence breaks its neighbours' shingles too. Precision, on all pairs of 4,449 real articles
of six months: of 48 pairs of two outlets that pass, read one by one, two share no more than a
publisher's paywall text and lie months apart; without the last condition 308 more would pass,
nearly all of that kind. Within one outlet shared text is mostly furniture (tickers, paywalls), so
that only equal texts count there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.messages import ArticleRevision
from core.text.fingerprint import Fingerprint, Overlap, overlap
from core.text.tokens import folded_words

INDEXED_HASHES = 64
"""Hashes per article in the index. Two texts that share a part j of both together share none of
their 64 smallest hashes with probability (1 - j) ** 64: one in a million at j = .2."""

CANDIDATES = 50
"""Candidates compared exactly, those that share most hashes first."""

SAME_JACCARD = 0.9
EDITED_CONTAINMENT, EDITED_JACCARD = 0.45, 0.2
SHORTENED_CONTAINMENT, SHORTENED_WORDS = 0.8, 60
HEADLINE_SHARE, HEADLINE_WORD = 1 / 3 + 0.001, 4
SUBSTANCE_JACCARD, SUBSTANCE_SHINGLES = 0.35, 120


@dataclass(frozen=True, slots=True)
class Comparable:
    """An article as far as copies go.

    Attributes:
        article_id: Of the article; of the first one, where it is a copy itself.
        exact: Hash of its normalised text; empty where that is too short to be copied.
        shingles: Of its lead and body, complete.
        title: Words of its headline.
        words: Words of its headline and of the beginning of its text.
    """

    article_id: str
    story_id: str
    outlet: str
    exact: str
    shingles: frozenset[bytes]
    title: frozenset[str]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Copy:
    """An article whose text the new one is.

    Attributes:
        similarity: The overlap that decided, 0 to 1.
        reason: In words.
    """

    of: Comparable
    similarity: float
    reason: str


def text_words(article: ArticleRevision) -> list[str]:
    """The words that are compared: lead and body, the title where both are empty."""
    return folded_words(f"{article.lead}\n{article.text}") or folded_words(article.title)


def sketch(fingerprint: Fingerprint) -> tuple[bytes, ...]:
    """The hashes an article is indexed and looked up by."""
    return fingerprint.sketch[:INDEXED_HASHES]


def pack(hashes: Iterable[bytes]) -> bytes:
    """Shingle hashes as the store keeps them."""
    return b"".join(sorted(hashes))


def unpack(packed: bytes) -> frozenset[bytes]:
    """The reverse of :func:`pack`."""
    return frozenset(packed[i : i + 8] for i in range(0, len(packed), 8))


def find(own: Comparable, candidates: Iterable[Comparable]) -> Copy | None:
    """The candidate whose text this is; of several the one nearest.

    Args:
        own: The new article.
        candidates: Articles that share something with it.
    """
    found = [c for candidate in candidates if (c := _compare(own, candidate))]
    return max(found, key=lambda c: (c.similarity, c.of.article_id), default=None)


def _compare(own: Comparable, other: Comparable) -> Copy | None:
    if own.exact and own.exact == other.exact:
        return Copy(other, 1.0, f"The same text as in {other.outlet}.")
    shared = overlap(own.shingles, other.shingles)
    same = own.exact and shared.jaccard >= SAME_JACCARD
    if not same and not _edited(own, other, shared):
        return None
    reason = f"A copy: {shared.containment:.0%} of the shorter text is the same as in"
    return Copy(other, shared.containment, f"{reason} {other.outlet}.")


def _edited(own: Comparable, other: Comparable, shared: Overlap) -> bool:
    if own.outlet == other.outlet or not own.exact:
        return False
    shorter = min(len(own.shingles), len(other.shingles))
    edited = shared.containment >= EDITED_CONTAINMENT and shared.jaccard >= EDITED_JACCARD
    shortened = shared.containment >= SHORTENED_CONTAINMENT and shorter >= SHORTENED_WORDS
    return (edited or shortened) and _same_thing(own, other, shared)


def _same_thing(own: Comparable, other: Comparable, shared: Overlap) -> bool:
    """Whether more than a publisher's boilerplate is shared."""
    substance = shared.containment * min(len(own.shingles), len(other.shingles))
    if shared.jaccard >= SUBSTANCE_JACCARD and substance >= SUBSTANCE_SHINGLES:
        return True
    return max(_told_of(own.title, other), _told_of(other.title, own)) >= HEADLINE_SHARE


def _told_of(title: frozenset[str], article: Comparable) -> float:
    """The part of a headline's words that stand in an article; 1 for a headline without any."""
    content = [word for word in title if len(word) >= HEADLINE_WORD]
    return sum(word in article.words for word in content) / len(content) if content else 1.0
