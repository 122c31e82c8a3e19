"""What an error says to the reader of a page."""

from __future__ import annotations

from config.errors import FetchError, WirewatchError
from config.i18n import Translator
from wirewatch.web import display


def error_text(error: WirewatchError, t: Translator) -> str:
    """Return what an error says, as one line in the reader's language."""
    if isinstance(error, FetchError):
        return display.line(t("general.address_not_read", why=error.phrase))
    return display.line(t.phrase(error.phrase))
