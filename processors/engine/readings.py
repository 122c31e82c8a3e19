"""Other readings of words: what suspended compounds and gendered forms stand for.

::

    die NATO- und EU-Beitritte           NATO-Beitritte
    in der Ost- und Südukraine           Ostukraine
    Rüstungsimporte und -exporte         Rüstungsexporte
    Lehrer:innen streiken                Lehrer streiken        (the word itself: Lehrerinnen)
    die Ukraine1 wehrt sich              die Ukraine wehrt sich

A reading is put behind the words of the text, with the words around it, so that phrases are found
in it as in the text. Each of its words has an *origin*: the positions of the text that it is read
from. A text without such a word costs nothing; which has one, the tokeniser notes
(:attr:`core.text.tokens.Tokens.clues`).

Where a compound is closed, the language's lexicon says what its parts are: *Süd-ukraine*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from core.text.characters import FIELD_MARK, HYPHENS
from core.text.languages import Language, language, languages
from core.text.tokens import Tokens, tokenise
from core.text.units import are_joined
from processors.forms.compounds import Compounds, compounds_of

MAX_CLUES = 300
"""Words of a text that are read in another way, the first ones; a bound for hostile texts."""
CONTEXT = 6
"""Words on each side that a reading is put between: phrases are seldom longer."""
FURTHEST = 6
"""Words from one part of a suspended compound to the word that completes it."""
MAX_SPLITS = 3
"""Ways to read a closed compound: *Fach-kräftemangel*, *Fachkräfte-mangel*."""
MIN_PART = 4
"""Letters of what both parts share."""

_GENDERED = re.compile(r"(.+?)(?:[.:*_/·]|\()(innen|in|r|n|m)(\w*)\)?$", re.IGNORECASE)
_SLASHED = frozenset(("in", "innen"))
_FOOTNOTE = re.compile(r"([^\W\d_]{4,}[^\W\d_A-ZÄÖÜ])\d{1,2}$|([^\W\d_]{2,})[¹²³⁰⁴-⁹]{1,2}$")
"""A word with the figure of a note. *Covid19* is one too, which does no harm; *MH17* is none."""
_OPENS = frozenset("/(„[ \n\t")
_UMLAUTS = str.maketrans("äöüÄÖÜ", "aouAOU")

Origin = tuple[int, int]


@dataclass(frozen=True, slots=True)
class WordReading:
    """Another reading of some words of a text.

    Attributes:
        first: First position that is read otherwise.
        last: Last position.
        text: What they are read as.
        origins: The positions that each word of ``text`` is read from; empty where all are read
            from all.
    """

    first: int
    last: int
    text: str
    origins: tuple[Origin, ...] = ()


def with_readings(tokens: Tokens, code: str) -> tuple[Tokens, list[Origin]]:
    """Return a tokenised text with other readings behind it, and the origins of their words.

    Args:
        tokens: A tokenised text with clues.
        code: Of the language, whose lexicon splits compounds.
    """
    readings = find_readings(tokens, language(code))
    if not readings:
        return tokens, []
    extension = _Extension(tokens)
    for layer in _layers(readings):
        extension.add(layer)
    return extension.tokens()


def find_readings(tokens: Tokens, known: Language) -> list[WordReading]:
    """Return the readings that the clues of a text suggest."""
    finder = _Finder(tokens, known)
    return list(dict.fromkeys(r for at in tokens.clues[:MAX_CLUES] for r in finder.read(at)))


class _Finder:
    """Finds what words are read as, by what suggests it."""

    def __init__(self, tokens: Tokens, known: Language) -> None:
        self._tokens = tokens
        self._text = tokens.text
        self._parts = _Parts(known)
        self._chains = {
            at: chain for chain in tokens.chains for at in range(chain[0], chain[1] + 1)
        }
        self._shared = _suspension_words(languages())

    def read(self, clue: int) -> Iterable[WordReading]:
        """Return what the word around or beside a clue is read as."""
        at = int(np.searchsorted(self._tokens.starts, clue, "right")) - 1
        inside = at >= 0 and clue < self._tokens.ends[at]
        if inside:
            return self._read_word(at)
        if self._text[clue] not in HYPHENS:
            return ()
        if at >= 0 and self._tokens.ends[at] == clue:
            return self._complete_head(at)
        if clue == 0 or self._text[clue - 1] in _OPENS:
            return self._complete_tail(at + 1, clue)
        return ()

    def _read_word(self, at: int) -> Iterator[WordReading]:
        written = self._tokens.exact(at, at)
        footnote = _FOOTNOTE.match(written)
        if footnote:
            yield WordReading(at, at, footnote[1] or footnote[2])
        gendered = _GENDERED.match(written)
        if gendered and "." not in gendered[1]:
            for text in _masculine(gendered[1], gendered[2].casefold(), gendered[3]):
                yield WordReading(at, at, text)

    def _complete_head(self, at: int) -> Iterator[WordReading]:
        """Complete a word that ends with a hyphen by the end of a later one."""
        target = self._target(at)
        if target is None:
            return
        first = self._chains.get(at, (at, at))[0]
        head = self._exact(first, at)
        end = self._chains.get(target, (target, target))[1]
        rest = self._exact(target + 1, end) if end > target else ""
        if rest:
            after = range(target + 1, end + 1)
            origins = tuple((i, i) for i in (*range(first, at + 1), *after))
            yield WordReading(first, end, f"{head}-{rest}", origins)
        if not head[-1].isalpha():
            return
        if rest and len(after) == 1 and not (head.isupper() or rest.isupper()):
            yield WordReading(first, end, head + rest[:1].lower() + rest[1:])
        for _, tail in self._parts.splits(self._tokens.words[target], head.casefold()):
            text = f"{head}-{tail.capitalize()}" if head.isupper() else head + tail
            yield WordReading(first, end, f"{text}-{rest}" if rest else text)

    def _target(self, at: int) -> int | None:
        """Return the position of the word that completes one with a hyphen at its end."""
        words, tokens = self._tokens.words, self._tokens
        capital = tokens.is_capitalised(at)
        if self._text[int(tokens.ends[at]) + 1 : int(tokens.ends[at]) + 2].isspace():
            later = at + 1  # *NATO- Beitritt* has a space too many, which makes no other word
            if later == len(words) or words[later] not in self._shared:
                return None
        for later in range(at + 1, min(at + FURTHEST, len(words) - 1) + 1):
            if not are_joined(tokens, later - 1, later):
                return None
            if words[later] in self._shared or self._is_suspended(later):
                continue
            if capital and not tokens.is_capitalised(later) and later not in self._chains:
                continue  # an adjective: *Innen- und europäische Außenpolitik*
            return later
        return None

    def _is_suspended(self, at: int) -> bool:
        end = int(self._tokens.ends[at])
        is_last = at + 1 not in self._chains or self._chains[at + 1][0] == at + 1
        return is_last and self._text[end : end + 1] in (*HYPHENS,)

    def _complete_tail(self, at: int, clue: int) -> Iterator[WordReading]:
        """Complete a word that begins with a hyphen by the beginning of an earlier one."""
        words, tokens = self._tokens.words, self._tokens
        if at >= len(words) or tokens.starts[at] != clue + 1 or not words[at].isalpha():
            return
        if words[at] in _SLASHED and at and self._text[clue - 1] == "/":
            yield WordReading(at - 1, at, f"{self._exact(at - 1, at - 1)}{words[at]}")
            return
        source = self._source(at)
        if source is None:
            return
        last = self._chains.get(at, (at, at))[1]
        tail = self._exact(at, last)
        first, end = self._chains.get(source, (source, source))
        if end > first:
            yield WordReading(first, last, f"{self._exact(first, end - 1)}-{tail}")
            return
        for head in self._heads(words[source], tail.casefold()):
            beginning = _as_written(head, tokens.exact(source, source))
            yield WordReading(source, last, beginning + tail[:1].lower() + tail[1:])

    def _heads(self, word: str, tail: str) -> list[str]:
        """Return the first parts of a word that another last part may follow."""
        same = tail[:MIN_PART]  # *Hobbyläuferinnen und -läufer*
        if len(same) == MIN_PART and word.find(same, 2) > 0:
            return [word[: word.rindex(same)]]
        return [head for head, _ in self._parts.splits(word)]

    def _source(self, at: int) -> int | None:
        """Return the position of the word that completes one with a hyphen before it."""
        words, tokens = self._tokens.words, self._tokens
        for earlier in range(at - 1, max(-1, at - FURTHEST - 1), -1):
            if not are_joined(tokens, earlier, earlier + 1):
                return None
            start = int(tokens.starts[earlier])
            if words[earlier] in self._shared or self._text[start - 1 : start] in (*HYPHENS,):
                if earlier in self._chains:
                    return earlier
                continue
            return earlier
        return None

    def _exact(self, first: int, last: int) -> str:
        return self._tokens.exact(first, last)


class _Parts:
    """Splits closed compounds in two."""

    def __init__(self, known: Language) -> None:
        self._language = known
        self._compounds: Compounds | None = compounds_of(known)

    def splits(self, word: str, head: str = "") -> list[tuple[str, str]]:
        """Return the ways in which a word is a first and a last part, the likeliest first.

        Args:
            word: The folded word.
            head: The folded first part of the other compound, where it is known. If that is a
                prefix, the word has one too: *Vor- und Nach-teile*.
        """
        pairs = [(word[:at], word[at:]) for at in range(2, len(word) - MIN_PART + 1)]
        prefixed = [pair for pair in pairs if pair[0] in self._prefixes]
        is_prefix = head in self._prefixes
        one = [(a, b) for a, b in pairs if self._is_one(a) and self._is_one(b)]
        words = [(a, b) for a, b in pairs if self._is_word(a) and self._is_word(b)]
        for found in (
            [(a, b) for a, b in prefixed if is_prefix and self._is_word(b)],
            one,
            [pair for pair in words if self._is_one(pair[0])][:1]
            + [pair for pair in words if self._is_one(pair[1])][:1],
            words[:1],
            prefixed[-1:] if is_prefix else [],
            [(a, b) for a, b in pairs if len(a) >= MIN_PART < len(b) and self._is_word(b)][:1],
        ):
            if found:
                long = [(a, b) for a, b in found if len(b) > MIN_PART]  # rather than *mini-ster*
                return list(dict.fromkeys(long or found))[:MAX_SPLITS]
        return []

    @cached_property
    def _prefixes(self) -> frozenset[str]:
        known = self._language
        return known.compound_prefixes | known.verb_particles | known.verb_prefixes

    def _is_one(self, text: str) -> bool:
        if text in self._language.compound_prefixes:
            return True
        return self._compounds is not None and self._compounds.is_word(text)

    def _is_word(self, text: str) -> bool:
        if text in self._language.compound_prefixes:
            return True
        return self._compounds is not None and self._compounds.is_made_of_words(text)


class _Extension:
    """Appends readings to a tokenised text."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._words: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._origins: list[Origin] = []
        self._chains: list[tuple[int, int]] = []
        self._texts: list[str] = []
        self._length = len(tokens.text)

    def add(self, layer: Sequence[WordReading]) -> None:
        """Append readings that do not overlap, in text order, with the words around them."""
        at = -1  # the next word of the text that may be copied
        for number, reading in enumerate(layer):
            begin = self._reach(reading.first, -1)
            if at < 0 or begin > at:
                self._add_word(FIELD_MARK, self._length, self._length, (-1, -1))
                at = begin
            self._copy(at, reading.first)
            self._add_reading(reading)
            end = self._reach(reading.last, 1) + 1
            following = layer[number + 1].first if number + 1 < len(layer) else end
            at = min(end, following)
            self._copy(reading.last + 1, at)
            at = max(at, reading.last + 1)

    def tokens(self) -> tuple[Tokens, list[Origin]]:
        """Return the extended text, and the origins of the words that were added."""
        tokens = self._tokens
        extended = replace(
            tokens,
            text="".join((tokens.text, *self._texts)),
            folded=f"{tokens.folded}{' '.join(self._words)} ",
            starts=np.concatenate((tokens.starts, np.array(self._starts, np.intp))),
            ends=np.concatenate((tokens.ends, np.array(self._ends, np.intp))),
            chains=(*tokens.chains, *self._chains),
        )
        return extended, self._origins

    def _reach(self, at: int, step: int) -> int:
        """Return the furthest position that a phrase with a word may reach, up to ``CONTEXT``."""
        for _ in range(CONTEXT):
            following = at + step
            if not 0 <= following < len(self._tokens):
                break
            if not are_joined(self._tokens, min(at, following), max(at, following)):
                break
            at = following
        return at

    def _copy(self, first: int, after: int) -> None:
        tokens = self._tokens
        for at in range(first, after):
            start, end = tokens.span(at, at)
            self._add_word(tokens.words[at], start, end, (at, at))

    def _add_reading(self, reading: WordReading) -> None:
        text = f" {reading.text}"
        parts = tokenise(text)
        offset = len(self._tokens) + len(self._words)
        self._chains += [(first + offset, last + offset) for first, last in parts.chains]
        origins = reading.origins
        if len(origins) != len(parts):
            origins = ((reading.first, reading.last),) * len(parts)
        for at, word in enumerate(parts.words):
            start, end = parts.span(at, at)
            self._add_word(word, start + self._length, end + self._length, origins[at])
        self._texts.append(text)
        self._length += len(text)

    def _add_word(self, word: str, start: int, end: int, origin: Origin) -> None:
        self._words.append(word)
        self._starts.append(start)
        self._ends.append(end)
        self._origins.append(origin)


