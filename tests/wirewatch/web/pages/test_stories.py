"""The start page: the list, its filter, paging, and the actions on stories."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

import pytest

from core.store.feeds import feeds
from tests.support.console import Console, add_delivery, add_feeds, add_story
from tests.support.stories import add_held
from wirewatch.web.pages import stories


def alert_ids(page: str) -> list[str]:
    return re.findall(r'<li class="story [^>]*id="s-([0-9a-f]{32})"', page)


def marks(page: str) -> list[str]:
    return re.findall(r"<mark>([^<]*)</mark>", page)


def badges(console: Console, alert_id: str) -> str:
    """Return the text of the badges on a story's page."""
    body = console.page(f"/alerts/{alert_id}")
    return re.sub(r"<[^>]+>", " ", body.partition('class="headline"')[2].partition("<h1")[0])


def undo_id(page: str) -> str:
    found = re.search(r'name="undo" value="([0-9a-f]+)"', page)
    assert found, page
    return found[1]


def test_a_card_shows_what_is_needed_to_judge_the_story(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "Paris", now - timedelta(minutes=12), copies=2)
    body = console.page("/")
    assert alert_ids(body) == [alert_id]
    assert "Der Kurier" in body
    assert "also in 2 outlets" in body
    assert "score 30" in body
    assert marks(body) == ["Nato tagt"] * 2  # in the sentence, and in the headline it quotes
    assert "12 min ago" in body
    assert 'datetime="2026-11-22T11:48:00+00:00"' in body
    assert '<span class="badge info">Open</span>' in body
    console.language = "de"
    body = console.page("/")
    assert "auch in 2 anderen Medien" in body
    assert "vor 12 min" in body


def test_a_story_that_was_held_back_shows_why(console: Console, now: datetime) -> None:
    add_story(console.store, "old", now, alerted=False)
    body = console.page("/?state=suppressed")
    assert '<span class="badge warn">Suppressed</span>' in body
    assert 'Reason: <span dir="auto">It was suppressed.</span>' in body
    assert '<a class="topic" href="/topics/nato">NATO membership</a>' in body


def test_the_address_filters_the_list(console: Console, now: datetime) -> None:
    old = add_story(console.store, "old", now - timedelta(days=3))
    english = add_story(console.store, "english", now - timedelta(hours=10), outlet="courier",
                        language="en", country="GB")  # fmt: skip
    urgent = add_story(console.store, "urgent", now - timedelta(hours=1), severity="urgent")
    held = add_story(console.store, "held", now, alerted=False)
    expected = {
        "": [urgent, english, old],
        "q=urgent+NATO": [urgent],
        "q=Quark": [],
        "outlet=courier": [english],
        "language=en": [english],
        "country=AT": [urgent, old],
        "severity=urgent": [urgent],
        "topic=nato": [urgent, english, old],
        "topic=talks": [],
        "state=suppressed": [held],
        "state=all": [held, urgent, english, old],
        "state=acked": [],
        "last=shift": [urgent],
        "last=24h": [urgent, english],
        "last=week": [urgent, english, old],
        "from=2026-11-20": [urgent, english],
        "to=2026-11-20": [old],
        "from=2026-11-22&to=2026-11-22&last=week": [urgent, english],
        "from=tomorrow&state=what&last=x": [urgent, english, old],
    }
    for query, ids in expected.items():
        assert alert_ids(console.page(f"/?{query}")) == ids, query


@pytest.mark.parametrize("layout", ["cards", "compact"])
def test_a_story_about_which_a_message_is_held_back_is_marked(
    console: Console, now: datetime, layout: str
) -> None:
    held = add_story(console.store, "held", now)
    add_story(console.store, "other", now)
    with console.store.write() as connection:
        add_held(connection, held, "desk", now, now + timedelta(hours=8))
    mark = 'title="A message about this story is held back until 22 Nov 2026, 20:00 UTC."'
    body = console.page(f"/?list={layout}")
    assert len(alert_ids(body)) == 2
    assert body.count(mark) == 1
    assert mark in body.partition(f'id="s-{held}"')[2].partition("</li>")[0]
    assert alert_ids(console.page(f"/?list={layout}&state=held")) == [held]
    console.language = "de"
    assert ">Zurückgehalten<" in console.page(f"/?list={layout}")


def test_the_form_keeps_the_filter_and_each_part_can_be_removed(
    console: Console, now: datetime
) -> None:
    add_story(console.store, "x", now)
    body = console.page("/?topic=nato&state=open&q=a%22b&from=2026-11-01&outlet=gone")
    assert '<option value="nato" selected>' in body
    assert '<option value="open" selected>' in body
    assert '<option value="gone" selected>' in body
    assert 'value="a&#34;b"' in body
    assert 'name="from" value="2026-11-01"' in body
    assert "<details open>" in body
    without_topic = re.search(r'class="active-filter" href="([^"]+)">Topic: NATO membership', body)
    assert without_topic
    assert "topic=" not in without_topic[1]
    assert "state=open" in without_topic[1]
    week = re.search(r'href="([^"]+)">7 days<', body)
    assert week
    assert {"topic=nato", "state=open", "outlet=gone", "last=week"} <= set(
        week[1].partition("?")[2].split("&amp;")
    )
    assert "from=" not in week[1]


