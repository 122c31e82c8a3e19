"""Italian: the months."""

from __future__ import annotations

from core.text.languages.model import DateWords, Language, words

LANGUAGE = Language(
    code="it",
    dates=DateWords(
        months=(
            words("gen gennaio"),
            words("feb febbraio"),
            words("mar marzo"),
            words("apr aprile"),
            words("mag maggio"),
            words("giu giugno"),
            words("lug luglio"),
            words("ago agosto"),
            words("set settembre"),
            words("ott ottobre"),
            words("nov novembre"),
            words("dic dicembre"),
        ),
    ),
)
