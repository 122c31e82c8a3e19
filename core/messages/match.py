"""``news.matches.v1``: a topic reached its threshold on an article revision; stands alone."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field as About

from core.messages.article import ArticleRevision
from core.messages.base import Message
from core.messages.enriched import EntityMention


class Field(StrEnum):
    """What a span or a query's field indexes."""

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
    """A span that made a rule fire. Offsets count code points of the NFC field."""

    field: Field
    start: int = About(ge=0, description="First code point of the span.")
    end: int = About(ge=0, description="One past the last code point.")
    surface: str = About(description="The text of the span.")
    rule: str = About(description="Id of the rule that it made fire.")
    sentence: str = About(description="The sentence around the span.")


class Match(Message):
    """One article revision that reached a topic's threshold."""

    topic_id: str
    topic_revision: str = About(description="Hash of the topic's definition.")
    article_id: str
    revision: int
    score: int = About(description="Sum of the weights of the rules that fired.")
    threshold: int
    rules: tuple[str, ...] = About(description="Ids of the rules that fired, in file order.")
    evidence: tuple[Evidence, ...] = ()
    article: ArticleRevision = About(description="The article revision itself.")
    language: str = About(description="Language the article was found to be in.")
    entities: tuple[EntityMention, ...] = ()
    fingerprint: str = About(description="Sketch of the normalised text; see processors.")
