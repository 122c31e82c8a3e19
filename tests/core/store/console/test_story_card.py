"""Cursors are read back from their text, and no other text is one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import UsageError
from core.store.console.story_card import StoryCursor


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)),  # noqa: DTZ001 made aware below
    st.text("0123456789abcdef", min_size=32, max_size=32),
)
def test_a_cursor_is_read_back_from_its_text(at: datetime, alert_id: str) -> None:
    cursor = StoryCursor(at.replace(tzinfo=UTC), alert_id)
    assert StoryCursor.parse(str(cursor)) == cursor


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        StoryCursor.parse(text)


@pytest.mark.parametrize(
    "text",
    ["-", f"1-{'g' * 32}", f"{'9' * 17}-{'0' * 32}\n", f"-5-{'0' * 32}", f"٣-{'0' * 32}",
     f"{'9' * 18}-{'0' * 32}"],
)  # fmt: skip
def test_a_text_that_only_looks_like_a_cursor_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        StoryCursor.parse(text)
