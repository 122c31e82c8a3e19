"""Stories as CSV (RFC 4180) that spreadsheets open as what it is. Pure.

The file begins with a byte order mark, without which Excel takes UTF-8 for the local code page.
Times are UTC in the form that spreadsheets read as a time. Headings are the same in every language,
so that a program can rely on them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from config.catalog.models import Catalog
from core.store.console.story_export import ExportedStory
from wirewatch.web import display

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"

COLUMNS = (
    *("id", "told_at_utc", "last_development_utc", "first_seen_utc", "topic_id", "topic"),
    *("headline", "outlet", "url", "outlets", "articles", "state", "severity", "verdict"),
    *("verdict_reason", "acknowledged_by", "assigned_to", "console_url"),
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Beginnings of a cell that a spreadsheet may run as a formula, the full-width forms of Asian
editions included (OWASP, CSV Injection)."""


def write_csv(pages: Iterable[list[ExportedStory]], catalog: Catalog) -> Iterator[bytes]:
    """Yield the file in pieces, the first with the headings.

    Args:
        pages: Stories.
        catalog: Names of topics and outlets, and the console's URL.
    """
    yield b"\xef\xbb\xbf" + _lines([COLUMNS])
    for page in pages:
        yield _lines(_cells(story, catalog) for story in page)


def as_text(value: str) -> str:
    """Return a text as a cell that no spreadsheet runs: an apostrophe before what may be a formula.

    Args:
        value: Any text; untrusted.
    """
    return f"'{value}" if value.startswith(_FORMULA) else value


def _lines(rows: Iterable[tuple[str | int, ...]]) -> bytes:
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows(rows)
    return lines.getvalue().encode("utf-8", "replace")


def _cells(story: ExportedStory, catalog: Catalog) -> tuple[str | int, ...]:
    row = story.row
    cells: tuple[str | int, ...] = (
        row.alert_id,
        _time(story.told_at),
        _time(row.at),
        _time(row.first_seen),
        row.topic_id,
        display.topic_title(catalog, row.topic_id, row.topic_title),
        display.title(row.title),
        display.outlet_name(catalog, row.outlet) if row.outlet else "",
        display.link(story.url),
        row.outlets,
        row.articles,
        row.state,
        row.severity if row.told else "",
        row.verdict,
        row.verdict_reason,
        display.line(row.acked_by, 80),
        display.line(row.assigned_to, 80),
        f"{catalog.alerts.console_url.rstrip('/')}/alerts/{row.alert_id}",
    )
    return tuple(as_text(cell) if isinstance(cell, str) else cell for cell in cells)


def _time(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if moment else ""
