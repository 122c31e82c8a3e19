"""Measures by which two texts of one page are compared. Texts are compared letter by letter.

Layout, quotes and punctuation differ between a page, its JSON-LD and its feed; letters and digits
do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

_PLAIN = re.compile(r"[\W_]+")
_SENTENCE = re.compile(r"(?<=[.!?…。！？])[\"'“”«»‹›’)\]]*\s+|\n+")
_WORD = re.compile(r"\w+")
_SHORTEST_WORD = 3
_STEM = 5
_KEY = 60
_SHORTEST_SENTENCE = 25
_MOST_SENTENCES = 400

MUCH_MORE_FACTOR, MUCH_MORE_CHARACTERS = 2, 50
"""A text disputes another one if it is longer than the double by so many characters."""


class Text:
    """A text with what is compared of it.

    Attributes:
        value: The text.
    """

    def __init__(self, value: str) -> None:
        self.value = value

    def __len__(self) -> int:
        return len(self.value)

    @cached_property
    def letters(self) -> str:
        """Letters and digits in lower case."""
        return letters_of(self.value)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The sentences that are long enough to be recognised elsewhere, letters only."""
        parts = (letters_of(part) for part in _SENTENCE.split(self.value))
        return tuple(part for part in parts if len(part) >= _SHORTEST_SENTENCE)[:_MOST_SENTENCES]

    @cached_property
    def stems(self) -> frozenset[str]:
        """The beginnings of its words."""
        return stems_of(self.value)

    def share_in(self, other: str) -> float:
        """Return how much of this text's sentences occur in another text, 0 to 1.

        Args:
            other: Letters of the other text.
        """
        total = sum(map(len, self.sentences))
        return sum(len(s) for s in self.sentences if s[:_KEY] in other) / total if total else 0.0

    def without(self, other: str) -> Text:
        """Return the sentences of this text that do not occur in another one."""
        parts = _SENTENCE.split(self.value)
        return Text("\n".join(p for p in parts if letters_of(p)[:_KEY] not in other))


class Headline:
    """The words of a page's headline, by which a text is recognised as its article."""

    def __init__(self, titles: Iterable[str]) -> None:
        self._titles = [stems for stems in map(stems_of, titles) if stems]

    def coverage(self, text: Text) -> float:
        """Return the share of words of a title that a text contains; of the best title, 0 to 1.

        1 where no title has two words, because one word proves nothing.
        """
        titles = [title for title in self._titles if len(title) > 1]
        return max((len(t & text.stems) / len(t) for t in titles), default=1.0)

    def agrees(self, title: str) -> bool:
        """Return whether a title is another wording of this headline."""
        stems = stems_of(title)
        return any(len(stems & t) * 2 >= min(len(stems), len(t)) for t in self._titles if stems)


def letters_of(text: str) -> str:
    """Return the letters and digits of a text in lower case."""
    return _PLAIN.sub("", text.lower())


def stems_of(text: str) -> frozenset[str]:
    """Return the beginnings of the words of a text that are long enough to mean something."""
    words = _WORD.findall(text.lower())
    return frozenset(word[:_STEM] for word in words if len(word) >= _SHORTEST_WORD)


def is_much_more(text: Sequence[object] | Text, than: int) -> bool:
    """Return whether a text is so much longer than another one that one of them must be wrong."""
    return len(text) > MUCH_MORE_FACTOR * than + MUCH_MORE_CHARACTERS
