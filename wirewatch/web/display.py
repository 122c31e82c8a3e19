"""Prepare names and text from outside for a page: clean, shorten, translate. Pure.

Templates escape. What is cleaned and cut here can neither reorder the line around it nor fill the
page.
"""

from __future__ import annotations

from dataclasses import dataclass

from config.catalog.models import Catalog
from config.i18n import VERBATIM, Phrase, Translator
from config.i18n.phrase import Param
from core.http import wire_url
from core.text import clean_line

LONGEST_TITLE = 300
"""Characters; real headlines have a third of that."""

LONGEST_LINE = 400
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something happened, as one line of text.

    Attributes:
        text: Empty if no reason was stored.
        lang: Language of the text: the reader's, or English if it was stored as plain text.
    """

    text: str
    lang: str


def title(text: str) -> str:
    """Return a headline as one line."""
    return clean_line(text, LONGEST_TITLE)


def line(text: str, limit: int = LONGEST_LINE) -> str:
    """Return any other text as one line of at most ``limit`` characters."""
    return clean_line(text, limit)


def reason(stored: str | Phrase, t: Translator, catalog: Catalog | None = None) -> Reason:
    """Return a reason in the reader's language, cleaned and shortened.

    Args:
        stored: A phrase, or what :meth:`config.i18n.Phrase.dump` stored; any other text is shown
            as it is.
        t: The reader's language.
        catalog: Has the names of outlets, for reasons that name one by its id.
    """
    phrase = stored if isinstance(stored, Phrase) else Phrase.load(stored)
    if catalog is not None:
        phrase = _with_outlet_names(phrase, catalog)
    return Reason(line(t.phrase(phrase)), "en" if phrase.code == VERBATIM else t.code)


def _with_outlet_names(phrase: Phrase, catalog: Catalog) -> Phrase:
    def named(name: str, value: Param) -> Param:
        if isinstance(value, Phrase):
            return _with_outlet_names(value, catalog)
        return outlet_name(catalog, value) if name == "outlet" and isinstance(value, str) else value

    return Phrase(phrase.code, **{name: named(name, v) for name, v in phrase.params.items()})


def link(url: str) -> str:
    """Return the URL if it is an http or https address, else an empty string."""
    return wire_url(url) or ""


def outlet_name(catalog: Catalog, outlet_id: str) -> str:
    """Return an outlet's name, or its id if the operator's files no longer contain it."""
    outlet = catalog.outlet(outlet_id)
    return line(outlet.name if outlet else outlet_id, LONGEST_NAME)


def topic_title(catalog: Catalog, topic_id: str, stored: str = "") -> str:
    """Return a topic's title.

    Args:
        catalog: The operator's files in force.
        topic_id: The topic.
        stored: The title to use if the files no longer contain the topic; by default its id.
    """
    topic = catalog.topic(topic_id)
    return line(topic.title if topic else stored or topic_id, LONGEST_NAME)
