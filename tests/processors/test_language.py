"""Both models are asked the same questions: which one is installed depends on the platform."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from processors.language_model import LanguageModel, Py3langidModel, load_model
from processors.steps.language import LanguageDetector

GERMAN = "Der Bundestag berät am Donnerstag über den Haushalt des Landes"
ENGLISH = "The parliament will debate the budget of the country on Thursday"
LEAD = "The government has presented its plans, and the opposition wants to know what they cost."
FIVE = ("de", "en", "fr", "ru", "uk")


@pytest.fixture(name="five", scope="module", params=["installed", "py3langid"])
def _five(request: pytest.FixtureRequest) -> LanguageDetector:
    """The best model of this platform, and the one that is there on all."""
    model = load_model(FIVE) if request.param == "installed" else Py3langidModel(FIVE)
    return LanguageDetector(FIVE, model)


@pytest.mark.parametrize("declared", ["de", "de-AT", "en", ""])
def test_a_text_overrules_what_is_declared(five: LanguageDetector, declared: str) -> None:
    assert five.detect(f"{GERMAN}\n{GERMAN}", declared) == ("de", "detected")
    assert five.detect(f"{ENGLISH}\n{LEAD}", declared) == ("en", "detected")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Le gouvernement présentera jeudi son budget à l'Assemblée nationale", "fr"),
        ("Правительство в четверг представит бюджет страны в парламенте", "ru"),
        ("Уряд у четвер представить бюджет країни у Верховній Раді", "uk"),
    ],
)
def test_other_languages_are_detected_too(five: LanguageDetector, text: str, language: str) -> None:
    assert five.detect(text, "") == (language, "detected")


def test_the_declared_language_is_used_where_none_can_be_detected(five: LanguageDetector) -> None:
    assert five.detect("12:0 …", "uk_UA") == ("uk", "declared")
    assert five.detect(GERMAN, "it") == ("it", "declared")
    assert five.detect("GoogleWatchBlog", "de") == ("de", "declared")


@pytest.mark.parametrize("load", [load_model, Py3langidModel])
def test_languages_that_a_model_lacks_leave_what_is_declared(
    load: Callable[[Sequence[str]], LanguageModel],
) -> None:
    assert LanguageDetector(("xx",), load(["xx"])).detect(GERMAN, "de") == ("de", "declared")


def test_without_eldc_the_other_model_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without_eldc(name: str, *args: Any) -> Any:
        if name == "eldc":
            raise ImportError(name)
        return imported(name, *args)

    monkeypatch.setattr(builtins, "__import__", without_eldc)
    assert isinstance(load_model(FIVE), Py3langidModel)
