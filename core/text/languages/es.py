"""Spanish: the months."""

from __future__ import annotations

from core.text.languages.model import DateWords, Language, words

LANGUAGE = Language(
    code="es",
    dates=DateWords(
        months=(
            words("ene enero"),
            words("feb febrero"),
            words("mar marzo"),
            words("abr abril"),
            words("mayo"),
            words("jun junio"),
            words("jul julio"),
            words("ago agosto"),
            words("sep sept septiembre"),
            words("oct octubre"),
            words("nov noviembre"),
            words("dic diciembre"),
        ),
        year_prefixes=words("de"),
    ),
)
