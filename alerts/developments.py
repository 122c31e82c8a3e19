"""Developments: does an article say what its story's readers do not know yet? Pure.

::

    headline and lead of the article ─▶ stems ─▶ new: those that no told article of the story has
                                                          │
        correction  the article says that it corrects or withdraws something
        corroborated ◀─ three new stems that another outlet used too in the last 100 minutes
        toll         ◀─ a new figure in a headline of dead, of hurt, or of missing people
        outcome      ◀─ a new headline with words for an outcome: resigns, arrested, steps down
        same form    ◀─ a headline of the same outlet in the same form about another place or
                        person, or of any outlet with another figure
        headline     ◀─ three stems of a headline are new; it is no told one reworded, no comment
                                                          │
                                          Development | None (minor)

An article that is told makes its words known, and those of the articles that corroborate it. What
is not told stays unknown, so that the next outlet that reports it is the second source.

Measured on the labels that :mod:`alerts.stories` names (105 developments after the first poll, 93
kept back), where a development counts as told if a message within two hours of its first report is
about an article that reports it. With the stories that :mod:`alerts.stories` makes, new stories
counted as messages, page changes as revisions of one URL:

=================================================  ================  ================
told if                                            tuned on          kept back
=================================================  ================  ================
only new stories                                   70 %, 2.3 each    56 %, 2.6 each
two stems of two outlets, five stems in a
headline, a looser *same form*                     87 %, 2.5         80 %, 2.6
as here                                            91 %, 2.5         86 %, 2.6
the same with REPEATED_SHARE .4, threshold .18     88 %, 2.4         85 %, 2.4
=================================================  ================  ================

A weighted sum of 23 signs (new stems, likeness to told headlines, corroboration, questions, quotes,
the time since the last message) tells no more with as many messages, trained on nine of the ten
stories and tried on the tenth.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from alerts.headline_facts import find_deaths, find_figures, find_outcomes, find_tolls
from alerts.stories import StoryFeatures
from alerts.story_terms import stem
from alerts.story_vocabulary import word_weight
from core.text.joiners import is_figure
from core.text.languages import Language, languages
from core.text.tokens import folded_words

CORROBORATION_WINDOW = timedelta(minutes=100)
CORROBORATED_STEMS = 3
NOTICE_STEMS, NOTICE_SHARE = 3, 0.6
"""What two headlines share that differ in one word: an authority's notice for another place."""
HEADLINE_STEMS, HEADLINE_SHARE = 3, 0.3
"""New stems that a headline has, and what part of it they are, if it alone is a development."""
SHORT_STEMS, SHORT_SHARE = 2, 0.6
"""The same of a headline of a few words."""
REPEATED_SHARE = 0.45
"""Part of a headline's stems that no told headline has all of, likewise."""
LABEL_WORDS = 3
"""Words of a headline among which its label is: *Comment*, *SZ Plus Meinung*."""
TELLING_WEIGHT = 0.6
"""Words of three letters or more, and figures, that are no function words."""

_TOKEN = re.compile(r"[^\W_][\w.,:’'-]*[^\W_]|[^\W_]")


class DevelopmentKind(StrEnum):
    """What makes an article a development."""

    CORRECTION = "correction"
    CORROBORATED = "corroborated"
    TOLL = "toll"
    OUTCOME = "outcome"
    SAME_FORM = "same_form"
    REPLACED = "replaced"
    HEADLINE = "headline"


@dataclass(frozen=True, slots=True)
class Wording:
    """What an article says first, as stems.

    Attributes:
        headline: Stems of its headline.
        stems: Those and the stems of its lead.
        outcomes: Words and phrases for an outcome in its headline, whole: *resigned* is not
            *resigning*. Words for deaths are one outcome.
        known_outcomes: The same of headline and lead; who tells of victims tells of deaths.
        earlier: Stems, outcomes and tolls of its earlier revisions that were told.
        tolls: Figures in its headline, each with what they count: dead, hurt or missing people.
        known_tolls: The same of headline and lead.
        figures: Figures in its headline that are no ages, times of day or years.
        known_figures: The same of headline and lead.
        is_opinion: Whether its headline calls it a comment, an analysis, an interview or the like.
    """

    headline: frozenset[str]
    stems: frozenset[str]
    outcomes: frozenset[str] = frozenset()
    known_outcomes: frozenset[str] = frozenset()
    earlier: frozenset[str] = frozenset()
    tolls: frozenset[str] = frozenset()
    known_tolls: frozenset[str] = frozenset()
    figures: frozenset[str] = frozenset()
    known_figures: frozenset[str] = frozenset()
    is_opinion: bool = False


