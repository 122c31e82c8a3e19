"""Makes the forms of words that are needed and not known yet.

A dictionary takes over 100 MB and seconds to load, more than a process that works for hours should
carry, so that :func:`compile_apart` does it in a process that ends again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from core.text.languages import language
from processors.forms.dictionary import Dictionary
from processors.forms.inflection import forms_of_words
from processors.forms.model import Forms, WordForms

Key = tuple[str, str]
"""Code of a language, and a word as a query writes it."""


def compile_forms(keys: Iterable[Key]) -> dict[Key, WordForms]:
    """Return the forms of words, loading one dictionary after the other.

    Args:
        keys: The words with their languages. What is not known of a language costs it its forms:
            then a word has none but its own.
    """
    words: dict[str, set[str]] = {}
    for code, word in keys:
        words.setdefault(code, set()).add(word)
    forms: dict[Key, WordForms] = {}
    for code, wanted in words.items():
        known = language(code)
        if known is not None:
            found = forms_of_words(wanted, known, Dictionary.load(code))
            forms.update({(code, word): one for word, one in found.items()})
    return forms


def compile_apart(keys: Collection[Key]) -> Forms:
    """Return the forms of words, made in a process of its own."""
    if not keys:
        return {}
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(compile_forms, tuple(keys)).result()
