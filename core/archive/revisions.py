"""What the archive returns, which of it is wanted, and what finds the words of an article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.archive.proposal import Proposal
from core.messages import ArticleRevision, Enriched


@dataclass(frozen=True, slots=True)
class ArchivedRevision:
    """A revision of the archive.

    Attributes:
        number: Ascends with time; the key of pages.
        enriched: None as long as the processors have not enriched it.
    """

    number: int
    article: ArticleRevision
    enriched: Enriched | None

    @property
    def language(self) -> str:
        """Its language as the processors found it, else as declared."""
        return self.enriched.language if self.enriched else self.article.language


@dataclass(frozen=True, slots=True)
class ArchiveFilter:
    """Which revisions are wanted.

    Attributes:
        since: Fetched at this time or later; None for any.
        until: Fetched before this time; None for any.
        outlet: Id of their outlet; empty for any.
        language: Two letters; empty for any.
        topic: Id of a topic that they match; empty for any.
        proposal: Words that they contain; empty for any.
    """

    since: datetime | None = None
    until: datetime | None = None
    outlet: str = ""
    language: str = ""
    topic: str = ""
    proposal: Proposal = ()


class ArticleWords(Protocol):
    """Returns the folded words of an article, by which it is found."""

    @property
    def version(self) -> str:
        """Another text where another version of the program finds other words."""

    def __call__(self, article: ArticleRevision) -> frozenset[str]:
        """Return the words."""
