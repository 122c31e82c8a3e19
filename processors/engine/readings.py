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
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import numpy as np

from core.text.characters import FIELD_MARK, HYPHENS, SPACE
from core.text.languages import Language, language, languages
from core.text.tokens import Tokens, fold_word
from core.text.units import PLAIN_GAPS, are_joined
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
_FOLLOWING = re.compile(r"([ ,/)&(]+)(\w+)")
_LONGEST_JOINER = 18
_CLOSES = frozenset(" ,/)&")
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
    clues = _useful_clues(tokens)
    if not clues:
        return tokens, []
    text = _Text(tokens)
    readings = _find_readings(text, clues, language(code))
    if not readings:
        return tokens, []
    extension = _Extension(text)
    for layer in _layers(readings):
        extension.add(layer)
    return extension.tokens()


def find_readings(tokens: Tokens, known: Language) -> list[WordReading]:
    """Return the readings that the clues of a text suggest."""
    return _find_readings(_Text(tokens), _useful_clues(tokens), known)


def _useful_clues(tokens: Tokens) -> list[int]:
    """Return the clues that may give a reading, which most hyphens and digits do not."""
    text = tokens.text
    useful = []
    for clue in tokens.clues[:MAX_CLUES]:
        before, mark, after = text[clue - 1 : clue], text[clue], text[clue + 1 : clue + 2]
        if mark in HYPHENS:
            is_useful = (before.isalnum() and after in _CLOSES and _is_shared(text, clue + 1)) or (
                after.isalpha() and before in _OPENS and _is_sharing(text, clue)
            )
        elif mark.isdigit():
            is_useful = not after.isalpha() and text[max(0, clue - 2) : clue].isalpha()
        else:
            is_useful = True
        if is_useful:
            useful.append(clue)
    return useful


def _is_shared(text: str, at: int) -> bool:
    """Return whether what follows a hyphen may complete its word: *- und*, *-/EU-*."""
    following = _FOLLOWING.match(text, at)
    if following is None:
        return False
    return following[1] != " " or following[2].casefold() in _suspension_words(languages())


def _is_sharing(text: str, at: int) -> bool:
    """Return whether what precedes a hyphen may complete its word: *und -*, *, -*."""
    before = text[max(0, at - _LONGEST_JOINER) : at].rstrip(" ")
    return before[-1:] in (",", "/") or (
        before.rpartition(" ")[2].casefold() in _suspension_words(languages())
    )


def _find_readings(text: _Text, clues: list[int], known: Language) -> list[WordReading]:
    before = np.searchsorted(text.tokens.starts, clues, "right").tolist()
    finder = _Finder(text, known)
    found = (r for clue, at in zip(clues, before, strict=True) for r in finder.read(clue, at - 1))
    return list(dict.fromkeys(found))