def _layers(readings: Iterable[WordReading]) -> list[list[WordReading]]:
    """Return readings in layers; those of a layer do not overlap."""
    layers: list[list[WordReading]] = []
    for reading in sorted(readings, key=lambda r: (r.first, r.last)):
        for layer in layers:
            if layer[-1].last < reading.first:
                layer.append(reading)
                break
        else:
            layers.append([reading])
    return layers


@cache
def _suspension_words(known: tuple[Language, ...]) -> frozenset[str]:
    return frozenset[str]().union(*(one.suspension_words for one in known))


def _masculine(stem: str, ending: str, rest: str) -> list[str]:
    """Return what a gendered form may stand for beside the feminine.

    Args:
        stem: What precedes the mark: *Lehrer*, *Ärzt*, *jede*.
        ending: What follows it: *innen*, *r*.
        rest: Of a compound: *rat* of *Bürger:innenrat*.
    """
    if ending not in _SLASHED or stem.casefold().endswith(("er", "or", "eur", "ent", "ist", "ant")):
        plain = [stem]
        if ending == "innen" and stem.casefold().endswith(("ent", "ist", "ant", "or")):
            plain.append(f"{stem}en")
    elif ending == "in":
        plain = [stem, f"{stem}e", stem.translate(_UMLAUTS)]
    else:
        back = stem.translate(_UMLAUTS)
        plain = [f"{stem}e", f"{stem}en", *([f"{back}en"] if back != stem else [])]
    return [word + rest for word in dict.fromkeys(plain)]


def _as_written(folded: str, written: str) -> str:
    """Return the beginning of a word as it is written."""
    beginning = written[: len(folded)]
    return beginning if beginning.casefold() == folded else folded.capitalize()
