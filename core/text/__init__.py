"""Text: cleaned once, tokenised once; sentences, excerpts, fingerprints and languages."""

from core.text.clean import clean, clean_line, for_log, lang_attribute

__all__ = ["clean", "clean_line", "for_log", "lang_attribute"]
