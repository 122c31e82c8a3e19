"""The articles of the archive in which a rule of some topics can fire, found by its index.

::

    rules that give points ──required words──▶ a search of the index each ──▶ merged by time

No other article can have points, so that what a topic matches, nearly matches and tells is the same
as if all had been read, in a tenth of the time. A rule without a required word makes this
impossible: then all are read.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime

from config.catalog.models import Catalog
from core.archive import Archive, ArchivedRevision, ArchiveFilter, Proposal
from core.messages import ArticleRevision
from processors import Processors
from processors.archive import SearchQuery
from processors.archive.proposal import WordsInMemory, propose

PAGE = 1_000
"""Revisions that a search reads at once; about five megabytes."""
MOST_SEARCHES = 60
"""Searches that are merged at most; with more, all articles are read."""


def read_candidates(
    archive: Archive,
    catalogs: Sequence[Catalog],
    languages: tuple[str, ...],
    since: datetime,
    until: datetime,
    *,
    all_rules: bool = False,
) -> Iterator[ArticleRevision]:
    """Yield the articles in which a rule may give points, in the order in which they were fetched.

    Args:
        archive: The archive.
        catalogs: Each with the topics to look at.
        languages: Languages an article may be detected to be in.
        all_rules: Whether those count that only take points away.
        since: The beginning of the span, included.
        until: The end of the span, excluded.

    Raises:
        CatalogError: A query has an error.
        ArchiveError: The archive is unavailable or damaged.
    """
    proposals = _proposals(archive, catalogs, languages, all_rules=all_rules)
    if len(proposals) > MOST_SEARCHES or not all(proposals):
        proposals = {()}
    searches = (
        archive.articles(selection=ArchiveFilter(since, until, proposal=proposal), page_size=PAGE)
        for proposal in sorted(proposals)
    )
    number = None
    for revision in heapq.merge(*searches, key=_order):
        if revision.number != number:  # of several searches
            number = revision.number
            yield revision.article


def _order(revision: ArchivedRevision) -> tuple[datetime, str, int]:
    article = revision.article
    return article.fetched_at, article.article_id, article.revision


def _proposals(
    archive: Archive, catalogs: Sequence[Catalog], languages: tuple[str, ...], *, all_rules: bool
) -> set[Proposal]:
    """Return what the index is searched for: one for each rule."""
    proposals: set[Proposal] = set()
    vocabulary = WordsInMemory(archive)
    for catalog in catalogs:
        processors = Processors.compile(catalog, languages)
        entities = {entity.id: entity for entity in catalog.entities}
        rules = (rule for topic in processors.compiled.rules.topics for rule in topic.rules)
        for rule in rules:
            if all_rules or rule.weight > 0 or rule.by_field:
                query = SearchQuery("", rule.query, languages, entities, processors)
                proposals.add(propose(query, vocabulary))
    return proposals
