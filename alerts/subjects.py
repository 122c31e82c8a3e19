"""Is a report in the words of another one about something else? Pure.

::

    "Schulen in Nordhagen bleiben geschlossen"    Wegen Glätte bleiben die Schulen in Nordhagen …
    "Schulen in Sorvik bleiben geschlossen"       Wegen Glätte bleiben die Schulen in Sorvik …
        ──▶ a word of each headline recurs in its own text and is nowhere in the other report,
            and the rest of both reports is the same form ──▶ another subject

Warnings, recalls, earthquakes, security notices, insolvencies and searches for missing people are
written so. Figures do not count: a rising toll is news of the same event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from alerts.story_terms import stem
from alerts.story_vocabulary import word_weight
from core.text.joiners import is_figure
from core.text.languages import Language, Words, languages
from core.text.tokens import tokenise

PHRASE = 3
"""Words of a phrase."""
FORM_PHRASES, FORM_SHARE = 3, 0.25
"""Phrases that two leads in one form share: how many, and what part of the shorter lead's."""
NEAR = 2
"""Words before and after a subject that say in which place of the form it is."""
TITLE_FORM_SHARE = 0.25
"""Part of the shorter headline that two headlines in one form share, without their subjects."""


@dataclass(frozen=True, slots=True)
class Report:
    """The words of a report, as stems.

    Attributes:
        title: Stems of the headline, function words too.
        phrases: Three words in a row of the lead, or of the beginning of the text, where the
            headline does not have them.
        text: All stems.
        subjects: Stems of the headline that recur in the lead and may name the subject, each with
            the words around it in the lead.
    """

    title: frozenset[str]
    phrases: frozenset[tuple[str, ...]]
    text: frozenset[str]
    subjects: Mapping[str, frozenset[str]]


def capitalised_words(text: str) -> tuple[str, ...]:
    """Return the folded words that are written without a small first letter, each once."""
    tokens = tokenise(text)
    words = zip(tokens.words, tokens.starts, strict=True)
    return tuple(dict.fromkeys(word for word, start in words if not text[start].islower()))


def report_of(
    title: Sequence[str],
    lead: Sequence[str],
    text: Iterable[str],
    names: Iterable[str],
    language: str,
) -> Report:
    """Return the report of an article's folded words.

    Args:
        title: Those of the headline.
        lead: Those of the lead, or of the beginning of the text.
        text: More words of the article.
        names: Words of the lead that may be names: those written with a capital or a figure.
        language: ISO 639-1.
    """
    own = [stem(word, language) for word in lead]
    headline = _stems(title, language)
    around = {at: frozenset(own[max(0, at - NEAR) : at + NEAR + 1]) for at in range(len(own))}
    subjects = _stems(filter(_may_name, set(title).intersection(names)), language)
    return Report(
        title=headline,
        phrases=_phrases(own) - _phrases([stem(word, language) for word in title]),
        text=headline | frozenset(own) | _stems(text, language),
        subjects={own[at]: near - {own[at]} for at, near in around.items() if own[at] in subjects},
    )


def has_other_subject(own: Report, other: Report) -> bool:
    """Return whether two reports in the same form are about different subjects.

    They stand in the same place: a word near the one in its lead is near the other in its own.
    """
    own_subjects = own.subjects.keys() - other.text
    other_subjects = other.subjects.keys() - own.text
    places = ((own.subjects[a], other.subjects[b]) for a in own_subjects for b in other_subjects)
    if all(one.isdisjoint(two) for one, two in places):
        return False
    shared = len(own.phrases & other.phrases)
    if shared < FORM_PHRASES or shared < FORM_SHARE * min(len(own.phrases), len(other.phrases)):
        return False
    return _share(own.title - own_subjects, other.title - other_subjects) >= TITLE_FORM_SHARE


def is_about_another(own: Report, reports: Sequence[Report]) -> bool:
    """Return whether a story is about another subject than a report in the form of one of its own.

    It is not where any of its reports names the subject.

    Args:
        own: The report.
        reports: Those of the story.
    """
    named: frozenset[str] = frozenset().union(*(report.text for report in reports))
    return any(own.subjects.keys() - named and has_other_subject(own, r) for r in reports)


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    shorter = min(len(one), len(other))
    return len(one & other) / shorter if shorter else 0.0


def _phrases(stems: Sequence[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(zip(*(stems[i:] for i in range(PHRASE)), strict=False))


def _stems(words: Iterable[str], language: str) -> frozenset[str]:
    return frozenset(stem(word, language) for word in words)


def _may_name(word: str) -> bool:
    is_count = is_figure(word) or word in _number_words(languages())
    return not is_count and word_weight(word) > 0


@cache
def _number_words(known: tuple[Language, ...]) -> Words:
    return frozenset().union(*(one.number_words for one in known))
