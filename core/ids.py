"""Deterministic ids: the same input gives the same id, so that repeats are recognised.

An id is the first 32 hex digits of a SHA-256 over its parts. Each part is preceded by its length,
so that ("ab", "c") and ("a", "bc") have different ids.
"""

from __future__ import annotations

import hashlib


def hash_parts(*parts: str) -> str:
    """Return 32 hex digits that identify these parts in this order."""
    hasher = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        hasher.update(len(raw).to_bytes(8, "big"))
        hasher.update(raw)
    return hasher.hexdigest()[:32]


def article_id(canonical_url: str) -> str:
    """Return the id of the article at a canonical URL (:mod:`ingest.urls`)."""
    return hash_parts("article", canonical_url)


def feed_id(outlet: str, url: str) -> str:
    """Return the id of a feed: ``<outlet>-<8 hex digits of the hash of its URL>``."""
    return f"{outlet}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def outlet_of(feed: str) -> str:
    """Return the outlet of a feed by the id of the feed."""
    return feed.rpartition("-")[0]


def story_id(topic_id: str, first_article_id: str) -> str:
    """Return the id of the story of a topic that begins with an article."""
    return hash_parts("story", topic_id, first_article_id)


def alert_id(topic_id: str, story: str) -> str:
    """Return the id of the alert of a topic about a story, also where it is suppressed."""
    return hash_parts("alert", topic_id, story)


def event_id(event_type: str, *natural_key: str) -> str:
    """Return the id of any other event: the hash of its type and its natural key."""
    return hash_parts(event_type, *natural_key)
