from __future__ import annotations

import pytest

from alerts.story_vocabulary import english_stem, word_weight


@pytest.mark.parametrize(
    ("word", "expected"),
    [("die", 0.0), ("the", 0.0), ("при", 0.0), ("gipfel", 0.9), ("abstimmung", 1.0), ("17", 0.7)],
)
def test_function_words_weigh_nothing_and_long_words_more(word: str, expected: float) -> None:
    assert word_weight(word) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("schwedischen", "sweden"),
        ("ministerpräsidentin", "premie"),  # not `minist` of the shorter `minister`
        ("roms", "rome"),
        ("roman", None),
        ("haus", None),
    ],
)
def test_the_longest_german_beginning_gives_the_english_stem(
    word: str, expected: str | None
) -> None:
    assert english_stem(word, "de") == expected
    assert english_stem(word, "en") is None
