"""The wait that a server asks for is read from Retry-After."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from multidict import CIMultiDict

from core.http import retry_after

NOW = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)
DATE = "Sun, 22 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("raw", "date", "expected"),
    [
        ("120", None, 120.0),
        (" 120 ", None, 120.0),
        ("0", None, 0.0),
        ("-5", None, 0.0),
        ("500000", None, 86_400.0),
        ("99999999999999999", None, 86_400.0),
        ("Sun, 22 Nov 2026 10:05:00 GMT", None, 300.0),
        ("Sun, 22 Nov 2026 12:05:00 GMT", DATE, 300.0),
        ("Sun, 22 Nov 2026 12:05:00 GMT", "junk", 7500.0),
        ("Sunday, 22-Nov-26 10:05:00 GMT", None, 300.0),
        ("Sun Nov 22 10:05:00 2026", None, 300.0),
        ("Sun, 22 Nov 2020 10:05:00 GMT", None, 0.0),
        ("Sun, 22 Nov 2040 10:05:00 GMT", None, 86_400.0),
        ("soon", None, None),
        ("1.5", None, None),
        ("120 seconds", None, None),
        ("", None, None),
        ("Sun, 99 Nov 2026 10:05:00 GMT", None, None),
        ("٣", None, None),
    ],
)
def test_the_wait_is_read_from_seconds_and_dates(
    raw: str, date: str | None, expected: float | None
) -> None:
    headers = CIMultiDict({"retry-after": raw})
    if date:
        headers["date"] = date
    assert retry_after(headers, NOW) == expected


def test_without_the_header_there_is_no_wait() -> None:
    assert retry_after(CIMultiDict({"Date": DATE}), NOW) is None
