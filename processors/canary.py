"""The canary in the processors stage: matched by the rules in force, among those of all topics.

Its article passes every step that other articles pass. Only its match goes on, to a stream of its
own. A canary that fails is logged and dropped: what waits for it reports that it is missing, and it
never becomes a dead letter, which is public.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import structlog

from config.catalog.models import Catalog
from config.errors import retryable
from core.canary import CANARY_ARTICLES, CANARY_MATCHES, CANARY_TOPIC, has_canaries
from core.messages import ArticleRevision
from core.messages.envelope import from_record, to_record
from core.streams.port import NewRecord, Record
from processors.pipeline import Processors

log = structlog.get_logger(__name__)


def with_canary(catalog: Catalog) -> Catalog:
    """Return the catalog with the topic of the canary, if any receiver gets one."""
    if not has_canaries(catalog):
        return catalog
    return replace(catalog, topics=(*catalog.topics, CANARY_TOPIC))


def is_canary(record: Record) -> bool:
    """Return whether a record has a canary instead of an outlet's article."""
    return record.stream == CANARY_ARTICLES


def canary_match(record: Record, processors: Processors) -> Iterator[NewRecord]:
    """Yield the match of a canary; nothing where it has none.

    Raises:
        WirewatchError: It can be tried again, as for any other article.
    """
    try:
        outcome = processors.process(from_record(record, ArticleRevision))
    except Exception as error:
        if retryable(error):
            raise
        log.exception("canary_failed", stage="processors")
        return
    matches = [match for match in outcome.matches if match.topic_id == CANARY_TOPIC.id]
    if not matches:
        log.error("canary_not_matched", offset=record.offset)
    for match in matches:
        yield to_record(match, at=record.time, stream=CANARY_MATCHES, key=match.article_id)
