"""``news.enriched.v1``: what the processors found in one article revision."""

from __future__ import annotations

from pydantic import Field

from core.messages.base import Message


class EntityMention(Message):
    """One place where an entity is named. Offsets count code points of the NFC field."""

    id: str = Field(description="Id of the entity in entities/*.yaml.")
    type: str = Field(description="person, organisation, place, other.")
    field: str = Field(description="title, lead or text.")
    start: int
    end: int
    surface: str


class TopicScore(Message):
    """What one topic made of the article."""

    topic_id: str
    topic_revision: str
    score: int


class Enriched(Message):
    """One record per article revision."""

    article_id: str
    revision: int
    language: str = Field(description="Two letters.")
    language_source: str = Field(description="detected, declared or given.")
    entities: tuple[EntityMention, ...] = ()
    topics: tuple[TopicScore, ...] = Field(
        default=(), description="Topics whose threshold was reached."
    )
    fingerprint: str = Field(description="Sketch of the normalised text.")
