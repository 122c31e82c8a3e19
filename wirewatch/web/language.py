"""The reader's language, as the browser asks for it."""

from __future__ import annotations

from config.i18n import LANGUAGES, Translator, translator


def preferred_translator(header: str) -> Translator:
    """Return the translator of the language that the browser prefers, English by default.

    Args:
        header: The ``Accept-Language`` header; untrusted.
    """
    best, highest = "en", 0.0
    for part in header[:500].split(","):
        tag, _, parameter = part.strip().partition(";")
        code, quality = tag.strip().lower().split("-")[0], _quality(parameter)
        if code in LANGUAGES and quality > highest:
            best, highest = code, quality
    return translator(best)


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
