"""The streams of the public contract, with partitions and retention from the settings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from config.settings import Settings
from core.canary import CANARY_ARTICLES, CANARY_MATCHES
from core.messages.envelope import (
    ALERTS,
    ARTICLES,
    DEAD_LETTER,
    ENRICHED,
    FEED_HEALTH,
    MATCHES,
    topic_stream,
)
from core.streams.dead_letter import RECEIPTS
from core.streams.port import StreamSpec

ALERTS_PARTITIONS = 6
SMALL_PARTITIONS = 3
CANARY_RETENTION = timedelta(days=1)
FEED_HEALTH_RETENTION = timedelta(days=7)


def stream_specs(settings: Settings, *, published: Iterable[str] = ()) -> list[StreamSpec]:
    """Return the spec of every stream of the public contract.

    Args:
        settings: Partitions, retention, size limit and replication.
        published: Ids of the topics whose matches are copied to a stream of their own.
    """
    partitions = dict.fromkeys((ARTICLES, ENRICHED, MATCHES), settings.streams_partitions)
    partitions[ALERTS] = ALERTS_PARTITIONS
    small = (FEED_HEALTH, DEAD_LETTER, *map(topic_stream, published))
    partitions |= dict.fromkeys(small, SMALL_PARTITIONS)
    return [
        StreamSpec(
            name=name,
            partitions=count,
            retention=FEED_HEALTH_RETENTION if name == FEED_HEALTH else settings.streams_retention,
            max_record_bytes=settings.streams_max_record_bytes,
            replication=settings.streams_replication,
            min_insync=settings.streams_min_insync,
        )
        for name, count in partitions.items()
    ]


def canary_specs(settings: Settings) -> list[StreamSpec]:
    """Return the specs of the internal streams of the canary.

    They have several partitions, so that canaries come to one process after the other.
    """
    return [
        StreamSpec(
            name=name,
            partitions=SMALL_PARTITIONS,
            retention=CANARY_RETENTION,
            replication=settings.streams_replication,
            min_insync=settings.streams_min_insync,
        )
        for name in (CANARY_ARTICLES, CANARY_MATCHES)
    ]


def receipts_spec(settings: Settings) -> StreamSpec:
    """Return the spec of the stream of receipts, which the first replay of dead letters creates.

    Its retention is that of dead letters, so no letter outlives its receipt.
    """
    return StreamSpec(
        name=RECEIPTS,
        partitions=SMALL_PARTITIONS,
        retention=settings.streams_retention,
        replication=settings.streams_replication,
        min_insync=settings.streams_min_insync,
    )
