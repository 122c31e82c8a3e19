"""Dutch: the particles of names."""

from __future__ import annotations

from core.text.languages.model import BylineWords, Language, words

LANGUAGE = Language(code="nl", bylines=BylineWords(particles=words("van de der")))
