"""What the desk does, as forms of a browser without a script."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from config.catalog.load import load_partly
from core.store import deliveries as delivery_store
from core.store import feeds
from tests.support.console import Console, add_delivery, add_feeds, add_story
from tests.support.faultserver import FaultServer, reply


def badge(console: Console, alert_id: str) -> str:
    body = console.page(f"/alerts/{alert_id}")
    return re.sub(r"<[^>]+>", " ", body.partition('class="headline"')[2].partition("<h1")[0])


def undo_field(page: str) -> str:
    found = re.search(r'name="undo" value="([0-9a-f]+)"', page)
    assert found, page
    return found[1]


def test_several_stories_are_acknowledged_at_once_and_that_is_undone(
    console: Console, now: datetime
) -> None:
    chosen = [add_story(console.store, str(n), now - timedelta(minutes=n)) for n in range(3)]
    console.page("/?topic=nato")
    fields = [("back", "/?topic=nato"), ("pick", chosen[0]), ("pick", chosen[1]), ("act", "ack")]
    body = console.submit("/act", fields)
    assert console.headers["cache-control"] == "no-store"
    assert "2 stories acknowledged." in body
    assert body.count("acknowledged · console") == 2
    assert 'value="nato" selected' in body
    body = console.submit("/undo", [("back", "/?topic=nato"), ("undo", undo_field(body))])
    assert "Undone for 2 stories." in body
    assert "acknowledged · console" not in body
    assert body.count('badge info">open') == 3


def test_undo_is_offered_for_ten_seconds_and_refused_later(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "late", now)
    body = console.submit("/act", [("one", f"ack:{alert_id}")])
    action, place = undo_field(body), console.headers.get("location", "")
    assert not place
    console.clock[:] = [now + timedelta(seconds=11)]
    assert "acknowledged." not in console.page("/")
    console.clock[:] = [now + timedelta(seconds=30)]
    assert "too late to undo" in console.submit("/undo", [("undo", action)])
    assert "acknowledged" in badge(console, alert_id)


def test_not_relevant_asks_why_first(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "irrelevant", now)
    body = console.submit("/act", [("one", f"irrelevant:{alert_id}")])
    assert "Why is it not relevant?" in body
    assert f'name="pick" value="{alert_id}"' in body
    assert "open" in badge(console, alert_id)
    body = console.submit(
        "/act", [("act", "irrelevant"), ("pick", alert_id), ("reason", "wrong_sense")]
    )
    assert "1 story is not relevant." in body
    assert "not relevant: another sense of the word" in badge(console, alert_id)
    console.submit("/act", [("one", f"relevant:{add_story(console.store, 'good', now)}")])
    assert re.search(r"50 % <[^>]*>\(9–91\), 2 judged", console.page("/topics/nato"))
    assert ">relevant</span>" in console.page("/?state=relevant")


@pytest.mark.parametrize(
    "fields",
    [[("act", "ack")], [("act", "irrelevant")], [("one", "")]],
)
def test_nothing_ticked_is_said(empty: Console, fields: list[tuple[str, str]]) -> None:
    assert "Tick a story first." in empty.submit("/act", fields)


@pytest.mark.parametrize(
    "fields",
    [[("act", "burn"), ("pick", "a" * 32)], [("one", "ack:" + "b" * 32)],
     [("act", "irrelevant"), ("pick", "c" * 32), ("reason", "because")]],
)  # fmt: skip
def test_a_form_that_makes_no_sense_is_refused_in_words(
    empty: Console, fields: list[tuple[str, str]]
) -> None:
    status, body = empty.send("/act", fields)
    assert status == 400
    assert "That does not work" in body


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)",
             "/x\r\nSet-Cookie: a=b", "", "/\t/evil.example"]
)  # fmt: skip
def test_the_way_back_leads_to_a_page_of_ours(empty: Console, back: str) -> None:
    status, _ = empty.send("/act", [("act", "ack"), ("back", back)])
    assert status == 303
    assert empty.headers["location"].startswith("/?done=nothing")


def test_a_form_without_its_token_does_nothing(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "csrf", now)
    console.page("/")
    console.csrf = "wrong"
    assert console.send("/act", [("one", f"ack:{alert_id}")])[0] == 403
    assert "open" in badge(console, alert_id)


def test_a_delivery_is_sent_again_with_its_id(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "again", now)
    failed = add_delivery(console.store, alert_id, "a.example", "failed", now)
    done = add_delivery(console.store, alert_id, "b.example", "delivered", now)
    back = ("back", f"/alerts/{alert_id}")
    assert console.submit("/deliveries/resend", [("delivery", failed), back]).count("waiting") >= 1
    with console.store.read() as connection:
        assert delivery_store.count_by_state(connection) == {"pending": 1, "delivered": 1}
    body = console.submit("/deliveries/resend", [("delivery", done)])
    assert "It cannot be sent now" in body


def test_a_feed_is_polled_when_asked(console: Console, now: datetime) -> None:
    catalog, _ = load_partly(console.settings.config_dir, {})
    add_feeds(console.store, catalog, now + timedelta(hours=5))
    feed_id = catalog.feeds[0].id
    body = console.submit("/feeds/poll", [("feed", feed_id)])
    assert "requested in the console" in body
    assert "stands in its row" in body
    with console.store.read() as connection:
        assert feeds.get(connection, feed_id).next_due_at == now
    assert "not polled any more" in console.submit("/feeds/poll", [("feed", "nobody-1")])


def test_a_pasted_text_is_explained_as_the_command_does(empty: Console) -> None:
    fields = [("source", "Der Rat der Nato tagt heute. Die Nato tagt in Rom."), ("title", "Rom")]
    body = empty.submit("/topics/nato", fields)
    assert '<span class="badge good">matches</span> score 30 of 30' in body
    assert "<mark>Nato tagt</mark>" in body
    assert "The article is in de (detected)" in body
    assert "&#34;threshold&#34;: 30" in body
    article = '{"language": "fr", "title": "NATO membership"}'
    body = empty.submit("/topics/nato", [("source", article)])
    assert '<span class="badge bad">does not match</span> score 30 of 30' in body
    assert "stopped it" in body
    assert "There is nothing to look at." in empty.submit("/topics/nato", [])
    assert "is not valid JSON" in empty.submit("/topics/nato", [("source", "{nonsense")])


PAGE = """<html lang="de"><head><title>Die Nato tagt in Rom</title></head><body><article>
<h1>Die Nato tagt in Rom</h1>
<p>Die Außenminister der Nato haben am Montag in Rom mit ihren Beratungen über die Lage
begonnen.</p>
<p>Auf der Tagesordnung stehen nach Angaben von Diplomaten die Hilfe für die Ukraine und das
Verhältnis zu den Nachbarn im Süden. Beschlüsse werden erst zum Ende der Woche erwartet.</p>
<p>Die Gastgeberin sagte, die Nato tagt so lange, bis alle Fragen beantwortet sind, und niemand
solle vorher abreisen. Aus mehreren Hauptstädten hieß es, man sei zuversichtlich.</p>
</article></body></html>"""


def test_a_url_is_fetched_by_the_guarded_client(console: Console, faults: FaultServer) -> None:
    body = console.submit("/topics/nato", [("source", "ftp://example.org/x")])
    assert "does not match" in body  # no address to fetch: a text
    url = faults.on("/a", reply(PAGE.encode(), content_type="text/html; charset=utf-8"))
    body = console.submit("/topics/nato", [("source", url)])
    assert '<span class="badge good">matches</span>' in body
    assert "<bdi>Die Nato tagt in Rom</bdi>" in body
    assert '<span class="badge good">matches</span>' in console.submit(
        "/topics/nato", [("source", PAGE)]
    )
    body = console.submit("/topics/nato", [("source", faults.on("/gone", reply(b"", 404)))])
    assert "answered with HTTP 404" in body


def test_the_box_reaches_nothing_on_the_operators_own_network(
    console: Console, faults: FaultServer
) -> None:
    console.settings.__dict__["http_allow_private"] = False
    url = faults.on("/secret", reply(PAGE.encode(), content_type="text/html"))
    body = console.submit("/topics/nato", [("source", url)])
    assert "answer" in body
    assert "Die Nato tagt in Rom" not in body
    assert faults.asked("/secret") == []
