"""Step ``fingerprint_text``: the copy fingerprint of lead and text, from the words of the index."""

from __future__ import annotations

from dataclasses import replace

from core.text.fingerprint import fingerprint
from processors.analysis import Analysis, CompiledCatalog
from processors.engine.article_index import ArticleIndex


def fingerprint_text(compiled: CompiledCatalog, analysis: Analysis) -> Analysis:
    """Fingerprint the words of lead and text, or those of the title where both are empty."""
    del compiled
    if analysis.index is None:
        return analysis
    words = _words(analysis.index, "lead") + _words(analysis.index, "text")
    return replace(analysis, fingerprint=fingerprint(words or _words(analysis.index, "title")))


def _words(index: ArticleIndex, name: str) -> list[str]:
    field = next(one for one in index.main.fields if one.field == name)
    return index.main.tokens.words[field.first : field.after]
