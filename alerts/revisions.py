"""What of a match is new in its revision, and when it became known. Pure.

::

    match ─▶ article.new_passages, evidence ─▶ new evidence: spans in the new passages
                                            ─▶ moment: of the change, where the evidence is new
                                            ─▶ the article as it is compared: new passages first

A match stands alone: what earlier revisions said is not read. Where a revision has nothing to be
compared with, it counts as an article like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from core.messages import ArticleRevision, Evidence, Match


@dataclass(frozen=True, slots=True)
class NewParagraph:
    """What is new in one paragraph of lead or text.

    Attributes:
        field: ``lead`` or ``text``.
        text: The new sentences.
        evidence: The spans in them that made rules fire.
    """

    field: str
    text: str
    evidence: tuple[Evidence, ...]


def is_compared(article: ArticleRevision) -> bool:
    """Return whether it is known what of an article is new against the revisions before."""
    return article.new_passages is not None and not article.gone


def changes_first_lines(article: ArticleRevision) -> bool:
    """Return whether a compared revision has another headline or something new in its lead."""
    return any(passage.field in ("title", "lead") for passage in article.new_passages or ())


def says_nothing_new(match: Match) -> bool:
    """Return whether a compared revision matches by what its article said before."""
    article = match.article
    is_same = is_compared(article) and not changes_first_lines(article)
    return is_same and not find_new_evidence(match)


def find_new_evidence(match: Match) -> tuple[Evidence, ...]:
    """Return the evidence in the new passages of a compared revision."""
    return tuple(e for e in match.evidence if is_compared(match.article) and _is_new(e, match))


def shown_evidence(match: Match) -> tuple[Evidence, ...]:
    """Return the evidence that people are shown: of a revision what is new, where anything is."""
    return find_new_evidence(match) or match.evidence


def moment_of(match: Match) -> datetime:
    """Return when what matches became known, from which its age counts.

    That is the change where it brought the evidence, else when the article was published. Where
    that is not known, or guessed, it is when the article was first seen, or the page last changed
    if that was earlier.
    """
    article = match.article
    if article.changed_at is not None and find_new_evidence(match):
        return article.changed_at
    if article.published_at is not None and article.published_confidence != "low":
        return article.published_at
    return min(article.published_before or article.first_seen_at, article.first_seen_at)


def new_paragraphs(match: Match) -> list[NewParagraph]:
    """Return what is new in each paragraph of lead and text of a compared revision, in order."""
    return [
        NewParagraph(
            field, text, tuple(e for e in match.evidence if _overlaps(e, field, start, end))
        )
        for field, start, end, text in _new_lines(match.article)
    ]


def as_compared(match: Match) -> ArticleRevision:
    """Return the article as stories compare it: its lead is the news in the text that matches.

    A live page has one headline for many events; the paragraph that matches says which one it is.
    """
    article = match.article
    if not is_compared(article):
        return article
    news = [p.text for p in new_paragraphs(match) if p.evidence and p.field == "text"]
    if not news:
        return article
    rest = article.text
    for text in news:
        rest = rest.replace(text, "", 1)
    return article.model_copy(update={"lead": "\n".join([*news, article.lead]), "text": rest})


def _new_lines(article: ArticleRevision) -> Iterator[tuple[str, int, int, str]]:
    """Yield the field, the span and the text of each new line of lead and text."""
    for passage in article.new_passages or ():
        if passage.field in ("lead", "text"):
            start = passage.start
            for line in getattr(article, passage.field)[start : passage.end].split("\n"):
                if line.strip():
                    yield passage.field, start, start + len(line), line.strip()
                start += len(line) + 1


def _is_new(evidence: Evidence, match: Match) -> bool:
    passages = match.article.new_passages or ()
    return any(_overlaps(evidence, p.field, p.start, p.end) for p in passages)


def _overlaps(evidence: Evidence, field: str, start: int, end: int) -> bool:
    return evidence.field == field and evidence.start < end and evidence.end > start
