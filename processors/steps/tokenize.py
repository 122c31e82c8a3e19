"""Step ``read``: the one normalisation and the one search all later steps share."""

from __future__ import annotations

from dataclasses import replace

from processors.draft import CompiledCatalog, Draft
from processors.engine.view import View


def read(known: CompiledCatalog, draft: Draft) -> Draft:
    """Tokenise the article and find every literal of every rule and alias in it."""
    article = draft.article
    fields = (("title", article.title), ("lead", article.lead), ("text", article.text))
    others = _others(draft) if known.rules.other_fields else ()
    view = View(fields, others)
    mentions = known.rules.read(view)
    return replace(draft, view=view, mentions=tuple(mentions))


def _others(draft: Draft) -> tuple[tuple[str, str], ...]:
    article = draft.article
    return (
        ("url", article.url),
        *(("author", name) for name in article.authors),
        ("outlet", article.outlet),
        ("language", draft.language),
        ("country", article.country),
    )
