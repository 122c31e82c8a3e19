"""Text as everything here sees it: NFC, cleaned once, tokenised once."""

from core.text.clean import clean, clean_line, for_log, lang_attribute

__all__ = ["clean", "clean_line", "for_log", "lang_attribute"]
