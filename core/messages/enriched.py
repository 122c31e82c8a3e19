"""``news.enriched.v1``: what the processors found in one article revision."""

from __future__ import annotations

from pydantic import Field

from core.messages.base import Message


class EntityMention(Message):
    """One place where an entity is named. Offsets count code points of the NFC field."""

    id: str = Field(description="Id of the entity in entities/*.yaml.")
    type: str = Field(description="person, organisation, place, other.")
    field: str = Field(description="title, lead or text.")
    start: int = Field(description="First code point of the span.")
    end: int = Field(description="One past the last code point.")
    surface: str = Field(description="The text of the span.")


class TopicScore(Message):
    """What one topic made of the article."""

    topic_id: str = Field(description="Id of the topic in topics/*.yaml.")
    topic_revision: str = Field(description="Hash of the topic's definition.")
    score: int = Field(description="Sum of the weights of the rules that fired.")


class Enriched(Message):
    """One record per article revision."""

    article_id: str = Field(description="As in news.articles.v1.")
    revision: int = Field(description="As in news.articles.v1.")
    language: str = Field(description="Two letters.")
    language_source: str = Field(description="detected, declared or given.")
    entities: tuple[EntityMention, ...] = Field(default=(), description="Who and what is named.")
    topics: tuple[TopicScore, ...] = Field(
        default=(), description="Topics whose threshold was reached."
    )
    fingerprint: str = Field(description="Sketch of the normalised text.")
