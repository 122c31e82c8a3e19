"""Every page of the console, without a browser."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from config.catalog.load import load_partly
from config.faults import Fault
from config.i18n import Phrase
from core.store.alerts import decisions
from core.store.cards import cards
from core.store.deliveries import deliveries
from core.store.feeds import feeds
from tests.support.console import Console, add_delivery, add_feeds, add_story
from wirewatch.web.auth.host_guard import HEADERS
from wirewatch.web.pages.stories import PAGE_SIZE

PATHS = ("/", "/topics", "/topics/nato", "/feeds", "/deliveries", "/login")


def ids(page: str) -> list[str]:
    return re.findall(r'<li class="story [^>]*id="s-([0-9a-f]{32})"', page)


def marks(page: str) -> list[str]:
    return re.findall(r"<mark>([^<]*)</mark>", page)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["en", "de-AT,de;q=0.9"])
def test_an_empty_console_has_every_page_with_landmarks_and_nothing_inline(
    empty: Console, path: str, language: str
) -> None:
    empty.language = language  # of this question
    body = empty.page(path)
    assert f'<html lang="{language[:2]}">' in body
    assert body.count("<main") == body.count("<h1") == body.count("</main>") == 1
    assert 'class="skip" href="#content"' in body
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=", body)
    assert "http://" not in re.sub(r"<textarea.*?</textarea>", "", body)
    fields = re.findall(r"<(?:input|select|textarea)\b(?![^>]*type=\"hidden\")[^>]*>", body)
    labelled = body.count("<label>") + body.count("aria-labelledby")
    assert len(fields) <= labelled


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nothing", 404), ("/alerts/12345678", 404), ("/alerts/" + "a" * 32, 404),
     ("/topics/none", 404), ("/?before=nonsense", 404), ("/newer?than=x", 404),
     ("/static/console.css", 200), ("/static/console.js", 200), ("/static/../app.py", 404),
     ("/healthz", 200), ("/metrics", 200)],
)  # fmt: skip
def test_every_answer_carries_the_security_headers(empty: Console, path: str, status: int) -> None:
    got, body = empty.ask(path)
    assert got == status, body
    for name, value in HEADERS.items():
        assert empty.headers[name.lower()] == value
    assert "unsafe" not in empty.headers["content-security-policy"]
    assert "server" not in empty.headers


def test_head_is_answered_and_a_post_where_nothing_is_sent_is_not_taken(empty: Console) -> None:
    assert empty.ask("/", "HEAD")[0] == 200
    assert empty.send("/", [])[0] == 405
    assert empty.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
    assert empty.headers["allow"]


def test_a_story_is_shown_with_what_it_takes_to_judge_it(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "Paris", now - timedelta(minutes=12), copies=2)
    body = console.page("/")
    assert ids(body) == [alert_id]
    assert "Der Kurier" in body
    assert "also in 2 outlets" in body
    assert "score 30" in body
    assert marks(body) == ["Nato tagt"] * 2  # in its own sentence, and in the headline it quotes
    assert "12 min ago" in body
    assert 'datetime="2026-11-22T11:48:00+00:00"' in body
    assert '<span class="badge info">open</span>' in body
    console.language = "de"
    assert "auch in 2 Medien" in console.page("/")
    assert "vor 12 min" in console.page("/")


def test_the_list_is_filtered_by_its_address(console: Console, now: datetime) -> None:
    old = add_story(console.store, "old", now - timedelta(days=3))
    english = add_story(console.store, "english", now - timedelta(hours=10), outlet="courier",
                        language="en", country="GB")  # fmt: skip
    urgent = add_story(console.store, "urgent", now - timedelta(hours=1), severity="urgent")
    held = add_story(console.store, "held", now, told=False)
    wanted = {
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
    for query, expected in wanted.items():
        assert ids(console.page(f"/?{query}")) == expected, query


def test_the_form_keeps_the_filter_and_each_part_of_it_can_be_taken_off(
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
    off = re.search(r'class="in-force" href="([^"]+)">Topic: NATO membership', body)
    assert off
    assert "topic=" not in off[1]
    assert "state=open" in off[1]
    week = re.search(r'href="([^"]+)">Week<', body)
    assert week
    assert {"topic=nato", "state=open", "outlet=gone", "last=week"} <= set(
        week[1].partition("?")[2].split("&amp;")
    )
    assert "from=" not in week[1]


def test_paging_shows_every_story_once(console: Console, now: datetime) -> None:
    for n in range(2 * PAGE_SIZE + 3):
        add_story(console.store, str(n), now - timedelta(minutes=n // 4))
    path, pages, found = "/?topic=nato", 0, list[str]()
    while path:
        body = console.page(path)
        found += ids(body)
        more = re.search(r'href="([^"]+)" rel="next"', body)
        path, pages = (more[1].replace("&amp;", "&") if more else ""), pages + 1
    assert (len(found), len(set(found)), pages) == (2 * PAGE_SIZE + 3, 2 * PAGE_SIZE + 3, 3)
    assert 'data-newest=""' in body


def test_newer_stories_are_counted_under_the_filter(console: Console, now: datetime) -> None:
    add_story(console.store, "first", now - timedelta(minutes=5))
    body = console.page("/?severity=urgent")
    newest = re.search(r'data-newest="([^"]+)" data-filter="([^"]*)"', console.page("/"))
    assert newest
    add_story(console.store, "second", now)
    assert console.page(f"/newer?than={newest[1]}") == '{"newer":1}'
    assert console.page(f"/newer?severity=urgent&than={newest[1]}") == '{"newer":0}'
    assert 'data-filter="severity=urgent"' in body


def test_a_story_shows_its_versions_its_reasons_and_what_other_topics_say(
    console: Console, now: datetime
) -> None:
    texts = ("Die Nato tagt in Paris.", "Die Nato tagt in Rom. Friedensgespräche folgen.")
    alert_id = add_story(console.store, "s", now - timedelta(hours=1), copies=1, texts=texts)
    body = console.page(f"/alerts/{alert_id}")
    assert "<del>Paris.</del> <ins>Rom. Friedensgespräche folgen.</ins>" in body
    assert "version 2" in body
    assert "same text, 90 %" in body
    assert "Score 30, where 30 is needed." in body
    assert '<th scope="row">direct</th><td class="number" data-label="Weight">+30</td>' in body
    assert set(marks(body)) >= {"Nato tagt", "Friedensgespräche"}
    assert "Peace talks" in body
    assert "score 20 of 20" in body
    assert "Nobody was told." in body
    assert "It was suppressed." in body
    assert console.page(f"/alerts/{alert_id[:10]}").count("<h1") == 1


def test_reasons_are_shown_in_the_readers_language(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "r", now, copies=1)
    failed = add_delivery(console.store, alert_id, "a.example", "failed", now)
    reason = Phrase("ago.in", span=timedelta(days=3)).dump()
    with console.store.write() as connection:
        connection.execute(cards.update().values(reason=reason))
        connection.execute(decisions.update().values(reason=reason))
        own = deliveries.c.id == failed
        connection.execute(deliveries.update().where(own).values(last_error=reason))
    console.language = "de"
    for path in ("/", f"/alerts/{alert_id}", "/deliveries"):
        body = console.page(path)
        assert "phrase" not in body
        assert path == "/" or '<span dir="auto">in 3 Tagen</span>' in body
    for path in (f"/api/v1/stories/{alert_id}", "/api/v1/stories", "/api/v1/deliveries"):
        assert '"in 3 days"' in console.page(path)


def test_who_was_told_and_what_did_not_arrive(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "t", now)
    for state in ("delivered", "failed", "unknown", "pending"):
        add_delivery(console.store, alert_id, f"{state}.example", state, now)
    story = console.page(f"/alerts/{alert_id}")
    assert story.count('action="/deliveries/resend"') == 3
    assert "HTTP &lt;503&gt;." in story
    listed = console.page("/deliveries")
    assert "delivered.example" not in listed
    assert {"failed.example", "unknown.example", "pending.example"} <= set(
        re.findall(r"\w+\.example", listed)
    )
    assert '<span class="count" aria-label="2 deliveries failed or unknown">2</span>' in listed
    only = console.page("/deliveries?state=delivered")
    assert "delivered.example" in only
    assert "failed.example" not in only
    assert "3 attempts" in only
    assert "desk: not delivered" in console.page("/")


def test_a_topic_shows_its_volume_its_precision_and_its_file_with_faults(
    console: Console, now: datetime
) -> None:
    add_story(console.store, "v", now, copies=1)
    folder = console.settings.config_dir
    path = str(folder / "topics" / "nato.yaml")
    said = "The term <unused> is not used."
    console.faults.append(
        Fault(file=path, line=6, column=3, code="W201", message=said, mend="Delete it.")
    )
    listed = console.page("/topics")
    assert "1 warning" in listed
    assert 'aria-label="2 matching articles in 30 days"' in listed
    body = console.page("/topics/nato")
    assert body.count("<rect") >= 30
    assert re.search(
        r'<li class="marked">  unused: =OTAN<strong[^>]*>W201 The term &lt;unused', body
    )
    assert "nothing judged yet" in body
    console.faults.append(
        Fault(file="x.yaml", line=1, column=1, code="E1", message="Bad.", mend="")
    )
    assert "x.yaml:1:1" in console.page("/topics")
    assert "The newest configuration is refused" in console.page("/feeds")


def test_quiet_or_broken_stands_above_the_feeds(console: Console, now: datetime) -> None:
    catalog, _ = load_partly(console.settings.config_dir, {})
    add_feeds(console.store, catalog, now)
    body = console.page("/feeds")
    assert "not read yet" in body
    assert "Starting: 2 feeds to be read" in body
    broken = feeds.update().where(feeds.c.outlet == "kurier").values(
        fail_count=3, fail_since=now, last_error="HTTP 500 <b>.", next_due_at=now,
        due_reason="Trying again.")  # fmt: skip
    well = feeds.update().where(feeds.c.outlet == "courier").values(
        last_200_at=now, last_new_at=now - timedelta(minutes=3),
        next_due_at=now + timedelta(minutes=7))  # fmt: skip
    with console.store.write() as connection:
        connection.execute(broken)
        connection.execute(well)
    body = console.page("/feeds")
    assert "Broken: 1 feed cannot be read" in body
    assert body.index("Der Kurier") < body.index("The Courier")
    assert "HTTP 500 &lt;b&gt;. Failed 3 times in a row" in body
    assert "in 7 min" in body
    assert "Working, newest entry 3 min ago; 1 feed failing of 2" in console.page("/")


def test_healthz_and_every_page_name_what_is_wrong(console: Console) -> None:
    console.ill.append("relay: The store is <away>.")
    status, body = console.ask("/healthz")
    assert (status, '"relay: The store is <away>."' in body) == (503, True)
    assert "Stopped, and tried again soon: relay: The store is &lt;away&gt;." in console.page("/")
