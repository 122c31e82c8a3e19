"""What is known of languages: everything about one language is in one file of this package.

::

    de.py, de.page.txt ──▶ LANGUAGE ──▶ languages() ──▶ sentences, tokens, names, dates, bylines,
                                                        stories, zones of a page

Most texts do not say reliably which language they are in, and many mix two, so that most rules use
the words of all languages together: :func:`languages`. Where the language is known and matters,
:func:`language` returns it alone.

To add a language, write a file like ``fr.py`` and name its module in ``_MODULES``. What is built
from the words, such as a regex, is built once per tuple of languages::

    @cache
    def _months(known: tuple[Language, ...]) -> dict[str, int]: ...

    _months(languages())["märz"]
"""

from __future__ import annotations

from functools import lru_cache

from core.text.languages import de, en, es, fr, it, nl, ru, uk
from core.text.languages.model import (
    BylineWords,
    DateWords,
    Language,
    NameWord,
    Patterns,
    Words,
    words,
)

__all__ = [
    "BylineWords",
    "DateWords",
    "Language",
    "NameWord",
    "Patterns",
    "Words",
    "language",
    "languages",
    "words",
]

_MODULES = (de, en, fr, ru, uk, es, it, nl)
_LANGUAGES: tuple[Language, ...] = tuple(module.LANGUAGE for module in _MODULES)


def languages() -> tuple[Language, ...]:
    """Return every known language; the same tuple at each call."""
    return _LANGUAGES


def language(code: str) -> Language:
    """Return a language by its code, a blank one where nothing is known of it.

    Args:
        code: ISO 639-1, two letters.
    """
    return _by_code(languages(), code)


@lru_cache(maxsize=200)
def _by_code(known: tuple[Language, ...], code: str) -> Language:
    return next((one for one in known if one.code == code), Language(code=code))
