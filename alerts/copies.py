"""Copies: the same text in another outlet. A copy is listed under its original, and not notified.

::

    fingerprint of the match ──64 smallest hashes──▶ story_shingles (index) ──▶ candidates
                                                                                    │
    lead and body of the match ──shingles──▶ exact overlap with each candidate  ◀───┘
                                                     │
                                                  Copy | None

:func:`sketch` returns the hashes by which an article is indexed and looked up,
:func:`core.store.stories.find_articles_sharing_text` the articles that share any of them, and
:func:`find_original` compares those exactly. An article that shares nothing with the new one is
never compared, however large the archive.

A text is a copy of another (overlaps of word-5-shingles, measured by ``bench/stories.py copies``):

- where both are the same after normalisation and have five words or more, or have a Jaccard
  overlap of at least .9;
- between two outlets, where at least .45 of the shorter text and .2 of both together are shared (an
  edited copy), or at least .8 of the shorter text, of 60 words or more (a shortened copy), and both
  are about the same subject: a third of one headline's words occur in the other article, or 120
  shared shingles make up .35 of both.

A text in the form of another one about a different subject (:mod:`alerts.subjects`), such as an
authority's notice for the next town, is no copy.

Measured on 400 real German articles, copied with two paragraphs of boilerplate added and 0, 10, 20
and 30 % of the sentences edited (words exchanged, sentences replaced, deleted or added, or any of
these): recall 1.00, 1.00, 1.00 and .98 at worst; at 30 % and under the headline of another article
.90 at worst. The .8 of Jaccard and containment found in the literature recalled .03 to .92 at 30 %:
one edited sentence breaks its neighbours' shingles too. Precision, on all pairs of 4,449 real
articles of six months: of 48 pairs between two outlets that pass, read one by one, two share only a
publisher's paywall text and are months apart; without the condition on the subject 308 more pairs
would pass, nearly all of that kind. Within one outlet shared text is mostly boilerplate (tickers,
paywalls), so only equal texts count there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from alerts.subjects import Report, has_other_subject
from config.i18n import Phrase
from core.messages import ArticleRevision
from core.text.fingerprint import Fingerprint, Overlap, overlap
from core.text.tokens import folded_words

INDEXED_HASHES = 64
"""Hashes per article in the index. Two texts that share a part j of both together share none of
their 64 smallest hashes with probability (1 - j) ** 64: one in a million at j = .2."""

CANDIDATES = 50
"""How many candidates are compared exactly, those that share most hashes first."""

SAME_JACCARD = 0.9
EDITED_CONTAINMENT, EDITED_JACCARD = 0.45, 0.2
SHORTENED_CONTAINMENT, SHORTENED_WORDS = 0.8, 60
HEADLINE_SHARE, HEADLINE_WORD = 1 / 3 + 0.001, 4
SUBSTANCE_JACCARD, SUBSTANCE_SHINGLES = 0.35, 120


@dataclass(frozen=True, slots=True)
class Comparable:
    """What copies compare of an article.

    Attributes:
        article_id: Of the article, or of its original where the article is a copy itself.
        exact: Hash of its normalised text; empty where that is too short to be copied.
        shingles: All of its lead and body.
        title: Words of its headline.
        words: Words of its headline and of the beginning of its text.
        report: Its words, by which reports in one form about different subjects are told apart.
    """

    article_id: str
    story_id: str
    outlet: str
    exact: str
    shingles: frozenset[bytes]
    title: frozenset[str]
    words: frozenset[str]
    report: Report


@dataclass(frozen=True, slots=True)
class Copy:
    """The original of an article that is a copy.

    Attributes:
        similarity: The overlap that decided, 0 to 1.
        reason: For people.
    """

    original: Comparable
    similarity: float
    reason: Phrase


def compared_words(article: ArticleRevision) -> list[str]:
    """Return the words that are compared: lead and body, or the title where both are empty."""
    return folded_words(f"{article.lead}\n{article.text}") or folded_words(article.title)


def sketch(fingerprint: Fingerprint) -> tuple[bytes, ...]:
    """Return the hashes by which an article is indexed and looked up."""
    return fingerprint.sketch[:INDEXED_HASHES]


def pack_shingles(hashes: Iterable[bytes]) -> bytes:
    """Return shingle hashes in the form the store keeps."""
    return b"".join(sorted(hashes))


def unpack_shingles(packed: bytes) -> frozenset[bytes]:
    """Reverse :func:`pack_shingles`."""
    return frozenset(packed[i : i + 8] for i in range(0, len(packed), 8))


def find_original(article: Comparable, candidates: Iterable[Comparable]) -> Copy | None:
    """Return the nearest candidate that the article is a copy of, or None.

    Args:
        article: The new article.
        candidates: Articles that share something with it.
    """
    copies = [copy for other in candidates if (copy := _compare(article, other))]
    return max(copies, key=lambda c: (c.similarity, c.original.article_id), default=None)


def _compare(article: Comparable, other: Comparable) -> Copy | None:
    if article.exact and article.exact == other.exact:
        return Copy(other, 1.0, Phrase("decision.same_text", outlet=other.outlet))
    shared = overlap(article.shingles, other.shingles)
    same = article.exact and shared.jaccard >= SAME_JACCARD
    if not same and not _is_edited(article, other, shared):
        return None
    if has_other_subject(article.report, other.report):
        return None
    percent = round(100 * shared.containment)
    reason = Phrase("decision.copy", percent=percent, outlet=other.outlet)
    return Copy(other, shared.containment, reason)


def _is_edited(article: Comparable, other: Comparable, shared: Overlap) -> bool:
    if article.outlet == other.outlet or not article.exact:
        return False
    shorter = min(len(article.shingles), len(other.shingles))
    edited = shared.containment >= EDITED_CONTAINMENT and shared.jaccard >= EDITED_JACCARD
    shortened = shared.containment >= SHORTENED_CONTAINMENT and shorter >= SHORTENED_WORDS
    return (edited or shortened) and _has_same_subject(article, other, shared)


def _has_same_subject(article: Comparable, other: Comparable, shared: Overlap) -> bool:
    """Return whether the two share more than a publisher's boilerplate."""
    substance = shared.containment * min(len(article.shingles), len(other.shingles))
    if shared.jaccard >= SUBSTANCE_JACCARD and substance >= SUBSTANCE_SHINGLES:
        return True
    shares = _headline_share(article.title, other), _headline_share(other.title, article)
    return max(shares) >= HEADLINE_SHARE


def _headline_share(title: frozenset[str], article: Comparable) -> float:
    """Return the part of a headline's words that occur in an article; 1 where it has none."""
    content = [word for word in title if len(word) >= HEADLINE_WORD]
    return sum(word in article.words for word in content) / len(content) if content else 1.0
