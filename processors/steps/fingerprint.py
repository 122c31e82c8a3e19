"""Step ``fingerprint_text``: the copy fingerprint of lead and text, from the folded text."""

from __future__ import annotations

from core.text.fingerprint import fingerprint_of_text
from processors.analysis import Analysis, CompiledCatalog


def fingerprint_text(compiled: CompiledCatalog, analysis: Analysis) -> Analysis:
    """Fingerprint the words of lead and text, or those of the title where both are empty."""
    del compiled
    if analysis.searched is None:
        return analysis
    texts = {field.field: field.folded for field in analysis.searched.fields}
    text = " ".join(filter(None, (texts["lead"], texts["text"]))) or texts["title"]
    return analysis._replace(fingerprint=fingerprint_of_text(text))
