"""Deterministic ids: the same input gives the same id, so replays dedupe.

An id is the first 32 hex digits of SHA-256 over its parts, each preceded by its length, so that
("ab", "c") and ("a", "bc") differ.
"""

from __future__ import annotations

import hashlib


def digest(*parts: str) -> str:
    """32 hex digits that stand for ``parts`` in this order."""
    hasher = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        hasher.update(len(raw).to_bytes(8, "big"))
        hasher.update(raw)
    return hasher.hexdigest()[:32]


def article_id(canonical_url: str) -> str:
    """Id of the article at a canonical URL (``ingest.urls`` makes and versions those)."""
    return digest("article", canonical_url)


def feed_id(outlet: str, url: str) -> str:
    """``<outlet>-<8 hex of the feed URL's hash>``."""
    return f"{outlet}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def story_id(topic_id: str, first_article_id: str) -> str:
    """Id of the story that begins with an article, within a topic."""
    return digest("story", topic_id, first_article_id)


def alert_id(topic_id: str, story: str) -> str:
    """Id of the alert of a topic about a story; a suppressed one has it too."""
    return digest("alert", topic_id, story)


def event_id(event_type: str, *natural_key: str) -> str:
    """Id of any other event: the hash of its type and natural key."""
    return digest(event_type, *natural_key)