class _Text:
    """A tokenised text for access by position."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.text = tokens.text
        # As lists and slices: reading arrays, or splitting all words, takes longer.
        self.starts: list[int] = tokens.starts.tolist()
        self.ends: list[int] = tokens.ends.tolist()
        self._buffer = tokens.folded.encode("utf-8", "replace")
        spaces = (np.frombuffer(self._buffer, np.uint8) == SPACE).nonzero()[0]
        self._spaces: list[int] = spaces.tolist()

    def __len__(self) -> int:
        return len(self.starts)

    def word(self, at: int) -> str:
        """Return the folded word at a position."""
        return self._buffer[self._spaces[at] + 1 : self._spaces[at + 1]].decode()

    def words(self, first: int, after: int) -> list[str]:
        """Return the folded words from one position to before another."""
        if first >= after:
            return []
        return self._buffer[self._spaces[first] + 1 : self._spaces[after]].decode().split(" ")

    def is_joined(self, at: int) -> bool:
        """Return whether a phrase may reach from a position to the next."""
        if FIELD_MARK in (self.text[self.starts[at]], self.text[self.starts[at + 1]]):
            return False
        gap = self.text[self.ends[at] : self.starts[at + 1]]
        return gap in PLAIN_GAPS or are_joined(self.tokens, at, at + 1)

    def reach(self, at: int, step: int) -> int:
        """Return the furthest position that a phrase with a word may reach, up to ``CONTEXT``."""
        for _ in range(CONTEXT):
            following = at + step
            if not 0 <= following < len(self) or not self.is_joined(min(at, following)):
                break
            at = following
        return at


class _Finder:
    """Finds what words are read as, by what suggests it."""

    def __init__(self, text: _Text, known: Language) -> None:
        self._of = text
        self._tokens = text.tokens
        self._text = text.text
        self._language = known
        chains = text.tokens.chains
        self._chains = {at: chain for chain in chains for at in range(chain[0], chain[1] + 1)}
        self._shared = _suspension_words(languages())

    def read(self, clue: int, at: int) -> Iterable[WordReading]:
        """Return what the word at a position, around or before a clue, is read as."""
        end = self._of.ends[at] if at >= 0 else 0
        if clue < end:
            return self._read_word(at)
        if self._text[clue] not in HYPHENS:
            return ()
        if end == clue and at >= 0:
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
        for _, tail in _splits(self._language, self._of.word(target), head.casefold()):
            text = f"{head}-{tail.capitalize()}" if head.isupper() else head + tail
            yield WordReading(first, end, f"{text}-{rest}" if rest else text)

    def _target(self, at: int) -> int | None:
        """Return the position of the word that completes one with a hyphen at its end."""
        of, tokens = self._of, self._tokens
        capital = tokens.is_capitalised(at)
        end = self._of.ends[at]
        if self._text[end + 1 : end + 2].isspace():
            later = at + 1  # *NATO- Beitritt* has a space too many, which makes no other word
            if later == len(of) or of.word(later) not in self._shared:
                return None
        for later in range(at + 1, min(at + FURTHEST, len(of) - 1) + 1):
            if not self._of.is_joined(later - 1):
                return None
            if of.word(later) in self._shared or self._is_suspended(later):
                continue
            if capital and not tokens.is_capitalised(later) and later not in self._chains:
                continue  # an adjective: *Innen- und europäische Außenpolitik*
            return later
        return None

    def _is_suspended(self, at: int) -> bool:
        end = self._of.ends[at]
        is_last = at + 1 not in self._chains or self._chains[at + 1][0] == at + 1
        return is_last and self._text[end : end + 1] in (*HYPHENS,)

    def _complete_tail(self, at: int, clue: int) -> Iterator[WordReading]:
        """Complete a word that begins with a hyphen by the beginning of an earlier one."""
        of, tokens = self._of, self._tokens
        if at >= len(of) or of.starts[at] != clue + 1 or not of.word(at).isalpha():
            return
        if of.word(at) in _SLASHED and at and self._text[clue - 1] == "/":
            yield WordReading(at - 1, at, f"{self._exact(at - 1, at - 1)}{of.word(at)}")
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
        for head in self._heads(of.word(source), tail.casefold()):
            beginning = _as_written(head, tokens.exact(source, source))
            yield WordReading(source, last, beginning + tail[:1].lower() + tail[1:])

    def _heads(self, word: str, tail: str) -> list[str]:
        """Return the first parts of a word that another last part may follow."""
        same = tail[:MIN_PART]  # *Hobbyläuferinnen und -läufer*
        if len(same) == MIN_PART and word.find(same, 2) > 0:
            return [word[: word.rindex(same)]]
        return [head for head, _ in _splits(self._language, word)]

    def _source(self, at: int) -> int | None:
        """Return the position of the word that completes one with a hyphen before it."""
        of = self._of
        for earlier in range(at - 1, max(-1, at - FURTHEST - 1), -1):
            if not self._of.is_joined(earlier):
                return None
            start = self._of.starts[earlier]
            if of.word(earlier) in self._shared or self._text[start - 1 : start] in (*HYPHENS,):
                if earlier in self._chains:
                    return earlier
                continue
            return earlier
        return None

    def _exact(self, first: int, last: int) -> str:
        return self._tokens.exact(first, last)


@lru_cache(maxsize=20_000)
def _splits(known: Language, word: str, head: str = "") -> list[tuple[str, str]]:
    return _Parts(known).splits(word, head)


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

    def __init__(self, text: _Text) -> None:
        self._of = text
        self._words: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._origins: list[Origin] = []
        self._chains: list[tuple[int, int]] = []
        self._texts: list[str] = []
        self._length = len(text.text)

    def add(self, layer: Sequence[WordReading]) -> None:
        """Append readings that do not overlap, in text order, with the words around them."""
        at = -1  # the next word of the text that may be copied
        for number, reading in enumerate(layer):
            begin = self._of.reach(reading.first, -1)
            if at < 0 or begin > at or (begin == at and not self._of.is_joined(at - 1)):
                self._add_word(FIELD_MARK, self._length, self._length, (-1, -1))
                at = begin
            self._copy(at, reading.first)
            self._add_reading(reading)
            end = self._of.reach(reading.last, 1) + 1
            following = layer[number + 1].first if number + 1 < len(layer) else end
            at = max(min(end, following), reading.last + 1)
            self._copy(reading.last + 1, at)

    def tokens(self) -> tuple[Tokens, list[Origin]]:
        """Return the extended text, and the origins of the words that were added."""
        return self._of.tokens.extended(
            text="".join(self._texts),
            words=self._words,
            starts=self._starts,
            ends=self._ends,
            chains=self._chains,
        ), self._origins

    def _copy(self, first: int, after: int) -> None:
        of = self._of
        self._words += of.words(first, after)
        self._starts += of.starts[first:after]
        self._ends += of.ends[first:after]
        self._origins += [(at, at) for at in range(first, after)]

    def _add_reading(self, reading: WordReading) -> None:
        parts = reading.text.split("-")
        offset = len(self._of) + len(self._words)
        if len(parts) > 1:
            self._chains.append((offset, offset + len(parts) - 1))
        origins = reading.origins
        if len(origins) != len(parts):
            origins = ((reading.first, reading.last),) * len(parts)
        start = self._length + 1
        for part, origin in zip(parts, origins, strict=True):
            self._add_word(fold_word(part), start, start + len(part), origin)
            start += len(part) + 1
        text = f" {reading.text}"
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
