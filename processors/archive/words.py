"""The words of an article as the archive's index and vocabulary hold them.

They are those in which the engine searches, with the other readings of a word
(:mod:`processors.engine.readings`): an article on the *Ost- und Südukraine* has *Ostukraine* too.
Which readings a word has depends on the language, which the index does not know yet, so that it
holds those of every language that has compounds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache, cached_property

from core.archive.proposal import LONGEST_WORD
from core.messages import ArticleRevision
from core.text.characters import FIELD_MARK
from core.text.languages import languages
from processors.engine.field_group import FieldGroup
from processors.forms.compounds import compounds_of

NUMBER = 2
"""Raise it with a change of tokeniser or readings that :data:`SAMPLE` does not show."""

SAMPLE = """\
Straße, Łódź, Đoković, Erdoğan, Çelik, Ærø, naïve façade; \u0130stanbul, \ufb01nden, e\u0301t\u00e9
NATO-Beitritt, E\u2011Mail, Anti-Terror-Gesetz; Ost- und Südukraine, NATO- und EU-Beitritte
Rüstungsimporte und -exporte; Lehrer:innen, Bürger*innen, Ärzt(inn)en, Schüler/innen, StudentInnen
Ukraine1, Mi24, MH17, Covid19, G7; Merkel's, l\u2019Europe, d'accord, O\u2019Brien, rock'n'roll
1.000, 3,5, 20.000.000, 24/7, 9:30, §218, 5G, 50%, 100\u20ac, H2O, C++, R&D, @name, #Thema, dpa/AFP
www.spiegel.de, https://a.example/x?y=1, a.b@c.example; u.a., z.B., U.S., Ban\u00adken, a\u200bb
Москва, Зеленський, Ёлка, їжак, Афины, Αθήνα, \u202etest\u202c
"""
"""A text with all kinds of words and joints of words."""


class IndexedWords:
    """Returns the words of an article: hyphen chains as a whole, and their parts."""

    @cached_property
    def version(self) -> str:
        """The number above, and a hash of what is made of a text with all kinds of words."""
        words = sorted(_words_of((("title", SAMPLE),), ""))
        return f"{NUMBER}-{hashlib.sha256(' '.join(words).encode()).hexdigest()[:12]}"

    def __call__(self, article: ArticleRevision) -> frozenset[str]:
        """Return the folded words of title, lead and text."""
        texts = (("title", article.title), ("lead", article.lead), ("text", article.text))
        return _words_of(texts, article.language)


words_of = IndexedWords()
"""What every archive is opened with."""


def _words_of(texts: Sequence[tuple[str, str]], language: str) -> frozenset[str]:
    words: set[str] = set()
    for code in dict.fromkeys((language, *_compounding())):
        tokens = FieldGroup(texts, language=code).tokens
        words.update(tokens.words, map(tokens.whole, tokens.chains))
        if not tokens.clues:  # no word has another reading, in any language
            break
    words -= {FIELD_MARK, ""}
    return frozenset(word[:LONGEST_WORD] for word in words)


@cache
def _compounding() -> tuple[str, ...]:
    """Return the codes of the languages that have compounds."""
    return tuple(one.code for one in languages() if compounds_of(one) is not None)
