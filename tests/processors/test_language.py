from __future__ import annotations

import pytest

from processors.steps.language import LanguageDetector, language_detector

GERMAN = "Der Bundestag berät am Donnerstag über den Haushalt des Landes"
ENGLISH = "The parliament will debate the budget of the country on Thursday"
LEAD = "The government has presented its plans, and the opposition wants to know what they cost."


@pytest.fixture(name="five", scope="module")
def _five() -> LanguageDetector:
    return language_detector(("de", "en", "fr", "ru", "uk"))


@pytest.mark.parametrize("declared", ["de", "de-AT", "en", ""])
def test_a_headline_in_the_declared_language_gives_the_result_of_the_whole_text(
    five: LanguageDetector, declared: str
) -> None:
    whole = five.detect(f"{GERMAN}\n{GERMAN}", declared)
    assert five.detect(f"{GERMAN}\n{GERMAN}", declared, headline=GERMAN) == whole
    assert whole == ("de", "detected")


def test_a_headline_in_another_language_than_declared_is_not_enough(
    five: LanguageDetector,
) -> None:
    text = f"{GERMAN}\n{ENGLISH}. {LEAD} {LEAD}"
    assert five.detect(text, "fr", headline=GERMAN) == five.detect(text, "fr")
    assert five.detect(f"{ENGLISH}\n{LEAD}", "de", headline=ENGLISH) == ("en", "detected")


def test_a_short_headline_is_not_enough(five: LanguageDetector) -> None:
    text = f"Oasis – Das war's\n{LEAD}"
    assert five.detect(text, "de", headline="Oasis – Das war's") == five.detect(text, "de")


def test_the_declared_language_is_used_where_none_can_be_detected(five: LanguageDetector) -> None:
    assert five.detect("12:0 …", "uk_UA") == ("uk", "declared")
    assert five.detect(GERMAN, "it") == ("it", "declared")
