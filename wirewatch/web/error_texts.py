"""What an error says to the reader of a page."""

from __future__ import annotations

from dataclasses import dataclass

from config.errors import ExtractionError, FetchError, WirewatchError
from config.i18n import Translator
from wirewatch.web import display


@dataclass(frozen=True, slots=True)
class ErrorText:
    """What an error says.

    Attributes:
        text: One line.
        lang: The language that it is in.
    """

    text: str
    lang: str


def error_text(error: WirewatchError, t: Translator) -> ErrorText:
    """Return what an error says, in the reader's language where its reason is a phrase."""
    message, lang = error.message, "en"
    if isinstance(error, FetchError):
        message, lang = t("general.address_not_read", why=error.reason), t.code
    elif isinstance(error, ExtractionError):
        message, lang = t.phrase(error.reason), t.code
    return ErrorText(display.line(f"{message} {error.mend}".strip()), lang)