@dataclass(frozen=True, slots=True)
class StoryMember:
    """An article of the story.

    Attributes:
        seen_at: When this wording was first seen.
        is_told: Whether people were told about it.
    """

    article_id: str
    outlet: str
    language: str
    seen_at: datetime
    is_told: bool
    wording: Wording


@dataclass(frozen=True, slots=True)
class Development:
    """What an article says that is new.

    Attributes:
        kind: What makes it a development.
        stems: The new stems that decided.
        corroborated_by: The articles of other outlets that say the same; they are told with it.
    """

    kind: DevelopmentKind
    stems: frozenset[str]
    corroborated_by: tuple[StoryMember, ...] = ()


def wording_of(features: StoryFeatures) -> Wording:
    """Return the wording of an article."""
    headline = _stems(features.title, features.language)
    return Wording(
        headline=headline,
        stems=headline | _stems(features.lead, features.language),
        outcomes=find_outcomes(features.title),
        known_outcomes=find_outcomes(features.title)
        | find_outcomes(features.lead)
        | find_deaths((*features.title, *features.lead)),
        earlier=frozenset(features.earlier),
        tolls=find_tolls(features.title),
        known_tolls=find_tolls(features.title) | find_tolls(features.lead),
        figures=find_figures(features.title),
        known_figures=find_figures(features.title) | find_figures(features.lead),
        is_opinion=not _opinion_words(languages()).isdisjoint(features.title[:LABEL_WORDS]),
    )


def told_words(wording: Wording) -> frozenset[str]:
    """Return what is remembered of a revision that was told: stems, outcomes and tolls."""
    return wording.stems | wording.known_outcomes | wording.known_tolls


def find_development(
    own: StoryMember,
    members: Iterable[StoryMember],
    elsewhere: Iterable[StoryMember] = (),
    *,
    is_correction: bool = False,
    is_copy: bool = False,
) -> Development | None:
    """Return what an article says that the story's readers do not know; None where it is nothing.

    Args:
        own: The article; a revision takes the place of the one before it.
        members: The articles of its story, with earlier revisions of itself.
        elsewhere: Articles of the topic's other stories, which may report the same.
        is_correction: Whether it says that it corrects or withdraws something.
        is_copy: Whether its text is one that the readers have; another headline is no news then.
    """
    others = tuple(members)
    known = _known_stems(others)
    new = own.wording.stems - known
    headline = own.wording.headline - known
    if is_correction:
        return Development(DevelopmentKind.CORRECTION, new)
    corroboration = _corroboration(own, new, headline, known, (*others, *elsewhere))
    if corroboration is not None:
        return corroboration
    if own.wording.tolls - _known_tolls(others):
        figures = frozenset(filter(is_figure, own.wording.headline))
        people = own.wording.headline & _toll_stems(languages())
        return Development(DevelopmentKind.TOLL, headline | figures | people)
    outcomes = own.wording.outcomes - _known_outcomes(others)
    if outcomes:
        return Development(DevelopmentKind.OUTCOME, headline | _outcome_stems(own))
    if any(_is_same_form(own, other, headline) for other in others) or _has_other_figure(
        own, others
    ):
        return Development(DevelopmentKind.SAME_FORM, headline)
    if not is_copy and _is_new_headline(own, headline, others):
        return Development(DevelopmentKind.HEADLINE, headline)
    return None


def words_with(text: str, stems: frozenset[str], language: str, *, limit: int = 6) -> list[str]:
    """Return the words of a text that have one of the stems, as they are written, each once."""
    tokens = dict.fromkeys(_TOKEN.findall(text))
    found = (t for t in tokens if not stems.isdisjoint(_stems(folded_words(t), language)))
    return list(found)[:limit]


def says_correction(words: Iterable[str]) -> bool:
    """Return whether folded words say that an article corrects or withdraws something."""
    return not _correction_words(languages()).isdisjoint(words)


def _outcome_stems(own: StoryMember) -> frozenset[str]:
    """Return the stems of the headline's words for an outcome."""
    phrases = (word for term in own.wording.outcomes for word in term.split() if " " in term)
    known = _stems_of_outcomes(languages(), own.language) | _stems(phrases, own.language)
    return own.wording.headline & known


def _known_stems(members: Iterable[StoryMember]) -> frozenset[str]:
    known: frozenset[str] = frozenset()
    for member in members:
        known |= member.wording.earlier
        if member.is_told:
            known |= member.wording.stems
    return known


