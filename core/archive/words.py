"""The words of an article as the index and the vocabulary hold them."""

from __future__ import annotations

from core.archive.proposal import LONGEST_WORD
from core.messages import ArticleRevision
from core.text.tokens import tokenise


def words_of(article: ArticleRevision) -> frozenset[str]:
    """Return the folded words of title, lead and text: hyphen chains as a whole and their parts."""
    tokens = tokenise(f"{article.title}\n\n{article.lead}\n\n{article.text}")
    words = {*tokens.words, *map(tokens.whole, tokens.chains)}
    return frozenset(word[:LONGEST_WORD] for word in words if word)
