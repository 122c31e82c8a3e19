"""Read ``selectors`` of an outlet: where the text of its pages is."""

from __future__ import annotations

from config.catalog import values
from config.catalog.models import Selectors
from config.catalog.section import Faults, Section
from config.catalog.variables import Variables

_KEYS = ("body", "remove")


def read_selectors(outlet: Section, faults: Faults, variables: Variables) -> Selectors:
    """Return the selectors of an outlet; empty ones if it has none."""
    node = outlet.mapping("selectors")
    if node is None:
        return Selectors()
    section = Section(faults, node, "selectors", _KEYS, variables)
    selectors = Selectors(
        body=section.get("body", values.css_selector, ""),
        remove=section.items("remove", values.css_selector),
    )
    if section.is_valid and selectors == Selectors():
        mend = 'Write `selectors: {body: "div.article-body", remove: [".teaser"]}`.'
        outlet.fault("selectors", "E212", "`selectors` has neither `body` nor `remove`.", mend)
    return selectors
