"""What a text says that earlier versions of it did not: new sentences, by difference. Pure.

::

    lines that an earlier version has ──▶ known
    other lines ──▶ sentences ──▶ the words of an earlier sentence, wherever it was ──▶ known
                              ──▶ nothing but a time, a date or a counter           ──▶ known
                              ──▶ a small edit of a sentence that is gone           ──▶ known
                              ──▶ otherwise new; neighbours are one span

Only a sentence that is gone can have been edited: a ticker's new entry in the form of its last one
is new. An edit is small where few words change and none of them changes what is said: no name is
replaced by another, and no outcome, negation, number of victims or amount changes. A time of day,
and a figure without a unit, such as a counter, may change.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from core.text.joiners import is_figure
from core.text.languages import Language, Words, languages
from core.text.sentences import sentence_starts
from core.text.tokens import folded_words, tokenise

EDITED_SHARE = 0.25
"""Share of a sentence's words that a small edit adds at most; one word may always be added."""

TYPO_RATIO = 0.8
"""Similarity of two spellings or forms of one word (:class:`difflib.SequenceMatcher`)."""

MAX_SENTENCES = 500
"""Changed sentences of a version that are compared: where there are more, changed lines are new."""

MAX_COMPARED = 300
"""New sentences, and those that are gone, that are compared pair by pair: some 50 ms."""

MAX_COMPARED_WORDS = 100
"""Words at the beginning of a sentence by which the sentence is looked for that it was before."""

MAX_WORD_PAIRS = 10_000
"""Pairs of changed words that are compared for one text, a few for each sentence: some 250 ms."""

LONGEST_WORD = 64
"""Characters of a word that may be another spelling of one: the comparison is quadratic."""

NOTE_WORDS = 3
"""Words of a note such as *Updated on Monday at 14:05*, besides times and figures."""

BEFORE_TOLL = 2
"""Words before *dead* or *injured* among which their number is."""

_DIGIT = re.compile(r"\d")
_AMOUNT_SIGN = re.compile(r"[\d.,]*\d\s?[%€$£]|[€$£]\s?[\d.,]*\d")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence: its span, its text without times of day, and the folded words of that."""

    start: int
    end: int
    text: str
    words: tuple[str, ...]


def find_new_spans(text: str, earlier: Sequence[str]) -> list[tuple[int, int]]:
    """Return the spans of a text that earlier versions of it do not have, ascending.

    Args:
        text: Paragraphs, one a line.
        earlier: Earlier versions, newest last. Small edits are those of the newest.

    Returns:
        Spans of whole sentences in code points. Neighbours are one span, across lines too.
    """
    lines = frozenset(text.split("\n"))
    known_lines = frozenset(line for version in earlier for line in version.split("\n"))
    fresh = _sentences(text, known_lines)
    if len(fresh) > MAX_SENTENCES:
        return _merge(_changed_lines(text, known_lines), text)
    replaced = [_sentences(version, lines) for version in earlier] if fresh else []
    known = {sentence.words for version in replaced for sentence in version}
    own = {sentence.words for sentence in fresh}
    gone = [s for s in (replaced[-1] if replaced else ()) if s.words not in own]
    new = [s for s in fresh if s.words not in known and not _is_note(s)]
    return _merge(((s.start, s.end) for s in _without_edits(new, gone)), text)


def is_new_line(line: str, earlier: Iterable[str]) -> bool:
    """Return whether a line, such as a headline, differs from all earlier ones by more than edits.

    Args:
        line: One line.
        earlier: The lines that it was before, in any order.
    """
    own, *before = (_sentence(each, 0) for each in (line, *earlier))
    return not any(own.words == each.words or _is_small_edit(own, each) for each in before)


def _changed_lines(text: str, without: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield the spans of all lines but these; those that are blank are left out."""
    at = 0
    for line in text.split("\n"):
        if line not in without and line.strip():
            yield at, at + len(line)
        at += len(line) + 1


def _sentences(text: str, without: frozenset[str]) -> list[_Sentence]:
    """Return the sentences of all lines but these, at most one more than are compared."""
    sentences: list[_Sentence] = []
    for at, end in _changed_lines(text, without):
        line = text[at:end]
        starts = sentence_starts(line)
        parts = zip(starts, [*starts[1:], len(line)], strict=True)
        split = (_sentence(line[first:last], at + first) for first, last in parts)
        sentences += (sentence for sentence in split if sentence.words)
        if len(sentences) > MAX_SENTENCES:
            break
    return sentences


def _sentence(text: str, at: int) -> _Sentence:
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    timeless = _times(languages()).sub(" ", text) if _DIGIT.search(text) else text
    return _Sentence(at + start, at + end, timeless, tuple(folded_words(timeless)))


def _is_note(sentence: _Sentence) -> bool:
    """Return whether a sentence is only a time, a date, a counter, or when a page was updated."""
    known = languages()
    words = [w for w in sentence.words if w.isalpha() and w not in _date_words(known)]
    is_update = not _update_words(known).isdisjoint(words)
    is_counter = len(words) == 1 and not _figures_that_count(sentence, known)
    has_figure = len(words) < len(sentence.words)
    return not words or (is_update and len(words) <= NOTE_WORDS) or (is_counter and has_figure)


