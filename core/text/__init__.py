"""Text: cleaned once, tokenised once; sentences, excerpts, fingerprints and languages."""

from core.text.clean import clean, clean_line, for_log, lang_attribute
from core.text.foreign import foreign_text

__all__ = ["clean", "clean_line", "for_log", "foreign_text", "lang_attribute"]
