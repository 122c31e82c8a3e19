"""``news.matches.v1``: article revisions that reached a topic's threshold."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field as About

from core.messages.article import ArticleRevision
from core.messages.base import Message
from core.messages.enriched import EntityMention


class Field(StrEnum):
    """The fields of an article, which queries name and spans refer to."""

    TITLE = "title"
    LEAD = "lead"
    TEXT = "text"
    URL = "url"
    OUTLET = "outlet"
    COUNTRY = "country"
    LANGUAGE = "language"
    AUTHOR = "author"
    ENTITY = "entity"


class Evidence(Message):
    """A span that made a rule fire. Offsets count code points of the field in NFC."""

    field: Field
    start: int = About(ge=0, description="First code point of the span.")
    end: int = About(ge=0, description="One past the last code point.")
    surface: str = About(description="The text of the span.")
    rule: str = About(description="Id of the rule that fired.")
    sentence: str = About(description="The sentence around the span.")


class Match(Message):
    """An article revision that reached a topic's threshold."""

    topic_id: str = About(description="Id of the topic in topics/*.yaml.")
    topic_revision: str = About(description="Hash of the topic's definition.")
    article_id: str = About(description="As in news.articles.v1.")
    revision: int = About(description="As in news.articles.v1.")
    score: int = About(description="Sum of the points of the rules that fired.")
    threshold: int = About(description="The score that was required.")
    rules: tuple[str, ...] = About(description="Ids of the rules that fired, in file order.")
    evidence: tuple[Evidence, ...] = About(
        default=(), description="The spans that made the rules fire."
    )
    article: ArticleRevision = About(description="The article revision itself.")
    language: str = About(description="Language of the article, two letters.")
    entities: tuple[EntityMention, ...] = About(
        default=(), description="The entities that are named."
    )
    fingerprint: str = About(
        description="Sketch of the normalised text, by which copies are recognised."
    )