def _without_edits(new: list[_Sentence], gone: list[_Sentence]) -> Iterator[_Sentence]:
    """Yield the sentences that are no small edit of one that is gone; each is edited once."""
    candidates = {old: _compared_words(old) for old in gone[:MAX_COMPARED]}
    pairs = 0
    for number, sentence in enumerate(new):
        own = _compared_words(sentence)
        nearest = max(candidates, key=lambda old: len(own & candidates[old]), default=None)
        pairs += _count_pairs(sentence, nearest) if nearest is not None else 0
        over = number >= MAX_COMPARED or pairs > MAX_WORD_PAIRS
        if nearest is None or over or not _is_small_edit(sentence, nearest):
            yield sentence
        else:
            del candidates[nearest]


def _compared_words(sentence: _Sentence) -> frozenset[str]:
    return frozenset(sentence.words[:MAX_COMPARED_WORDS])


def _count_pairs(new: _Sentence, old: _Sentence) -> int:
    """Return how many pairs of words differ between two sentences."""
    added, removed = Counter(new.words), Counter(old.words)
    return (added - removed).total() * (removed - added).total()


def _is_small_edit(new: _Sentence, old: _Sentence) -> bool:
    room = max(1, EDITED_SHARE * len(new.words))
    added = list((Counter(new.words) - Counter(old.words)).elements())
    if sum(word.isalpha() for word in added) > 2 * room:
        return False
    removed = list((Counter(old.words) - Counter(new.words)).elements())
    if len(removed) > len(old.words) / 2:
        return False
    added, removed = _without_typos(added, removed)
    telling = [word for word in added if word.isalpha()]
    return len(telling) <= room and not _changes_meaning(new, old, added, removed)


def _without_typos(added: list[str], removed: list[str]) -> tuple[list[str], list[str]]:
    """Return the words that are no other spelling or form of a word on the other side."""
    rest, removed = [], list(removed)
    for word in added:
        before = next((old for old in removed if _is_typo(word, old)), None)
        if before is None:
            rest.append(word)
        else:
            removed.remove(before)
    return rest, removed


def _is_typo(word: str, before: str) -> bool:
    if not (word.isalpha() and before.isalpha()) or max(len(word), len(before)) > LONGEST_WORD:
        return False
    return SequenceMatcher(None, word, before, autojunk=False).ratio() >= TYPO_RATIO


def _changes_meaning(
    new: _Sentence, old: _Sentence, added: Sequence[str], removed: Sequence[str]
) -> bool:
    known = languages()
    telling = _outcomes(known) | _negations(known) | _corrections(known)
    if not telling.isdisjoint(added) or not _negations(known).isdisjoint(removed):
        return True
    if _figures_that_count(new, known) - _figures_that_count(old, known):
        return True
    names, names_before = _capitalised(new), _capitalised(old)
    return not names.isdisjoint(added) and not names_before.isdisjoint(removed)


def _capitalised(sentence: _Sentence) -> frozenset[str]:
    tokens = tokenise(sentence.text)
    capital = (w for n, w in enumerate(tokens.words) if tokens.exact(n, n)[:1].isupper())
    return frozenset(filter(str.isalpha, capital))


def _figures_that_count(sentence: _Sentence, known: tuple[Language, ...]) -> frozenset[str]:
    """Return the number words before *dead* or *injured*, and the figures with a unit."""
    words, figures = sentence.words, set(_AMOUNT_SIGN.findall(sentence.text))
    for at, word in enumerate(words):
        if word in _tolls(known):
            figures.update(words[max(0, at - BEFORE_TOLL) : at])
            figures.update(w for w in words if is_figure(w))
        elif word in _units(known) and at and not words[at - 1].isalpha():
            figures.add(words[at - 1])
    return frozenset(figures)


def _merge(spans: Iterable[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Return ascending spans; those with only spaces between them are one."""
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and not text[merged[-1][1] : start].strip():
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


@cache
def _times(known: tuple[Language, ...]) -> re.Pattern[str]:
    """Return the pattern of a time of day: 14:05, 14.05 Uhr, 2 pm, 3 hours ago."""
    hours = "|".join(sorted(word for one in known for word in one.dates.hours))
    endings = "|".join(e for one in known for e in one.dates.clock_endings)
    elapsed = "|".join(e for one in known for e in one.dates.elapsed)
    behind = rf"\s?(?:(?:{hours})\b|{endings})"
    clock = rf"\b\d{{1,2}}(?::\d\d){{1,2}}\b(?:{behind})?|\b\d{{1,2}}(?:\.\d\d)?{behind}"
    return re.compile(rf"{clock}|\b(?:{elapsed})\b", re.IGNORECASE)


@cache
def _date_words(known: tuple[Language, ...]) -> Words:
    """Return the words that dates consist of, and those that say nothing."""
    dates = (one.dates for one in known)
    calendar = (w for d in dates for w in (*d.weekdays, *d.relative_days, *d.fillers, *d.joiners))
    months = (w for one in known for month in one.dates.months for w in month)
    functions = (w for one in known for w in one.function_words)
    return frozenset((*calendar, *months, *functions))


@cache
def _update_words(known: tuple[Language, ...]) -> Words:
    return frozenset().union(*(one.update_words for one in known))


@cache
def _outcomes(known: tuple[Language, ...]) -> Words:
    return frozenset().union(*(one.outcome_words for one in known))


@cache
def _corrections(known: tuple[Language, ...]) -> Words:
    return frozenset().union(*(one.correction_words for one in known))


@cache
def _negations(known: tuple[Language, ...]) -> Words:
    return frozenset().union(*(one.negations for one in known))


@cache
def _tolls(known: tuple[Language, ...]) -> Words:
    return frozenset().union(*(one.toll_words for one in known))


@cache
def _units(known: tuple[Language, ...]) -> Words:
    return frozenset().union(*(one.unit_words for one in known))
