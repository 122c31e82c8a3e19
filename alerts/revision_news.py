"""What a revision says that is new in its article's story. Pure.

::

    headline or lead changed ─▶ find_news, as for an article
    new paragraphs           ─▶ those with evidence, or that correct something
                                    ─▶ find_development, with its sentence as the headline
                                    ─▶ background, new to the story but not to the world ─▶ nothing
    all of it changed        ─▶ another report at the same address, if it shares few words
    none of these            ─▶ nothing: what matched was there before

The first text of an article that had a headline only is that article, not news by its new words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from alerts.decide import ReasonCode, StoryNews
from alerts.developments import (
    Development,
    DevelopmentKind,
    StoryMember,
    find_development,
    says_correction,
)
from alerts.news import find_news, own_member, story_news
from alerts.revisions import NewParagraph, changes_first_lines, is_compared, new_paragraphs
from alerts.stories import StoryFeatures
from config.i18n import Phrase
from core.messages import Match
from core.text import clean_line
from core.text.languages import Language, Words, languages
from core.text.tokens import folded_words

MAX_SENTENCE = 300
"""Most characters of the sentence that says what is new."""

OPENING_WORDS = 4
"""Words of a paragraph among which *Correction* or *Background* is, if it is one."""

PARAGRAPH_STEMS = 6
"""New stems of a sentence that only its new words make a development: articles grow."""

FIRST_TEXT_SHARE = 0.9

REPLACED_SHARE = 0.35
"""Most of the shorter headline and lead that those before share, if a page has another report: a
police blotter or a weather page of the next day. A stub that its article replaces shares more."""

WORDY = frozenset({DevelopmentKind.HEADLINE, DevelopmentKind.CORROBORATED})
"""Developments that only new words make. Of eight messages that told an article's own first text
after its headline alone, a reader of 141 messages wanted none."""

HEADLINE = "decision.news.headline"
"""Reason of a development that only its new words make one."""

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def find_revision_news(
    match: Match,
    features: StoryFeatures,
    members: Sequence[StoryMember],
    elsewhere: Sequence[StoryMember] = (),
) -> StoryNews | None:
    """Return what a revision says that its story's readers do not know; None where it is nothing.

    Args:
        match: The match of the revision.
        features: What its article is compared by.
        members: The articles of the story, the earlier revision of this one among them.
        elsewhere: Recent articles of the topic's other stories.
    """
    if not is_compared(match.article):
        return find_news(match, features, members, elsewhere)
    news = None
    if changes_first_lines(match.article):
        news = find_news(match, _without_old_corrections(match, features), members, elsewhere)
    news = news or _find_paragraph_news(match, features, members, elsewhere)
    return news or _find_replacement(match, features, members)


def _without_old_corrections(match: Match, features: StoryFeatures) -> StoryFeatures:
    """Return the features without the words of a correction that was there before."""
    article = match.article
    is_new = any(p.field == "title" for p in article.new_passages or ())
    headline = article.title if is_new else ""
    new = [headline, *(paragraph.text for paragraph in new_paragraphs(match))]
    if says_correction(folded_words("\n".join(new))):
        return features
    rest = {
        name: tuple(word for word in getattr(features, name) if not says_correction([word]))
        for name in ("title", "lead")
    }
    return features.model_copy(update=rest)


def _find_paragraph_news(
    match: Match,
    features: StoryFeatures,
    members: Sequence[StoryMember],
    elsewhere: Sequence[StoryMember],
) -> StoryNews | None:
    """Return the first correction in a new paragraph, else the first development."""
    members = [_without_form(member, match) for member in members]
    is_first_text = _is_first_text(match)
    news = []
    for paragraph, sentence in _telling_sentences(match):
        lines = {"title": sentence, "lead": paragraph.text}
        words = {name: tuple(folded_words(text)) for name, text in lines.items()}
        own = own_member(match, features.model_copy(update=words))
        corrects = _corrects(paragraph)
        found = find_development(own, members, elsewhere, is_correction=corrects)
        is_told = found is not None and not (is_first_text and found.kind in WORDY)
        if found is not None and is_told and _is_telling(found, match, sentence):
            article = match.article.model_copy(update=lines)
            news.append(story_news(match.model_copy(update={"article": article}), found))
    corrections = (each for each in news if each.code is ReasonCode.CORRECTION)
    return _by_paragraph(next(corrections, news[0])) if news else None


def _find_replacement(
    match: Match, features: StoryFeatures, members: Sequence[StoryMember]
) -> StoryNews | None:
    """Return the report that has taken the place of another one, headline and text."""
    has_headline = any(p.field == "title" for p in match.article.new_passages or ())
    before = next((m.wording for m in members if m.article_id == match.article_id), None)
    if not has_headline or not _is_first_text(match) or before is None:
        return None
    own = own_member(match, features).wording
    shorter = min(len(own.stems), len(before.stems))
    had_headline_only = before.stems == before.headline
    if had_headline_only or len(own.stems & before.stems) > REPLACED_SHARE * shorter:
        return None
    new = own.headline - before.stems
    return story_news(match, Development(DevelopmentKind.REPLACED, new)) if new else None


def _is_first_text(match: Match) -> bool:
    """Return whether all of an article's text is new: it had a headline only, or another text."""
    article = match.article
    text = sum(p.end - p.start for p in article.new_passages or () if p.field != "title")
    return text >= FIRST_TEXT_SHARE * len(f"{article.lead}{article.text}")


def _is_telling(development: Development, match: Match, sentence: str) -> bool:
    """Return whether a sentence is told; of one with many new words alone more is asked."""
    if development.kind is not DevelopmentKind.HEADLINE:
        return True
    return len(development.stems) >= PARAGRAPH_STEMS and not _is_background(match, sentence)


def _without_form(member: StoryMember, match: Match) -> StoryMember:
    """Return a member without the headline whose form another report of the outlet may have.

    Reports in one form have similar headlines; a sentence of a paragraph is no headline.
    """
    if member.outlet != match.article.outlet:
        return member
    return replace(member, wording=replace(member.wording, headline=frozenset()))


def _telling_sentences(match: Match) -> Iterator[tuple[NewParagraph, str]]:
    """Yield the new paragraphs that may say something, each with the sentence that does."""
    for paragraph in new_paragraphs(match):
        if _corrects(paragraph):
            yield paragraph, clean_line(paragraph.text, MAX_SENTENCE)
        else:
            for sentence in dict.fromkeys(e.sentence for e in paragraph.evidence):
                yield paragraph, clean_line(sentence, MAX_SENTENCE)


def _by_paragraph(news: StoryNews) -> StoryNews:
    """Return the news with a reason that names the paragraph instead of the headline."""
    if news.reason.code != HEADLINE:
        return news
    return replace(news, reason=Phrase("decision.news.paragraph", **news.reason.params))


def _corrects(paragraph: NewParagraph) -> bool:
    return says_correction(folded_words(paragraph.text)[:OPENING_WORDS])


def _is_background(match: Match, sentence: str) -> bool:
    """Return whether a sentence tells what was before, as articles add it when they grow."""
    this_year = (match.article.changed_at or match.article.fetched_at).year
    is_past = any(int(year) < this_year for year in _YEAR.findall(sentence))
    opening = folded_words(sentence)[:OPENING_WORDS]
    return is_past or not _background_words(languages()).isdisjoint(opening)


@cache
def _background_words(known: tuple[Language, ...]) -> Words:
    return frozenset().union(*(one.background_words for one in known))
