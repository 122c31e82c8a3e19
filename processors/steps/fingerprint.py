"""Step ``fingerprint_text``: the copy fingerprint of lead and text, from the folded text."""

from __future__ import annotations

from core.text.fingerprint import fingerprint_of_text
from processors.analysis import Analysis, CompiledCatalog


def fingerprint_text(compiled: CompiledCatalog, analysis: Analysis) -> Analysis:
    """Fingerprint the words of lead and text, or those of the title where both are empty."""
    del compiled
    if analysis.searched is None:
        return analysis
    title, lead, body = analysis.searched.fields[:3]
    text = " ".join(filter(None, (lead.folded, body.folded))) or title.folded
    return analysis._replace(fingerprint=fingerprint_of_text(text))
