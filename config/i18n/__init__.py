"""Texts for people in their own language: takes a code and its parameters, returns a text.

::

    stages, store ── Phrase(code, params) ──▶ page, mail or terminal ──▶ Translator ──▶ text
                    locales/<language>/LC_MESSAGES/<domain>.po ──────────────┘

The catalogues are gettext catalogues with codes as ``msgid``. There are four domains: ``console``
for the web pages, ``notifications`` for what receivers send, ``reasons`` for decisions, feeds and
deliveries, and ``faults`` for what is wrong in operator files. English is the reference; a test
checks that every other language has the same keys and parameters. Text written by operators,
outlets and servers is shown unchanged.
"""

from __future__ import annotations

import gettext
import io
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from config.i18n.phrase import (
    LANGUAGE_NAMES,
    VERBATIM,
    WRITTEN_IN_ENGLISH,
    Param,
    Phrase,
    language_names,
    verbatim,
    written_in_english,
)

if TYPE_CHECKING:
    from babel import Locale

__all__ = [
    "LANGUAGES",
    "VERBATIM",
    "Phrase",
    "Translator",
    "in_english",
    "language_names",
    "translator",
    "verbatim",
    "written_in_english",
]

LANGUAGES = ("en", "de")
"""Languages that have catalogues, as ISO 639-1 codes."""

LOCALES = Path(__file__).parent / "locales"

CLOCK_TOLERANCE = timedelta(milliseconds=200)
"""How far two clocks of one installation may differ; a time that is less in the future is now."""


