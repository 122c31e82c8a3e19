"""Refusals of access control have texts."""

from __future__ import annotations

from config.i18n import LANGUAGES, translator
from wirewatch.web.auth.refusals import Refusal


def test_every_refusal_has_a_text_in_both_languages() -> None:
    missing = [
        (t.code, refusal)
        for t in map(translator, LANGUAGES)
        for refusal in Refusal
        if not t.has(f"refusal.{refusal}")
    ]
    assert missing == []
