"""The words of an article as the archive's index and vocabulary hold them.

They are those in which the engine searches, with the other readings of a word
(:mod:`processors.engine.readings`): an article on the *Ost- und Südukraine* has *Ostukraine* too.
Which readings a word has depends on the language, which the index does not know yet, so that it
holds those of every language that has compounds.
"""

from __future__ import annotations

from functools import cache

from core.archive.proposal import LONGEST_WORD
from core.messages import ArticleRevision
from core.text.characters import FIELD_MARK
from core.text.languages import languages
from processors.engine.article_index import FieldGroup
from processors.forms.compounds import compounds_of


def words_of(article: ArticleRevision) -> frozenset[str]:
    """Return the folded words of title, lead and text: hyphen chains as a whole and their parts."""
    texts = (("title", article.title), ("lead", article.lead), ("text", article.text))
    words: set[str] = set()
    for code in dict.fromkeys((article.language, *_compounding())):
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