def test_paging_shows_every_story_once(
    console: Console, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stories, "PAGE_SIZE", 5)
    for n in range(13):
        add_story(console.store, str(n), now - timedelta(minutes=n // 4))
    path, pages, ids = "/?topic=nato", 0, list[str]()
    while path:
        body = console.page(path)
        ids += alert_ids(body)
        more = re.search(r'href="([^"]+)" rel="next"', body)
        path, pages = (more[1].replace("&amp;", "&") if more else ""), pages + 1
    assert (len(ids), len(set(ids)), pages) == (13, 13, 3)
    assert 'data-newest=""' in body


def test_newer_stories_are_counted_under_the_filter(console: Console, now: datetime) -> None:
    add_story(console.store, "first", now - timedelta(minutes=5))
    body = console.page("/?severity=urgent")
    newest = re.search(r'data-newest="([^"]+)" data-filter="([^"]*)"', console.page("/"))
    assert newest
    add_story(console.store, "second", now)
    newer = json.loads(console.page(f"/newer?than={newest[1]}"))
    assert newer == {"newer": 1, "title": "Die Nato tagt: second"}
    newer = json.loads(console.page(f"/newer?severity=urgent&than={newest[1]}"))
    assert newer == {"newer": 0, "title": ""}
    assert 'data-filter="severity=urgent"' in body


def test_an_empty_list_says_why_it_is_empty(empty: Console) -> None:
    empty.language = "en"
    assert "No feeds are set up" in empty.page("/")
    assert "No stories match this filter." in empty.page("/?q=Quark")
    before = "0-" + "0" * 32
    assert "There are no older stories." in empty.page(f"/?before={before}")


def test_a_list_that_is_empty_although_feeds_are_read_names_the_topics(
    console: Console, now: datetime
) -> None:
    add_feeds(console.store, console.catalog, now)
    with console.store.write() as connection:
        connection.execute(feeds.update().values(last_200_at=now))
    assert "matches one of the 2 tracked topics" in console.page("/")


def test_a_delivery_that_failed_is_shown_on_the_card(console: Console, now: datetime) -> None:
    add_delivery(console.store, add_story(console.store, "t", now), "a.example", "failed", now)
    assert "desk: delivery failed" in console.page("/")


# ── actions ──────────────────────────────────────────────────────────────────────────────────────


def test_several_stories_are_acknowledged_at_once_and_the_action_is_undone(
    console: Console, now: datetime
) -> None:
    ids = [add_story(console.store, str(n), now - timedelta(minutes=n)) for n in range(3)]
    console.page("/?topic=nato")
    fields = [("back", "/?topic=nato"), ("pick", ids[0]), ("pick", ids[1]), ("act", "ack")]
    body = console.submit("/act", fields)
    assert console.headers["cache-control"] == "no-store"
    assert "2 stories acknowledged." in body
    assert body.count("Acknowledged · console") == 2
    assert 'value="nato" selected' in body
    body = console.submit("/undo", [("back", "/?topic=nato"), ("undo", undo_id(body))])
    assert "Undone for 2 stories." in body
    assert "Acknowledged · console" not in body
    assert body.count('badge info">Open') == 3


def test_an_action_whose_answer_was_lost_can_be_sent_again(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "lost", now)
    fields = [("pick", alert_id), ("act", "ack")]
    console.post("/act", fields)
    body = console.submit("/act", fields)
    assert "Nothing changed: already done, or closed." in body
    assert body.count("Acknowledged · console") == 1
    assert "undo" not in body.partition('<form id="stories"')[0]


def test_undo_is_offered_for_ten_seconds_and_refused_later(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "late", now)
    body = console.submit("/act", [("one", f"ack:{alert_id}")])
    action_id = undo_id(body)
    console.clock[:] = [now + timedelta(seconds=11)]
    assert "acknowledged." not in console.page("/")
    console.clock[:] = [now + timedelta(seconds=30)]
    assert "can no longer be undone" in console.submit("/undo", [("undo", action_id)])
    assert "Acknowledged" in badges(console, alert_id)


def test_not_relevant_needs_a_reason(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "irrelevant", now)
    body = console.submit("/act", [("one", f"irrelevant:{alert_id}")])
    assert "Why is this story not relevant?" in body
    assert f'name="pick" value="{alert_id}"' in body
    assert "Open" in badges(console, alert_id)
    body = console.submit(
        "/act", [("act", "irrelevant"), ("pick", alert_id), ("reason", "wrong_sense")]
    )
    assert "1 story marked as not relevant." in body
    assert "Not relevant: different meaning of the word" in badges(console, alert_id)


def test_judged_stories_make_the_topics_precision(console: Console, now: datetime) -> None:
    bad, good = add_story(console.store, "bad", now), add_story(console.store, "good", now)
    console.submit("/act", [("act", "irrelevant"), ("pick", bad), ("reason", "old")])
    console.submit("/act", [("one", f"relevant:{good}")])
    assert re.search(r"50% <[^>]*>\(9–91\), 2 judged", console.page("/topics/nato"))
    assert ">Relevant</span>" in console.page("/?state=relevant")


@pytest.mark.parametrize(
    "fields",
    [[("act", "ack")], [("act", "irrelevant")], [("one", "")]],
)
def test_an_action_without_stories_asks_to_select_some(
    empty: Console, fields: list[tuple[str, str]]
) -> None:
    empty.language = "en"
    assert "Select at least one story first." in empty.submit("/act", fields)


@pytest.mark.parametrize(
    "fields",
    [[("act", "burn"), ("pick", "a" * 32)], [("one", "ack:" + "b" * 32)],
     [("act", "irrelevant"), ("pick", "c" * 32), ("reason", "because")]],
)  # fmt: skip
def test_an_invalid_action_is_refused_with_an_explanation(
    empty: Console, fields: list[tuple[str, str]]
) -> None:
    empty.language = "en"
    status, body = empty.post("/act", fields)
    assert status == 400
    assert "The request could not be processed" in body


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)",
             "/x\r\nSet-Cookie: a=b", "", "/\t/evil.example"]
)  # fmt: skip
def test_after_an_action_no_other_site_is_opened(empty: Console, back: str) -> None:
    status, _ = empty.post("/act", [("act", "ack"), ("back", back)])
    assert status == 303
    assert empty.headers["location"].startswith("/?done=nothing")


