"""``news.enriched.v1``: what the processors found in an article revision."""

from __future__ import annotations

from pydantic import Field

from core.messages.base import Message


class EntityMention(Message):
    """A span that names an entity. Offsets count code points of the field in NFC."""

    id: str = Field(description="Id of the entity in entities/*.yaml.")
    type: str = Field(description="person, organisation, place or other.")
    field: str = Field(description="title, lead or text.")
    start: int = Field(description="First code point of the span.")
    end: int = Field(description="One past the last code point.")
    surface: str = Field(description="The text of the span.")


class TopicScore(Message):
    """The score of an article under a topic."""

    topic_id: str = Field(description="Id of the topic in topics/*.yaml.")
    topic_revision: str = Field(description="Hash of the topic's definition.")
    score: int = Field(description="Sum of the points of the rules that fired.")


class Enriched(Message):
    """The result of processing an article revision."""

    article_id: str = Field(description="As in news.articles.v1.")
    revision: int = Field(description="As in news.articles.v1.")
    language: str = Field(description="Language of the article, two letters.")
    language_source: str = Field(description="How it was determined: detected, declared or given.")
    entities: tuple[EntityMention, ...] = Field(
        default=(), description="The entities that are named."
    )
    topics: tuple[TopicScore, ...] = Field(
        default=(), description="The topics whose threshold the article reached."
    )
    fingerprint: str = Field(
        description="Sketch of the normalised text, by which copies are recognised."
    )
