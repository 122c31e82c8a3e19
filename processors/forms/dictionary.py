"""The dictionary of a language, read backwards: from a word to all its forms.

simplemma's dictionaries give the lemma of a form. Loading one takes seconds and over 100 MB, so
that only the process that compiles forms does it (:mod:`processors.forms.compile`), once for all
words it is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from simplemma.strategies.dictionaries.dictionary_factory import (
    SUPPORTED_LANGUAGES,
    DefaultDictionaryFactory,
)


class Dictionary:
    """The forms and lemmas of one language.

    Args:
        lemmas: The lemma of each form.
    """

    def __init__(self, lemmas: Mapping[str, str]) -> None:
        self._lemmas = lemmas

    @classmethod
    def load(cls, language: str) -> Dictionary | None:
        """Return the dictionary of a language, or None where there is none.

        Args:
            language: ISO 639-1 code.
        """
        if language not in SUPPORTED_LANGUAGES:
            return None
        return cls(DefaultDictionaryFactory(cache_max_size=1).get_dictionary(language))

    def lemma(self, form: str) -> str | None:
        """Return the lemma of a form as it is written, or None where the form is not known."""
        return self._lemmas.get(form)

    def forms(self, lemmas: Collection[str]) -> dict[str, set[str]]:
        """Return all forms of each lemma, in one pass over the dictionary."""
        forms: dict[str, set[str]] = {lemma: set() for lemma in lemmas}
        for form, lemma in self._lemmas.items():
            if lemma in forms:
                forms[lemma].add(form)
        return forms
