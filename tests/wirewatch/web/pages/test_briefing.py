"""A story as a briefing: one page with what happened, who reports it, and what people wrote."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from tests.support.console import HOSTILE, Console, add_story

pytestmark = pytest.mark.slow


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_briefing_has_developments_sources_copies_and_notes(
    console: Console, now: datetime
) -> None:
    alert_id = add_story(console.store, "Paris", now, copies=2)
    fields = [("pick", alert_id), ("act", "irrelevant"), ("reason", "old"), ("note", "Von 2019.")]
    console.page("/")
    console.submit("/act", [*fields, ("back", "/")])
    console.submit("/note", [("alert", alert_id), ("text", "Bei Bonn nachfragen."), ("back", "/")])
    assert f'href="/alerts/{alert_id}/briefing"' in console.page(f"/alerts/{alert_id}")
    page = console.page(f"/alerts/{alert_id}/briefing")
    text = text_of(page)
    assert "<nav" not in page
    assert "<script" not in page
    assert page.count("<h1") == page.count("<main") == 1
    assert "Die Nato tagt: Paris</h1>" in page
    assert "3 articles, 3 outlets" in text
    developments, sources = (
        page.partition(f'id="{name}"')[2].partition("</section>")[0]
        for name in ("developments", "sources")
    )
    assert "It was opened." in developments
    assert developments.count("<li>") == 1
    assert "<mark>Nato tagt</mark>" in developments
    assert 'href="https://kurier.example/0"' in sources
    assert "2 copies of this text: copy1, copy2" in text_of(sources)
    assert "22 Nov 2026, 12:00 UTC" in text_of(sources)
    assert re.search(r"old news: +Von 2019\.", text)
    assert re.search(r"Note: +Bei Bonn nachfragen\.", text)
    console.language = "de"
    assert "2 Kopien dieses Textes" in console.page(f"/alerts/{alert_id}/briefing")


def test_a_story_that_nobody_was_told_of_has_a_briefing_too(
    console: Console, now: datetime
) -> None:
    held = add_story(console.store, "held", now, alerted=False, title=HOSTILE)
    page = console.page(f"/alerts/{held}/briefing")
    assert "It was suppressed." in page
    assert "<script" not in page
    assert console.request(f"/alerts/{'a' * 32}/briefing")[0] == 404
