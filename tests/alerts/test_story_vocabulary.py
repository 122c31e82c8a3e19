from __future__ import annotations

import pytest

from alerts.story_vocabulary import LEAST, english_stem, rarity_weight, word_weight


@pytest.mark.parametrize(
    ("word", "expected"),
    [("die", 0.0), ("the", 0.0), ("при", 0.0), ("gipfel", 0.9), ("abstimmung", 1.0), ("17", 0.7)],
)
def test_function_words_weigh_nothing_and_long_words_more(word: str, expected: float) -> None:
    assert word_weight(word) == pytest.approx(expected)


def test_rare_words_of_a_language_weigh_more_than_common_ones() -> None:
    words = ("ende", "regierung", "einbruch", "tresoreinbruch")
    weights = [rarity_weight(word, "de") for word in words]
    assert weights == sorted(weights)
    assert LEAST <= weights[0] < 0.4
    assert weights[-1] == 1.0
    assert rarity_weight("regierung", "en") == 1.0


def test_function_words_figures_and_languages_without_a_list_weigh_as_by_length() -> None:
    assert rarity_weight("die", "de") == 0
    assert rarity_weight("17", "de") == word_weight("17")
    assert rarity_weight("kato", "eo") == word_weight("kato")


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
