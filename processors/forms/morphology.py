"""The forms of Russian words, also of names that no dictionary has.

::

    word ─▶ its likely readings ─▶ all forms of each ─▶ those that mostly are forms of this word

Russian declines names (*Зеленского*, *Эрдогану*) and has more forms than simplemma's dictionary
lists, so pymorphy3 gives them. It is loaded when the first Russian word is compiled (0.1 s, 20 MB).
"""

from __future__ import annotations

from functools import cache

from pymorphy3.analyzer import MorphAnalyzer, Parse

LIKELY = 0.1
"""Least probability of a reading, from the counts of OpenCorpora: *после* is *after*, and hardly
ever a form of *посол*."""
MAX_SHARED = 6
"""Letters of a form that another word may share: of longer ones hardly any do, and looking each up
takes most of the time."""
MIN_GUESSED = 4
"""Letters of an unknown word whose forms are guessed from its ending."""
UNUSUAL = frozenset(
    {"Arch", "Erro", "Infr", "Slng", "Supr", "V-be", "V-bi", "V-ej", "V-ie", "V-oy"}
)
"""Grammemes of forms that the news do not use: archaic, mistaken, slang, poetic."""
NAMES = frozenset({"Geox", "Name", "Orgn", "Surn", "Trad"})
"""Grammemes of names of places, people, organisations and brands."""


class Morphology:
    """The dictionary of a language whose words have forms by rule.

    Args:
        analyzer: Knows the language.
    """

    def __init__(self, analyzer: MorphAnalyzer) -> None:
        self._analyzer = analyzer

    def lemma(self, form: str) -> str | None:
        """Return the word itself, of which ``forms`` gives all forms; None if it is not known."""
        return form if not form.isascii() and self._analyzer.word_is_known(form) else None

    def forms(self, lemma: str) -> set[str]:
        """Return all forms of a word, in lower case; guessed from its ending if it is not known."""
        if lemma.isascii():  # a word of another language, of which all articles are searched for
            return set()
        if len(lemma) < MIN_GUESSED and not self._analyzer.word_is_known(lemma):
            return set()
        readings = self._readings(lemma)
        return {form for reading in readings for form in self._forms_of(reading)}

    def _readings(self, word: str) -> list[Parse]:
        """Return the likely readings of a word: names only where it is capitalised."""
        readings = self._analyzer.parse(word)
        if not self._analyzer.word_is_known(word):
            return readings[:1]
        of_kind = [one for one in readings if bool(NAMES & one.tag.grammemes) == word[:1].isupper()]
        return [one for one in of_kind or readings if one.score >= LIKELY]

    def _forms_of(self, reading: Parse) -> set[str]:
        usual = {one.word for one in reading.lexeme if not UNUSUAL & one.tag.grammemes}
        return {
            form
            for form in usual
            if len(form) > MAX_SHARED or self._is_likely(form, reading.normal_form)
        }

    def _is_likely(self, form: str, lemma: str) -> bool:
        readings = self._analyzer.parse(form)
        return sum(one.score for one in readings if one.normal_form == lemma) >= LIKELY


@cache
def morphology_of(language: str) -> Morphology | None:
    """Return what gives the forms of a language by rule, or None where a dictionary does.

    Args:
        language: ISO 639-1 code.
    """
    if language != "ru":
        return None
    return Morphology(MorphAnalyzer(lang=language))  # type: ignore[no-untyped-call]
