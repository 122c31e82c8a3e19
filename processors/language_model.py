"""The models that identify languages: eldc where it is installed, py3langid elsewhere.

eldc is the better and by far the faster of the two, but it is compiled and has no wheel for some
platforms (docs/decisions/0012-language-identification.md). Both choose among given languages only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

__all__ = ["Guess", "LanguageModel", "load_model"]

SURE = 0.7
"""Probability from which py3langid's answer is sure; eldc says itself whether it is."""


class Guess(NamedTuple):
    """The language of a text.

    Attributes:
        code: Two letters.
        sure: Whether the model is sure enough to overrule what is declared.
    """

    code: str
    sure: bool


class LanguageModel(Protocol):
    """Identifies the language of a text.

    Attributes:
        languages: The languages it chooses from.
    """

    languages: frozenset[str]

    def guess(self, text: str) -> Guess | None:
        """Return the language of a text, None if nothing in it tells."""


def load_model(wanted: Iterable[str]) -> LanguageModel:
    """Return the best model there is, restricted to the wanted languages that it knows."""
    try:
        import eldc
    except ImportError:
        return Py3langidModel(wanted)
    return EldcModel(eldc, wanted)


class EldcModel:
    """eldc's model, which is part of its library.

    Args:
        eldc: The module.
        wanted: Two-letter codes to choose from; those that the model lacks are ignored.
    """

    def __init__(self, eldc: Any, wanted: Iterable[str]) -> None:
        eldc.init()
        self.languages = frozenset(wanted) & frozenset(eldc.LANGUAGES)
        self._model = eldc.instance()
        self._model.set_languages(sorted(self.languages))

    def guess(self, text: str) -> Guess | None:
        result = self._model.detect_details(text)
        if result.language not in self.languages:
            return None
        return Guess(result.language, result.reliable)


class Py3langidModel:
    """py3langid's model, which takes half a second to load and 100 MB.

    Args:
        wanted: Two-letter codes to choose from; those that the model lacks are ignored.
    """

    def __init__(self, wanted: Iterable[str]) -> None:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        untyped: Any = LanguageIdentifier  # py3langid has no annotations
        self._model = untyped.from_model_file(MODEL_FILE, norm_probs=True)
        self.languages = frozenset(wanted) & frozenset(self._model.labels)
        if self.languages:
            self._model.set_languages(sorted(self.languages))

    def guess(self, text: str) -> Guess | None:
        code, probability = self._model.classify(text)
        return Guess(str(code), bool(probability >= SURE))
