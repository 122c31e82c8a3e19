"""Recognise what a site says instead of an article: that there is none, or that one must log in.

::

    titles ──▶ kind, where a whole title says nothing else ("Page not found | Outlet")
    text ────▶ kind, and how many of its sentences speak to a visitor of the site

Phrases are in the ``title_`` and ``text_`` sections of each language's page file. A single phrase
proves nothing, because articles have such headlines and quote such sentences;
:mod:`ingest.extract.page_vote` weighs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from ahocorasick_rs import AhoCorasick

from ingest.extract.vocabulary import alternatives, required_literals


class Notice(StrEnum):
    """A kind of page that a site answers with instead of an article."""

    NOT_FOUND = "not_found_page"
    LOGIN = "login_page"
    REFUSAL = "refusal_page"
    MAINTENANCE = "maintenance_page"
    CHALLENGE = "challenge_page"
    CONSENT = "consent_wall"
    INTERSTITIAL = "interstitial"
    SCRIPT = "script_page"


_SECTIONS = {
    Notice.LOGIN: "login",
    Notice.REFUSAL: "refusal",
    Notice.MAINTENANCE: "maintenance",
    Notice.CHALLENGE: "challenge",
    Notice.CONSENT: "consent",
    Notice.INTERSTITIAL: "interstitial",
    Notice.SCRIPT: "script",
    Notice.NOT_FOUND: "not_found",
}
_NUMBER_AT_END = re.compile(r"\W*\(?(?:fehler|error|code)?\W{0,2}[45]\d\d\W*$")
_BY_NUMBER = {
    "401": Notice.LOGIN,
    "403": Notice.REFUSAL,
    "451": Notice.REFUSAL,
    "429": Notice.REFUSAL,
    "404": Notice.NOT_FOUND,
    "410": Notice.NOT_FOUND,
}
_PARTS = re.compile(r"\s+[|–—·•»-]\s+|\s*\|\s*")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n")
_CALL = re.compile(
    r"^(?:o+ps|u+ps|oups|hmm*|oh je|(?:fehler|error|erreur|ошибка|помилка):"
    r"|hoppla|huch|oh nein|oh no|oh-oh|uh-oh|oje|sorry|whoops|pardon|désolé|mince"
    r"|ой|упс|tut uns leid|es tut uns leid|(?:we[’']re |we are )?sorry|entschuldigung|leider)"
    r"(?:\b|(?<=:))\W*"
)
_NUMBER = re.compile(r"\b\d{3}\b")
_LONGEST_TITLE = 150
_LONGEST_SENTENCE = 300
_MOST_SENTENCES = 80


@dataclass(frozen=True, slots=True)
class NoticeText:
    """What the sentences of a text say to a visitor of the site.

    Attributes:
        kind: The kind of most of them; None where there are none.
        sentences: How many are of any kind.
        share: Their share of the text's characters, 0 to 1.
    """

    kind: Notice | None
    sentences: int
    share: float


def notice_in_title(title: str) -> Notice | None:
    """Return what a title says where it, or a part of it beside the outlet's name, is a notice."""
    for part in _PARTS.split(title[:_LONGEST_TITLE].strip().lower()):
        if (kind := _kind_of_part(part)) is not None:
            return kind
    return None


def read_notices(text: str) -> NoticeText:
    """Return what the sentences of a text say to a visitor of the site."""
    counts: dict[Notice, int] = {}
    said = total = sentences = 0
    for sentence in _sentences(text):
        total += len(sentence)
        kinds = _kinds_of_sentence(sentence)
        said += len(sentence) if kinds else 0
        sentences += bool(kinds)
        for kind in kinds:
            counts[kind] = counts.get(kind, 0) + 1
    best = max(counts, key=lambda kind: counts[kind]) if counts else None
    return NoticeText(best, sentences, said / total if total else 0.0)


def _kinds_of_sentence(sentence: str) -> list[Notice]:
    """Return the kinds whose phrases are in a sentence; patterns are tried if a literal is."""
    automaton, kinds, without = _text_literals()
    found = automaton.find_matches_as_indexes(sentence, overlapping=True)
    possible = without.union(kinds[index] for index, _, _ in found)
    patterns = _text_patterns()
    return [k for k in patterns if k in possible and patterns[k].search(sentence)]


def _sentences(text: str) -> Iterable[str]:
    for sentence in _SENTENCE.split(text.lower())[:_MOST_SENTENCES]:
        if sentence.strip():
            yield sentence[:_LONGEST_SENTENCE]


def _kind_of_part(part: str) -> Notice | None:
    """Return the kind of a part of a title, without the number of an error and an apology."""
    if (kind := _whole_notice(part)) is not None:
        return kind
    bare = _CALL.sub("", part)
    number = _error_number().match(bare)
    rest = _CALL.sub("", bare[number.end() :] if number else bare)
    if not rest.strip(" .!?…:"):
        if number is None:
            return Notice.NOT_FOUND if bare != part else None
        code = _NUMBER.search(number[0])
        return _BY_NUMBER.get(code[0] if code else "", Notice.MAINTENANCE)
    return _whole_notice(rest)


def _whole_notice(part: str) -> Notice | None:
    bare = _NUMBER_AT_END.sub("", part).strip(" .!?…:")
    return next((kind for kind, one in _title_patterns().items() if one.fullmatch(bare)), None)


@cache
def _error_number() -> re.Pattern[str]:
    return _union("error_number")


@cache
def _title_patterns() -> dict[Notice, re.Pattern[str]]:
    return {kind: _union(f"title_{section}") for kind, section in _SECTIONS.items()}


@cache
def _text_patterns() -> dict[Notice, re.Pattern[str]]:
    return {kind: _union(f"text_{section}") for kind, section in _SECTIONS.items()}


@cache
def _text_literals() -> tuple[AhoCorasick, tuple[Notice, ...], frozenset[Notice]]:
    """Return literals one of which phrases contain, of which kind each is, and kinds without."""
    lines = [
        (kind, required_literals(line))
        for kind, section in _SECTIONS.items()
        for line in alternatives(f"text_{section}")
    ]
    literals = [(literal, kind) for kind, required in lines for literal in required]
    without = frozenset(kind for kind, required in lines if not required)
    return AhoCorasick([one for one, _ in literals]), tuple(k for _, k in literals), without


def _union(section: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line})" for line in alternatives(section)))
