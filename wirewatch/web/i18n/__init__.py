"""The console's words, in the reader's language.

::

    Accept-Language ──choose──▶ "de" | "en" ──▶ Words ──▶ templates: {{ t("nav.stories") }}

A key that counts something has two entries, ``.one`` and ``.many``. What operators and sources
wrote is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from wirewatch.web.i18n.english import ENGLISH
from wirewatch.web.i18n.german import GERMAN

TABLES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "de": GERMAN}


@dataclass(frozen=True, slots=True)
class Translator:
    """One language.

    Attributes:
        code: For the ``lang`` attribute.
    """

    code: str

    def __call__(self, key: str, **values: object) -> str:
        """The words of a key, with the values put in."""
        return TABLES[self.code][key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there are words for a key made of data, such as a state."""
        return key in TABLES[self.code]

    def of(self, group: str, value: str) -> str:
        """The words for a value of the program, or the value where there are none."""
        return self(f"{group}.{value}") if self.has(f"{group}.{value}") else value.replace("_", " ")

    def count(self, key: str, n: int, **values: object) -> str:
        """The words of a key for a number of things."""
        return self(f"{key}.{'one' if n == 1 else 'many'}", n=self.number(n), **values)

    def number(self, n: int) -> str:
        """1234567 as 1,234,567 or 1.234.567."""
        return f"{n:,}".replace(",", self("number.separator"))

    def span(self, time: timedelta) -> str:
        """``40 s``, ``12 min``, ``5 h``, ``3 days``."""
        if time < timedelta(minutes=1):
            return self("span.seconds", n=max(1, int(time.total_seconds())))
        if time < timedelta(hours=1):
            return self("span.minutes", n=time // timedelta(minutes=1))
        if time < timedelta(days=2):
            return self("span.hours", n=time // timedelta(hours=1))
        return self("span.days", n=time.days)

    def ago(self, moment: datetime, now: datetime) -> str:
        """``just now``, ``12 min ago``, ``in 5 h``."""
        age = now - moment
        if age < -timedelta(milliseconds=200):  # less is two clocks
            return self("ago.in", span=self.span(-age))
        if age < timedelta(minutes=1):
            return self("ago.now")
        return self("ago.past", span=self.span(age))

    def moment(self, moment: datetime) -> str:
        """The absolute time, in UTC."""
        at = moment.astimezone(UTC)
        month = self(f"month.{at.month}")
        return self("moment", day=at.day, month=month, year=at.year, time=f"{at:%H:%M}")


def choose(header: str) -> Translator:
    """The language the browser likes best of those we have; English where it likes none.

    Args:
        header: ``Accept-Language``, from anybody.
    """
    best, liked = "en", 0.0
    for part in header[:500].split(","):
        tag, _, quality = part.strip().partition(";")
        code, how = tag.strip().lower().split("-")[0], _quality(quality)
        if code in TABLES and how > liked:
            best, liked = code, how
    return Translator(best)


def _quality(text: str) -> float:
    name, _, value = text.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