class Translator:
    """Produces texts in one language.

    Args:
        code: One of :data:`LANGUAGES`; also the value of a ``lang`` attribute.
        zone: The time zone of the times that are shown.
    """

    def __init__(self, code: str, zone: tzinfo = UTC) -> None:
        self.code = code
        self.zone = zone
        self._catalogue = _catalogue(code)

    @property
    def zone_name(self) -> str:
        """The time zone's name, such as ``Europe/Berlin``; ``UTC`` for UTC."""
        return getattr(self.zone, "key", "UTC")

    def __call__(self, key: str, /, **values: Param) -> str:
        """Return the text for a key with the values filled in.

        Raises:
            KeyError: The catalogues do not have the key.
        """
        text = self._catalogue.gettext(key)
        if not text:
            raise KeyError(key)
        return text.format(**{name: self._format(value) for name, value in values.items()})

    def plural(self, key: str, n: int, /, **values: Param) -> str:
        """Return the text for ``n`` things; ``{n}`` in the text is the number.

        Raises:
            KeyError: The catalogues do not have the key.
        """
        text = self._catalogue.ngettext(key, key, n)
        if not text:
            raise KeyError(key)
        formatted = {name: self._format(value) for name, value in values.items()}
        return text.format(n=self.number(n), **formatted)

    def has(self, key: str) -> bool:
        """Return whether the catalogues have a key, singular or plural."""
        return bool(self._catalogue.gettext(key) or self._catalogue.ngettext(key, key, 1))

    def of(self, group: str, value: str) -> str:
        """Return the text for a value such as a state, or the value itself if there is no text."""
        return self(f"{group}.{value}") if self.has(f"{group}.{value}") else value.replace("_", " ")

    def phrase(self, phrase: Phrase) -> str:
        """Return the text of a phrase. A parameter ``n`` chooses between singular and plural.

        A phrase that these catalogues cannot express, because another version of the program
        stored it, is shown as its code.
        """
        if phrase.code == VERBATIM:
            return str(phrase.params["text"])
        try:
            if phrase.code == LANGUAGE_NAMES:
                return ", ".join(map(self.language, str(phrase.params["codes"]).split()))
            if phrase.code == WRITTEN_IN_ENGLISH:
                return self._meaning(dict(phrase.params))
            return self._phrase(phrase.code, dict(phrase.params))
        except (LookupError, ValueError, TypeError):  # no such text, or it needs other parameters
            return phrase.code

    def _meaning(self, params: dict[str, Param]) -> str:
        """Return an English text, or what it means in another language."""
        meaning = params["meaning"]
        if self.code == "en" or not isinstance(meaning, Phrase):
            return str(params["text"])
        return self.phrase(meaning)

    def language(self, code: str) -> str:
        """Return the name of a language, such as ``German``, or the code if it is unknown."""
        return str(_locale(self.code).languages.get(code, code))

    def number(self, n: int) -> str:
        """Return an integer with thousands separators: 1,234,567 or 1.234.567."""
        if -1000 < n < 1000:  # Babel takes as long as the rest of a text
            return str(n)
        from babel.numbers import format_decimal

        return format_decimal(n, locale=self.code)

    def decimal(self, n: float) -> str:
        """Return a number with one digit after the point: ``1.2`` or ``1,2``."""
        from babel.numbers import format_decimal

        return format_decimal(n, format="#,##0.0", locale=self.code)

    def percent(self, share: float) -> str:
        """Return a share of 1 as a rounded percentage: ``37%`` or ``37 %``."""
        from babel.numbers import format_percent

        return format_percent(share, locale=self.code)

    def span(self, time: timedelta) -> str:
        """Return a duration: ``40 s``, ``12 min``, ``5 h`` or ``3 days``.

        German days are in the dative, because the texts that contain them need it.
        """
        if time < timedelta(minutes=1):
            return self("time.seconds", n=max(1, int(time.total_seconds())))
        if time < timedelta(hours=1):
            return self("time.minutes", n=time // timedelta(minutes=1))
        if time < timedelta(days=2):
            return self("time.hours", n=time // timedelta(hours=1))
        return self("time.days", n=time.days)

    def duration(self, time: timedelta) -> str:
        """Return an interval or a limit: ``90 s``, ``10 min``, ``2.5 h`` or ``3 days``.

        Unlike :meth:`span` it rounds, in the unit in which the least is lost by rounding.
        """
        if time < timedelta(minutes=2):
            return self("time.seconds", n=self._rounded(time, timedelta(seconds=1), 0))
        if time < timedelta(hours=2):
            return self("time.minutes", n=self._rounded(time, timedelta(minutes=1), 0))
        if time < timedelta(days=2):
            return self("time.hours", n=self._rounded(time, timedelta(hours=1), 1))
        return self("time.days", n=self._rounded(time, timedelta(days=1), 1))

    def ago(self, moment: datetime, now: datetime) -> str:
        """Return a time relative to now: ``just now``, ``12 min ago`` or ``in 5 h``."""
        age = now - moment
        if age < -CLOCK_TOLERANCE:
            return self("time.in", span=self.span(-age))
        if age < timedelta(minutes=1):
            return self("time.now")
        return self("time.ago", span=self.span(age))

    def moment(self, moment: datetime) -> str:
        """Return a date and time in the reader's time zone, and which zone that is."""
        from babel.dates import format_datetime

        return format_datetime(moment.astimezone(self.zone), self("time.format"), locale=self.code)

    def day(self, day: date) -> str:
        """Return a date: ``29 Nov 2026`` or ``29. Nov. 2026``."""
        from babel.dates import format_date

        return format_date(day, self("time.day"), locale=self.code)

    def _phrase(self, code: str, params: dict[str, Param]) -> str:
        n = params.get("n")
        if isinstance(n, int) and self._catalogue.ngettext(code, code, n):
            del params["n"]
            return self.plural(code, n, **params)
        return self(code, **params)

    def _rounded(self, time: timedelta, unit: timedelta, digits: int) -> str:
        from babel.numbers import format_decimal

        return format_decimal(round(time / unit, digits), locale=self.code)

    def _format(self, value: Param) -> str | int | float:
        match value:
            case Phrase():
                return self.phrase(value)
            case datetime():
                return self.moment(value)
            case timedelta():
                return self.duration(value)
        return value


@cache
def translator(code: str, zone: tzinfo = UTC) -> Translator:
    """Return the shared translator of a language and time zone."""
    return Translator(code, zone)


def in_english(phrase: Phrase) -> str:
    """Return a phrase in English, for logs, public records and programs."""
    return translator("en").phrase(phrase)


@cache
def _locale(code: str) -> Locale:
    from babel import Locale

    return Locale.parse(code)


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    """Read and compile all catalogues of a language in memory."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    merged = Catalog(locale=code)
    for path in sorted((LOCALES / code / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=code, abort_invalid=True):
                if message.id:
                    merged[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    texts = gettext.GNUTranslations(compiled)
    texts.add_fallback(_NoText())
    return texts


class _NoText(gettext.NullTranslations):
    """Returns an empty text for an unknown key, where gettext would return the key itself."""

    def gettext(self, message: str) -> str:
        del message
        return ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        del msgid1, msgid2, n
        return ""
