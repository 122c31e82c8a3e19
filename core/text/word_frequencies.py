"""How common the words of a language are, from the lists of the library wordfreq.

::

    small_de.msgpack.gz: words in bins of 1/100 of a power of ten ──fold──▶ {"regierung": 5.2, …}

Only the data of the library is read. Importing it loads libraries for scripts that are not needed
here and takes half a second, in each process that decides alerts; its list of a language takes
15 ms.
"""

from __future__ import annotations

import gzip
import math
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import msgpack

from core.text.characters import fold_character

LOWEST = 3.0
"""Zipf frequency of the rarest words in the lists: once in a million words."""

_BINS_PER_POWER = 100
_PER_BILLION = 9
_HEADER = {"format": "cB", "version": 1}


@cache
def zipf_frequencies(language: str) -> Mapping[str, float]:
    """Return the Zipf frequency of each folded word that is not rare.

    The Zipf frequency is the logarithm to the base of ten of the number of times that a word occurs
    in a billion words (van Heuven et al. 2014): 3 is once in a million, 6 once in a thousand.

    Args:
        language: ISO 639-1; the result is empty for a language without a list.
    """
    return {word: math.log10(share) + _PER_BILLION for word, share in word_shares(language).items()}


def word_shares(language: str, least: float = LOWEST) -> dict[str, float]:
    """Return the share that each folded word has of all words of a text.

    Args:
        language: ISO 639-1; the result is empty for a language without a list.
        least: Zipf frequency of the rarest words.
    """
    shares: dict[str, float] = {}
    fold = cache(fold_character)
    bins = _read_bins(language)[: round((_PER_BILLION - least) * _BINS_PER_POWER) + 1]
    for number, words in enumerate(bins):
        share = 10 ** (-number / _BINS_PER_POWER)
        for word in words:
            folded = word if word.isascii() else "".join(map(fold, word))
            shares[folded] = shares.get(folded, 0.0) + share
    return shares


def _read_bins(language: str) -> list[list[str]]:
    """Return the words of each bin, of the most frequent first; none without a list."""
    path = _data_folder() / f"small_{language}.msgpack.gz"
    if not (language.isalpha() and language.isascii() and path.is_file()):
        return []
    header: object
    bins: list[list[str]]
    header, *bins = msgpack.loads(gzip.decompress(path.read_bytes()))
    if header != _HEADER:
        raise AssertionError(f"{path.name} has the format {header}, not {_HEADER}")
    return bins


@cache
def _data_folder() -> Path:
    spec = find_spec("wordfreq")
    if spec is None or spec.origin is None:
        raise AssertionError("the library wordfreq is not installed")
    return Path(spec.origin).parent / "data"
