"""Step ``language``: labels the article with its language; never drops it."""

from __future__ import annotations

from dataclasses import replace

from processors.draft import CompiledCatalog, Draft

ENOUGH_LETTERS = 40
"""Fewer letters in title and lead, and the start of the text is looked at too."""
START = 400


def language(known: CompiledCatalog, draft: Draft) -> Draft:
    """Title and lead first, then what is declared; a given language is taken as it is."""
    if draft.given_language:
        return replace(draft, language=draft.given_language, language_source="given")
    article = draft.article
    sample = f"{article.title}\n{article.lead}"
    if sum(map(str.isalpha, sample)) < ENOUGH_LETTERS:
        sample = f"{sample}\n{article.text[:START]}"
    code, source = known.identifier.identify(sample, article.language, headline=article.title)
    return replace(draft, language=code, language_source=source)
