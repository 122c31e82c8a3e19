"""The words of an article that may say what it is about."""

from __future__ import annotations

from itertools import islice

from core.messages import ArticleRevision
from core.text.languages import languages
from core.text.tokens import tokenise

SHORTEST = 3
"""Letters of the shortest word that is suggested."""

FUNCTION_WORDS = frozenset(word for one in languages() for word in one.function_words)
"""Articles, prepositions, conjunctions and the like, of all languages."""

_QUESTION_WORDS = frozenset(
    {"wann", "warum", "wieso", "weshalb", "wer", "wen", "wem", "wessen", "wo", "woher", "wohin",
     "welche", "welcher", "welches", "when", "why", "who", "whom", "whose", "where", "which", "how"}
)  # fmt: skip
"""What headlines ask with, whatever they are about."""
_OTHERS = FUNCTION_WORDS | _QUESTION_WORDS


def words_of(article: ArticleRevision) -> frozenset[str]:
    """Return the folded words of title, lead and text that can be suggested."""
    tokens = tokenise("\n".join((article.title, article.lead, article.text)))
    return frozenset(w for w in tokens.words if _is_content(w))


def first_words_of(article: ArticleRevision, most: int) -> frozenset[str]:
    """Return the first of these words in title and lead, at most ``most``."""
    tokens = tokenise(f"{article.title}\n{article.lead}")
    return frozenset(islice(dict.fromkeys(filter(_is_content, tokens.words)), most))


def order_of_words(article: ArticleRevision) -> dict[str, tuple[bool, int]]:
    """Return what sorts the words of title and lead: those with a capital, then as written."""
    tokens = tokenise(f"{article.title}\n{article.lead}")
    order: dict[str, tuple[bool, int]] = {}
    for position, word in enumerate(tokens.words):
        order.setdefault(word, (not tokens.is_capitalised(position), position))
    return order


def _is_content(word: str) -> bool:
    return len(word) >= SHORTEST and word.isalpha() and word not in _OTHERS
