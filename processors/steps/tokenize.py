"""Step ``tokenize``: the one normalisation that all later steps share."""

from __future__ import annotations

from processors.analysis import Analysis, CompiledCatalog
from processors.engine.article_index import ArticleIndex


def tokenize(compiled: CompiledCatalog, analysis: Analysis) -> Analysis:
    """Tokenise the article."""
    article = analysis.article
    texts = (("title", article.title), ("lead", article.lead), ("text", article.text))
    others = _other_texts(analysis) if compiled.rules.other_fields else ()
    return analysis._replace(searched=ArticleIndex(texts, others, analysis.language))


def _other_texts(analysis: Analysis) -> tuple[tuple[str, str], ...]:
    article = analysis.article
    return (
        ("url", article.url),
        *(("author", name) for name in article.authors),
        ("outlet", article.outlet),
        ("language", analysis.language),
        ("country", article.country),
    )