def _is_same_form(own: StoryMember, other: StoryMember, headline: frozenset[str]) -> bool:
    """Return whether an outlet uses the words of one report for another event.

    Security notices, earthquakes, recalls and warnings are written so. An outlet that writes about
    the same event again uses other words for it, or names the same.
    """
    if own.outlet != other.outlet or own.article_id == other.article_id:
        return False
    own_subject = min(len(headline), len(other.wording.headline - own.wording.stems))
    return own_subject >= 1 and _is_form(own.wording.headline, other.wording.headline)


def _has_other_figure(own: StoryMember, members: Iterable[StoryMember]) -> bool:
    """Return whether a headline is a told one with a figure that nobody was told."""
    told = [m for m in members if m.is_told and m.article_id != own.article_id]
    if not own.wording.figures.difference(*(m.wording.known_figures for m in told)):
        return False
    return any(
        m.wording.figures - own.wording.known_figures
        and _is_form(_without_figures(own), _without_figures(m))
        for m in told
    )


def _without_figures(member: StoryMember) -> frozenset[str]:
    return frozenset(stem for stem in member.wording.headline if not is_figure(stem))


def _is_form(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether two headlines are one form with a few other words."""
    form = len(one & other)
    return form >= NOTICE_STEMS and form >= NOTICE_SHARE * len(one | other)


def _known_tolls(members: Iterable[StoryMember]) -> frozenset[str]:
    members = tuple(members)
    told = (m.wording.known_tolls for m in members if m.is_told)
    return frozenset().union(*told, *(m.wording.earlier for m in members))


def _is_new_headline(own: StoryMember, new: frozenset[str], members: Iterable[StoryMember]) -> bool:
    """Return whether a headline has enough that is new, and is none of the told ones reworded."""
    headline = own.wording.headline
    if not _has_enough_new(len(new), len(headline)) or own.wording.is_opinion:
        return False
    same = [member for member in members if member.language == own.language]
    told = [m for m in same if m.is_told]
    if not told and not any(m.wording.earlier for m in same):
        told = same  # what was told in another language, in the words of the first article in this
        if not told:
            return False
    repeated = REPEATED_SHARE * len(headline)
    return all(len(headline & m.wording.headline) <= repeated for m in told)


def _has_enough_new(new: int, stems: int) -> bool:
    is_short = new >= SHORT_STEMS and new >= SHORT_SHARE * stems
    return is_short or (new >= HEADLINE_STEMS and new >= HEADLINE_SHARE * stems)


def _known_outcomes(members: Iterable[StoryMember]) -> frozenset[str]:
    members = tuple(members)
    told = (m.wording.known_outcomes for m in members if m.is_told)
    return frozenset().union(*told, *(m.wording.earlier for m in members))


def _corroboration(
    own: StoryMember,
    new: frozenset[str],
    headline: frozenset[str],
    known: frozenset[str],
    members: Iterable[StoryMember],
) -> Development | None:
    """Return the development that another outlet reports too; one shared stem is in a headline."""
    agreeing: list[StoryMember] = []
    agreed: frozenset[str] = frozenset()
    for member in members:
        apart = abs(own.seen_at - member.seen_at)
        if member.outlet == own.outlet or apart > CORROBORATION_WINDOW:
            continue
        shared = new & (member.wording.stems - known)
        in_headline = shared & (headline | member.wording.headline)
        if len(shared) >= CORROBORATED_STEMS and in_headline:
            agreeing.append(member)
            agreed |= shared
    if not agreeing:
        return None
    return Development(DevelopmentKind.CORROBORATED, agreed, tuple(agreeing))


def _stems(words: Iterable[str], language: str) -> frozenset[str]:
    return frozenset(stem(w, language) for w in words if word_weight(w) >= TELLING_WEIGHT)


@cache
def _stems_of_outcomes(known: tuple[Language, ...], language: str) -> frozenset[str]:
    return _stems((word for one in known for word in one.outcome_words), language)


@cache
def _toll_stems(known: tuple[Language, ...]) -> frozenset[str]:
    return frozenset(stem(word, one.code) for one in known for word in one.toll_words)


@cache
def _opinion_words(known: tuple[Language, ...]) -> frozenset[str]:
    return frozenset().union(*(one.opinion_words for one in known))


@cache
def _correction_words(known: tuple[Language, ...]) -> frozenset[str]:
    return frozenset().union(*(one.correction_words for one in known))
