"""Words for people, in their language: a code and its parameters in, a text out.

::

    stages, store ── Phrase(code, params) ──▶ surface (page, mail, terminal) ──▶ Translator ──▶ text
                    locales/<language>/LC_MESSAGES/<domain>.po ──────────────────────┘

Catalogues are gettext's, with codes as ``msgid``: ``console`` for the web pages, ``notifications``
for what receivers send, ``reasons`` for decisions, feeds and deliveries. English is complete by
definition; a test compares the other languages with it. What operators, outlets and servers wrote
is shown as it is.
"""

from __future__ import annotations

import gettext
import io
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from config.i18n.phrase import VERBATIM, Param, Phrase, verbatim

__all__ = [
    "LANGUAGES",
    "VERBATIM",
    "Phrase",
    "Translator",
    "in_english",
    "translator",
    "verbatim",
]

LANGUAGES = ("en", "de")
"""Languages with catalogues, by their ISO 639-1 codes."""

LOCALES = Path(__file__).parent / "locales"


class Translator:
    """The words of one language.

    Args:
        code: One of :data:`LANGUAGES`; also the value of a ``lang`` attribute.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self._texts = _texts(code)

    def __call__(self, key: str, /, **values: Param) -> str:
        """Return the text of a key with the values put in.

        Raises:
            KeyError: The catalogues have no such key.
        """
        text = self._texts.gettext(key)
        if not text:
            raise KeyError(key)
        return text.format(**{name: self._shown(value) for name, value in values.items()})

    def plural(self, key: str, n: int, /, **values: Param) -> str:
        """Return the text of a key for ``n`` things; ``{n}`` in it is the number.

        Raises:
            KeyError: The catalogues have no such key.
        """
        text = self._texts.ngettext(key, key, n)
        if not text:
            raise KeyError(key)
        shown = {name: self._shown(value) for name, value in values.items()}
        return text.format(n=self.number(n), **shown)

    def has(self, key: str) -> bool:
        """Whether there is a text for a key made of data, such as a state."""
        return bool(self._texts.gettext(key) or self._texts.ngettext(key, key, 1))

    def of(self, group: str, value: str) -> str:
        """Return the text for a value of the program, or the value where there is none."""
        return self(f"{group}.{value}") if self.has(f"{group}.{value}") else value.replace("_", " ")

    def phrase(self, phrase: Phrase) -> str:
        """Return the text of a phrase. A parameter ``n`` chooses between singular and plural.

        A phrase that these catalogues cannot express, because another version of the program
        stored it, is shown as its code.
        """
        if phrase.code == VERBATIM:
            return str(phrase.params["text"])
        try:
            return self._phrase(phrase.code, dict(phrase.params))
        except (LookupError, ValueError, TypeError):  # no such text, or it needs other parameters
            return phrase.code

    def _phrase(self, code: str, params: dict[str, Param]) -> str:
        n = params.get("n")
        if isinstance(n, int) and self._texts.ngettext(code, code, n):
            del params["n"]
            return self.plural(code, n, **params)
        return self(code, **params)

    def number(self, n: int) -> str:
        """1234567 as 1,234,567 or 1.234.567."""
        from babel.numbers import format_decimal

        return format_decimal(n, locale=self.code)

    def span(self, time: timedelta) -> str:
        """``40 s``, ``12 min``, ``5 h``, ``3 days``; in German in the dative: ``3 Tagen``."""
        if time < timedelta(minutes=1):
            return self("span.seconds", n=max(1, int(time.total_seconds())))
        if time < timedelta(hours=1):
            return self("span.minutes", n=time // timedelta(minutes=1))
        if time < timedelta(days=2):
            return self("span.hours", n=time // timedelta(hours=1))
        return self("span.days", n=time.days)

    def duration(self, time: timedelta) -> str:
        """Return an interval or a limit: ``90 s``, ``10 min``, ``2.5 h``, ``3 days``.

        Unlike :meth:`span` it rounds, and uses the unit in which little is lost by that.
        """
        if time < timedelta(minutes=2):
            return self("span.seconds", n=self._rounded(time, timedelta(seconds=1), 0))
        if time < timedelta(hours=2):
            return self("span.minutes", n=self._rounded(time, timedelta(minutes=1), 0))
        if time < timedelta(days=2):
            return self("span.hours", n=self._rounded(time, timedelta(hours=1), 1))
        return self("span.days", n=self._rounded(time, timedelta(days=1), 1))

    def _rounded(self, time: timedelta, unit: timedelta, digits: int) -> str:
        from babel.numbers import format_decimal

        return format_decimal(round(time / unit, digits), locale=self.code)

    def ago(self, moment: datetime, now: datetime) -> str:
        """``just now``, ``12 min ago``, ``in 5 h``."""
        age = now - moment
        if age < -timedelta(milliseconds=200):  # less is the difference of two clocks
            return self("ago.in", span=self.span(-age))
        if age < timedelta(minutes=1):
            return self("ago.now")
        return self("ago.past", span=self.span(age))

    def moment(self, moment: datetime) -> str:
        """The absolute time, in UTC."""
        from babel.dates import format_datetime

        return format_datetime(moment.astimezone(UTC), self("moment"), locale=self.code)

    def _shown(self, value: Param) -> str | int | float:
        match value:
            case Phrase():
                return self.phrase(value)
            case datetime():
                return self.moment(value)
            case timedelta():
                return self.duration(value)
        return value


@cache
def translator(code: str) -> Translator:
    """Return the translator of a language, made once."""
    return Translator(code)


def in_english(phrase: Phrase) -> str:
    """Return a phrase in English: for logs, public records, and programs."""
    return translator("en").phrase(phrase)


@cache
def _texts(code: str) -> gettext.NullTranslations:
    """The catalogues of a language as gettext reads them, compiled in memory."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    whole = Catalog(locale=code)
    for path in sorted((LOCALES / code / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=code, abort_invalid=True):
                if message.id:
                    whole[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    texts = gettext.GNUTranslations(compiled)
    texts.add_fallback(_Missing())
    return texts


class _Missing(gettext.NullTranslations):
    """Answers what the catalogues do not have; by itself gettext would answer with the key."""

    def gettext(self, message: str) -> str:
        del message
        return ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        del msgid1, msgid2, n
        return ""
