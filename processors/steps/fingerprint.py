"""Step ``fingerprint``: the copy sketch of lead and text, from the words already cut."""

from __future__ import annotations

from dataclasses import replace

from core.text.fingerprint import fingerprint as fingerprint_of
from processors.draft import CompiledCatalog, Draft
from processors.engine.view import View


def fingerprint(known: CompiledCatalog, draft: Draft) -> Draft:
    """Sketch the words of lead and text; of the title where both hold none."""
    del known
    if draft.view is None:
        return draft
    words = _words(draft.view, "lead") + _words(draft.view, "text")
    return replace(draft, fingerprint=fingerprint_of(words or _words(draft.view, "title")))


def _words(view: View, field: str) -> list[str]:
    zone = next(z for z in view.main.zones if z.field == field)
    return view.main.tokens.words[zone.first : zone.after]
