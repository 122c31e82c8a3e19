"""How often literals are expected in articles."""

from __future__ import annotations

import pytest

from processors.engine.compiler import Compiler
from processors.engine.frequencies import WordFrequencies, word_frequencies

GERMAN = word_frequencies(("de",))


@pytest.mark.parametrize(
    ("rarer", "commoner"),
    [
        (" gelsenkirchen ", " regierung "),
        (" regierung ", " der "),
        (" regierung ", " regier"),
        (" minister ", "minister "),
        ("minister ", "minister"),
        (" minister", "minister"),
        (" der regierung ", " regierung "),
        (" gelsenkirchen regierung ", " in der "),
    ],
)
def test_the_rarer_of_two_literals(rarer: str, commoner: str) -> None:
    assert 0 < GERMAN.articles(rarer) < GERMAN.articles(commoner) < 1


def test_the_share_of_articles_follows_from_that_of_words() -> None:
    shares = dict.fromkeys(("regierung", "regierungen", "bundesregierung"), 1e-3)
    frequencies = WordFrequencies(shares)
    whole, beginning, ending, inside = map(
        frequencies.articles, (" regierung ", " regierung", "regierung ", "regierung")
    )
    assert whole == pytest.approx(0.376, abs=0.005)  # 1 - exp(-0.472)
    assert beginning == ending == pytest.approx(0.61, abs=0.005)
    assert inside == pytest.approx(0.756, abs=0.005)


def test_a_word_is_as_common_as_in_the_language_where_it_is_most_common() -> None:
    both = word_frequencies(("de", "en"))
    english = word_frequencies(("en",))
    assert both.articles(" war ") == GERMAN.articles(" war ") > english.articles(" war ")
    assert both.articles(" the ") == english.articles(" the ") > GERMAN.articles(" the ")


def test_of_words_without_a_list_the_longer_are_rarer() -> None:
    esperanto = word_frequencies(("eo",))
    assert esperanto.articles(" registaro ") < 0.01 < esperanto.articles(" kaj ") < 0.1


def test_the_rarest_group_is_that_of_the_rare_word_however_long_the_others_are() -> None:
    compiler = Compiler(("de",))
    rare, common = (frozenset({compiler.literal(text)}) for text in (" uefa ", " entscheidung "))
    assert compiler.rarest((common, rare)) == rare
