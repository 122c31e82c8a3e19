"""What a match says that is new in its story, in words for people. Pure.

::

    match, features, articles of the story ──find_development──▶ StoryNews | None
"""

from __future__ import annotations

from collections.abc import Sequence

from alerts.decide import ReasonCode, StoryNews
from alerts.developments import (
    Development,
    DevelopmentKind,
    StoryMember,
    find_development,
    says_correction,
    wording_of,
    words_with,
)
from alerts.stories import StoryFeatures, lead_of
from config.i18n import Phrase
from core.messages import Match


def find_news(
    match: Match,
    features: StoryFeatures,
    members: Sequence[StoryMember],
    elsewhere: Sequence[StoryMember] = (),
    *,
    is_copy: bool = False,
) -> StoryNews | None:
    """Return what a match says that its story's readers do not know; None where it is nothing.

    Args:
        match: The match.
        features: What its article is compared by.
        members: The articles of the story, an earlier revision of this one among them.
        elsewhere: Recent articles of the topic's other stories.
        is_copy: Whether the article is a copy of one of the story.
    """
    own = own_member(match, features)
    is_correction = says_correction((*features.title, *features.lead))
    development = find_development(
        own, members, elsewhere, is_correction=is_correction, is_copy=is_copy
    )
    return None if development is None else story_news(match, development)


def own_member(match: Match, features: StoryFeatures) -> StoryMember:
    """Return a match's article as a member of its story of which nobody was told yet."""
    return StoryMember(
        article_id=match.article_id,
        outlet=match.article.outlet,
        language=features.language,
        seen_at=features.seen_at or match.article.first_seen_at,
        is_told=False,
        wording=wording_of(features),
    )


def story_news(match: Match, development: Development) -> StoryNews:
    """Return a development in words for people: those of the match's headline and lead."""
    is_correction = development.kind is DevelopmentKind.CORRECTION
    return StoryNews(
        code=ReasonCode.CORRECTION if is_correction else ReasonCode.DEVELOPMENT,
        reason=_reason(match, development),
        text=match.article.title,
        corroborated_by=tuple(member.article_id for member in development.corroborated_by),
    )


def _reason(match: Match, development: Development) -> Phrase:
    text = f"{match.article.title} {lead_of(match.article)}"
    words = ", ".join(words_with(text, development.stems, match.language))
    outlets = ", ".join(dict.fromkeys(m.outlet for m in development.corroborated_by))
    if outlets:
        return Phrase("decision.news.corroborated", words=words, outlets=outlets)
    return Phrase(f"decision.news.{development.kind}", words=words)
