"""The list of stories as CSV and Markdown: filter, columns, and text that nobody can trust."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest

from core.store.console import story_export
from tests.support.console import HOSTILE, Console, add_delivery, add_story
from tests.support.stories import add_held
from wirewatch.web.pages.export import lists
from wirewatch.web.pages.export.csv_table import COLUMNS, as_text

pytestmark = pytest.mark.slow


def rows_of(body: str) -> list[dict[str, str]]:
    assert body.startswith("\ufeffid,")
    return list(csv.DictReader(io.StringIO(body.removeprefix("\ufeff"), newline="")))


def test_a_table_has_the_columns_of_the_list(console: Console, now: datetime) -> None:
    alert_id = add_story(
        console.store, "one", now, title='Nato tagt, "bald"', copies=2, severity="high"
    )
    add_story(console.store, "held", now, alerted=False)
    for state, minutes in (("failed", 1), ("delivered", 3), ("delivered", 2)):
        at = now + timedelta(minutes=minutes)
        add_delivery(console.store, alert_id, f"{state}{minutes}.example", state, at)
    body = console.page("/stories.csv")
    assert body.count("\r\n") == body.count("\n") == 2
    [row] = rows_of(body)
    assert tuple(row) == COLUMNS
    assert row["id"] == alert_id
    assert row["last_development_utc"] == row["first_seen_utc"] == "2026-11-22 12:00:00"
    assert row["told_at_utc"] == "2026-11-22 12:02:00"
    assert (row["topic"], row["headline"]) == ("NATO membership", 'Nato tagt, "bald"')
    assert (row["outlet"], row["url"]) == ("Der Kurier", "https://kurier.example/0")
    assert (row["outlets"], row["articles"]) == ("3", "3")
    assert (row["state"], row["severity"]) == ("open", "high")
    assert row["console_url"].endswith(f"/alerts/{alert_id}")
    assert console.headers["content-type"].startswith("text/csv; charset=utf-8")
    expected = 'attachment; filename="wirewatch-stories-2026-11-22.csv"'
    assert console.headers["content-disposition"] == expected


def test_nobody_was_told_of_a_story_as_long_as_its_message_is_held(
    console: Console, now: datetime
) -> None:
    alert_id = add_story(console.store, "one", now)
    with console.store.write() as connection:
        add_held(connection, alert_id, "desk", now, now + timedelta(hours=8))
    [row] = rows_of(console.page("/stories.csv"))
    assert row["told_at_utc"] == ""


def test_a_file_has_the_filter_of_the_page_and_the_page_links_to_it(
    console: Console, now: datetime
) -> None:
    add_story(console.store, "old", now - timedelta(days=3))
    add_story(console.store, "Paris", now, severity="urgent")
    held = add_story(console.store, "held", now, alerted=False)
    page = console.page("/?severity=urgent&last=24h")
    assert 'href="/stories.csv?severity=urgent&amp;last=24h"' in page
    titles = [row["headline"] for row in rows_of(console.page("/stories.csv?severity=urgent"))]
    assert titles == ["Die Nato tagt: Paris"]
    [row] = rows_of(console.page("/stories.csv?state=suppressed"))
    assert (row["id"], row["told_at_utc"], row["severity"]) == (held, "", "")
    assert rows_of(console.page("/stories.csv?topic=none")) == []
    assert "No stories." in console.page("/stories.markdown?topic=none")


def test_a_list_in_markdown_is_in_the_readers_language(console: Console, now: datetime) -> None:
    add_story(console.store, "one", now, title="Nato tagt | [hier](javascript:x) *bald*")
    console.language = "de"
    lines = console.page("/stories.markdown?last=24h&topic=nato").splitlines()
    assert lines[0] == "# Meldungen"
    about = "Stand 22. Nov. 2026, 12:00 UTC · 24 Stunden · Thema\\: NATO membership"
    assert lines[2] == about
    assert lines[4].startswith("| Neueste Entwicklung | Thema | Überschrift | Medium |")
    assert lines[5] == "| --- | --- | --- | --- | ---: | ---: | --- | --- |"
    title = r"[Nato tagt \| \[hier\]\(javascript\:x\) \*bald\*](https://kurier.example/0)"
    assert f" | {title} | Der Kurier | 1 | 1 | Offen | " in lines[6]
    assert len(lines) == 7
    assert console.headers["content-type"].startswith("text/markdown; charset=utf-8")


def test_hostile_text_stays_in_its_cell(console: Console, now: datetime) -> None:
    add_story(console.store, "bad", now, title=HOSTILE, url="javascript:alert(1)")
    add_story(console.store, "sum", now, title="=HYPERLINK(1)|2\r\nx", url="https://x.example/|)")
    by_title = {row["headline"][:5]: row for row in rows_of(console.page("/stories.csv"))}
    assert by_title["'=HYP"]["headline"] == "'=HYPERLINK(1)|2 x"
    assert by_title["<scri"]["url"] == ""
    lines = console.page("/stories.markdown").splitlines()[6:]
    assert len(lines) == 2
    text = "".join(lines)
    assert r"\<script\>" in text
    assert "javascript:" not in text
    assert "https://x.example/%7C%29)" in text


def test_no_cell_begins_a_formula() -> None:
    dangerous = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff20x")
    assert [as_text(text) for text in dangerous] == [f"'{text}" for text in dangerous]
    assert [as_text(text) for text in ("", "Nato", "a=b", "3")] == ["", "Nato", "a=b", "3"]


def test_a_file_is_read_in_pages_and_has_an_end(
    console: Console, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        add_story(console.store, str(n), now - timedelta(minutes=n))
    monkeypatch.setattr(story_export, "MAX_LIMIT", 2)
    titles = [row["headline"][-1] for row in rows_of(console.page("/stories.csv"))]
    assert titles == ["0", "1", "2", "3", "4"]
    monkeypatch.setattr(lists, "MAX_STORIES", 3)
    assert len(rows_of(console.page("/stories.csv"))) == 3
    assert "The list ends here" in console.page("/stories.markdown").splitlines()[-1]
