"""The browser's choice of a language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.i18n import LANGUAGES
from wirewatch.web.language import preferred_translator


@pytest.mark.parametrize(
    ("header", "code"),
    [("", "en"), ("de", "de"), ("de-CH,de;q=0.9,en;q=0.8", "de"), ("fr,en;q=0.7,de;q=0.3", "en"),
     ("en;q=0.2, DE-at;q=0.4", "de"), ("*", "en"), ("de;q=0", "en"), ("de;q=x", "en"),
     (";;,,=" * 999, "en")],
)  # fmt: skip
def test_the_browsers_preferred_language_is_used(header: str, code: str) -> None:
    assert preferred_translator(header).code == code


@given(st.text())
def test_any_header_leads_to_a_language(header: str) -> None:
    assert preferred_translator(header).code in LANGUAGES