def test_a_form_without_its_token_does_nothing(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "csrf", now)
    console.page("/")
    console.csrf = "wrong"
    assert console.post("/act", [("one", f"ack:{alert_id}")])[0] == 403
    assert "Open" in badges(console, alert_id)


def test_the_compact_list_is_chosen_by_a_link_and_remembered(
    console: Console, now: datetime
) -> None:
    one = add_story(console.store, "Paris", now - timedelta(minutes=1), copies=2)
    two = add_story(console.store, "Rom", now - timedelta(minutes=2), severity="urgent")
    assert '<ol class="stories cards">' in console.page("/")
    console.page("/?list=nonsense")
    assert '<ol class="stories cards">' in console.page("/")
    assert "/?topic=nato&amp;list=compact" in console.page("/?topic=nato")
    chosen = console.page("/?topic=nato&list=compact")
    assert alert_ids(chosen) == [one, two]
    assert "3 outlets · 3 articles" in chosen
    assert ">Urgent<" in chosen
    assert "Die Nato tagt: Paris" in chosen
    body = console.page("/")
    assert '<ol class="stories compact">' in body
    done = console.submit("/act", [("one", f"ack:{one}"), ("back", "/")])
    assert "1 story acknowledged." in done
    assert f'<li class="story line acked normal done" id="s-{one}">' in done
    assert '<ol class="stories cards">' in console.page("/?list=cards")


def test_stories_since_the_last_visit_are_marked_until_they_are_seen(
    console: Console, now: datetime
) -> None:
    def at(minutes: float) -> datetime:
        console.clock[:] = [now + timedelta(minutes=minutes)]
        return console.clock[0]

    def new(path: str = "/") -> list[str]:
        body = console.page(path)
        assert body.count('title="New since your last visit"') == body.count(' new" id=')
        return re.findall(r'<li class="story [^"]* new" id="s-([0-9a-f]{32})"', body)

    old = add_story(console.store, "old", at(0) - timedelta(minutes=1))
    assert new() == []  # nothing is new to a browser that never was here
    first = add_story(console.store, "first", at(3))
    assert new() == new("/?list=compact") == [first]
    at(8)
    assert new() == [first]  # the reader works: the mark stays
    assert alert_ids(console.page("/?state=open&topic=nato")) == [first, old]
    second, third = (add_story(console.store, name, at(30)) for name in ("second", "third"))
    at(31)
    console.page("/topics")
    assert set(new()) == {second, third}  # the last visit was at 8 minutes
    console.submit("/act", [("one", f"ack:{second}"), ("back", "/")])
    body = console.page("/")
    assert "1 new on this page" in body
    assert new() == [third]
    link = re.search(r'<a href="([^"]+)" id="all-seen">', body)
    assert link
    assert new(link[1].replace("&amp;", "&")) == new() == []
    assert new("/?looked=1") == []  # an old address brings no mark back
