"""Other readings of words: what suspended compounds and gendered forms stand for.

::

    die NATO- und EU-Beitritte           NATO-Beitritte
    in der Ost- und Südukraine           Ostukraine
    Rüstungsimporte und -exporte         Rüstungsexporte
    Waffenein- und -ausfuhr              Waffeneinfuhr, Waffenausfuhr
    Lehrer:innen streiken                Lehrer streiken        (the word itself: Lehrerinnen)
    die Ukraine1 wehrt sich              die Ukraine wehrt sich

Readings are put behind the words of the text (:mod:`processors.engine.extended_text`). The
tokeniser notes which texts have such a word (:attr:`core.text.tokens.Tokens.clues`); the others
cost nothing.

Where a compound is closed, the language's lexicon says what its parts are: *Süd-ukraine*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np

from core.text.characters import HYPHENS
from core.text.languages import Language, language, languages
from core.text.tokens import Tokens
from processors.engine.extended_text import Origin, PositionedText, WordReading, extend
from processors.forms.splitting import MIN_PART, is_made_of_words, split_compound

MAX_CLUES = 300
"""Words of a text that are read in another way, the first ones; a bound for hostile texts."""
MAX_LETTERS = 80
"""Longer words are read as they are written."""
FURTHEST = 6
"""Words from one part of a suspended compound to the word that completes it."""

_GENDERED = re.compile(r"(.+?)(?:[.:*_/·]|\()(innen|in|r|n|m)(\w*)\)?$", re.IGNORECASE)
_INNER_CAPITAL = re.compile(r"(.+?[^\W\d_A-ZÄÖÜ])(Innen)(\w*)$")
_SLASHED = frozenset(("in", "innen"))
_FOOTNOTE = re.compile(r"([^\W\d_]{4,}[^\W\d_A-ZÄÖÜ])\d{1,2}$|([^\W\d_]{2,})[¹²³⁰⁴-⁹]{1,2}$")
"""A word with the figure of a note. *Covid19* is one too, which does no harm; *MH17* is none."""
_MIN_NOTED = 5
"""Letters of a word that the figure of a note may be glued to; shorter ones are names: *Mi24*."""
_SUPERSCRIPTS = "¹²³⁰⁴⁵⁶⁷⁸⁹"
_OPENS = frozenset("/(„[ \n\t")
_FOLLOWING = re.compile(r"([ ,/)&(]+)(\w+)")
_LONGEST_JOINER = 18
_CLOSES = frozenset(" ,/)&")
_UMLAUTS = str.maketrans("äöüÄÖÜ", "aouAOU")


def with_readings(tokens: Tokens, code: str) -> tuple[Tokens, list[Origin]]:
    """Return a tokenised text with other readings behind it, and the origins of their words.

    Args:
        tokens: A tokenised text with clues.
        code: Of the language, whose lexicon splits compounds.
    """
    clues = _useful_clues(tokens)
    if not clues:
        return tokens, []
    text = PositionedText(tokens)
    readings = _find_readings(text, clues, language(code))
    if not readings:
        return tokens, []
    return extend(text, readings)


def find_readings(tokens: Tokens, known: Language) -> list[WordReading]:
    """Return the readings that the clues of a text suggest."""
    return _find_readings(PositionedText(tokens), _useful_clues(tokens), known)


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
            letters = 2 if mark in _SUPERSCRIPTS else _MIN_NOTED
            is_useful = not after.isalpha() and text[max(0, clue - letters) : clue].isalpha()
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


def _find_readings(text: PositionedText, clues: list[int], known: Language) -> list[WordReading]:
    before = np.searchsorted(text.tokens.starts, clues, "right").tolist()
    finder = _Finder(text, known)
    found = (r for clue, at in zip(clues, before, strict=True) for r in finder.read(clue, at - 1))
    return list(dict.fromkeys(found))


class _Finder:
    """Finds what words are read as, by what suggests it."""

    def __init__(self, text: PositionedText, known: Language) -> None:
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
        if self._of.ends[at] - self._of.starts[at] > MAX_LETTERS:
            return
        written = self._tokens.exact(at, at)
        footnote = _FOOTNOTE.match(written)
        if footnote:
            yield WordReading(at, at, footnote[1] or footnote[2])
        gendered = _GENDERED.match(written) or _INNER_CAPITAL.match(written)
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
        folded = head.casefold()
        ending = folded.removeprefix(self._before_particle(folded))
        for _, tail in split_compound(self._language, self._of.word(target), ending):
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
            is_noun = tokens.is_capitalised(later) or self._begins_with_hyphen(later)
            if capital and not is_noun and later not in self._chains:
                continue  # an adjective: *Innen- und europäische Außenpolitik*
            return later
        return None

    def _begins_with_hyphen(self, at: int) -> bool:
        start = self._of.starts[at]
        return self._text[start - 1 : start] in (*HYPHENS,)

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
        is_suspended = self._is_suspended(source)
        for head in self._heads(of.word(source), tail.casefold(), is_suspended=is_suspended):
            beginning = _as_written(head, tokens.exact(source, source))
            yield WordReading(source, last, beginning + tail[:1].lower() + tail[1:])

    def _heads(self, word: str, tail: str, *, is_suspended: bool) -> list[str]:
        """Return the first parts of a word that another last part may follow.

        Args:
            word: The folded word.
            tail: The other last part.
            is_suspended: Whether the word lacks its own: *Waffenein-*.
        """
        same = tail[:MIN_PART]  # *Hobbyläuferinnen und -läufer*
        if len(same) == MIN_PART and word.find(same, 2) > 0:
            return [word[: word.rindex(same)]]
        if is_suspended and (head := self._before_particle(word)):
            return [head]
        return [head for head, _ in split_compound(self._language, word)]

    def _before_particle(self, word: str) -> str:
        """Return what precedes a particle in *Waffenein-*, if the whole is no word."""
        if is_made_of_words(self._language, word):
            return ""
        ends = (one for one in self._language.verb_particles if word.endswith(one))
        heads = (word.removesuffix(end) for end in sorted(ends, key=len, reverse=True))
        return next((one for one in heads if is_made_of_words(self._language, one)), "")

    def _source(self, at: int) -> int | None:
        """Return the position of the word that completes one with a hyphen before it."""
        of = self._of
        for earlier in range(at - 1, max(-1, at - FURTHEST - 1), -1):
            if not self._of.is_joined(earlier):
                return None
            if of.word(earlier) in self._shared or self._begins_with_hyphen(earlier):
                if earlier in self._chains:
                    return earlier
                continue
            return earlier
        return None

    def _exact(self, first: int, last: int) -> str:
        return self._tokens.exact(first, last)


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
