"""Views that are saved by name, and the wall."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from core.store.console import saved_views
from core.store.console.saved_views import SavedView
from tests.support.console import HOSTILE, Console, add_story


def test_a_view_is_saved_with_its_layout_opened_replaced_and_deleted(
    console: Console, now: datetime
) -> None:
    add_story(console.store, "one", now)
    body = console.page("/?list=compact&topic=nato&last=24h&q=&nonsense=1")
    query = re.search(r'name="query" value="([^"]*)"', body)
    assert query
    assert query[1] == "topic=nato&amp;last=24h&amp;list=compact"
    assert "No view is saved yet." in body
    fields = [("name", " Nato\u202e today "), ("query", query[1].replace("&amp;", "&"))]
    body = console.submit("/views", fields)
    assert "The view is saved." in body
    assert "<title>Nato today · Wirewatch</title>" in body
    assert ">View: Nato today</summary>" in body
    link = '<a href="/?topic=nato&amp;last=24h&amp;list=compact" aria-current="true">Nato today</a>'
    assert link in body
    assert link.replace(' aria-current="true"', "") in console.page("/?list=cards")
    console.submit("/views", [("name", "Nato today"), ("query", "topic=talks")])
    assert '<a href="/?topic=talks&amp;list=cards">Nato today</a>' in console.page("/")
    hostile = "state=%3Cscript%3E&q=%22%3E%3Cb%3E&list=evil&before=1&" + "x=1&" * 900
    for name, text in (("", "not saved"), (HOSTILE[:40], "is saved")):
        body = console.submit("/views", [("name", name), ("query", hostile)])
        assert text in body
        assert "<b>" not in body
    with console.store.read() as connection:
        views = saved_views.list_views(connection)
    assert [view.query for view in views] == [
        "q=%22%3E%3Cb%3E&list=cards",
        "topic=talks&list=cards",
    ]
    assert {view.saved_by for view in views} == {"console"}
    for view in views:
        body = console.submit("/views/delete", [("name", view.name), ("back", "/?topic=nato")])
        assert "The view is deleted." in body
    assert "No view is saved yet." in body


def test_a_view_belongs_to_who_saved_it_first_unless_somebody_else_is_named(
    console: Console,
) -> None:
    seen = []
    for owner in ("", "Newsdesk Nord", "", HOSTILE[:40]):
        console.submit("/views", [("name", "Nato"), ("query", "topic=nato"), ("owner", owner)])
        with console.store.read() as connection:
            [view] = saved_views.list_views(connection)
        seen.append(view.owner)
    assert seen[:3] == ["console", "Newsdesk Nord", "Newsdesk Nord"]
    body = console.page("/?topic=nato&list=cards")
    assert (seen[3] != "Newsdesk Nord", "<script>alert" in body) == (True, False)
    console.submit("/views", [("name", "Nato"), ("query", "topic=nato"), ("owner", "Ada")])
    body = console.page("/?topic=nato&list=cards")
    assert '<span class="note" title="Last saved by console"><bdi>Ada</bdi>' in body
    assert '<input name="owner" maxlength="80" value="Ada"' in body


def test_there_are_at_most_a_hundred_views(console: Console, now: datetime) -> None:
    with console.store.write() as connection:
        for number in range(saved_views.MAX_VIEWS):
            saved_views.save_view(connection, SavedView(f"view {number}", "", "Anna", now))
    assert "at most 100" in console.submit("/views", [("name", "one more"), ("query", "")])
    assert "The view is saved." in console.submit("/views", [("name", "view 7"), ("query", "")])
    with console.store.read() as connection:
        assert len(saved_views.list_views(connection)) == saved_views.MAX_VIEWS


def test_the_wall_shows_the_newest_stories_of_a_filter_and_offers_no_action(
    console: Console, now: datetime
) -> None:
    for number in range(12):
        at = now - timedelta(minutes=number)
        add_story(console.store, str(number), at, copies=1, severity="urgent")
    add_story(console.store, "other", now, severity="normal")
    console.submit("/views", [("name", "Urgent"), ("query", "severity=urgent&list=compact")])
    looked = [c for c in console.cookie.split("; ") if c.startswith("wirewatch_looked")]
    body = console.page("/wall?severity=urgent")
    assert re.findall(r"Die Nato tagt: (\w+)", body) == [str(number) for number in range(8)]
    assert '<h1><a href="/?severity=urgent">Urgent</a></h1>' in body
    assert "2 outlets · 2 articles" in body
    assert not re.search("<form|<button|<input", body)
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in body
    assert [c for c in console.cookie.split("; ") if c.startswith("wirewatch_looked")] == looked
    assert "No stories match this filter." in console.page("/wall?q=nothing")


def test_a_wall_without_stories_names_a_filter_only_where_there_is_one(console: Console) -> None:
    body = console.page("/wall")
    assert ("No stories yet." in body, "filter" in body) == (True, False)
