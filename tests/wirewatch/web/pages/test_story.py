"""A story's page."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import func, select

from core.store import entries
from core.store.articles import article_revisions
from core.store.stories import story_articles
from tests.support.console import Console, add_delivery, add_story
from tests.support.records import entry_record
from tests.support.stories import add_held


def test_it_shows_versions_reasons_and_what_other_topics_make_of_it(
    console: Console, now: datetime
) -> None:
    texts = ("Die Nato tagt in Paris.", "Die Nato tagt in Rom. Friedensgespräche folgen.")
    alert_id = add_story(console.store, "s", now - timedelta(hours=1), copies=1, texts=texts)
    body = console.page(f"/alerts/{alert_id}")
    assert "<del>Paris.</del> <ins>Rom. Friedensgespräche folgen.</ins>" in body
    assert "Version 2" in body
    assert "same text, 90%" in body
    assert "Score 30, threshold 30" in body
    assert '<th scope="row">direct</th><td class="number" data-label="Weight">+30</td>' in body
    assert {"Nato tagt", "Friedensgespräche"} <= set(re.findall(r"<mark>([^<]*)</mark>", body))
    assert "Peace talks" in body
    assert "Score 20, threshold 20" in body
    assert "No notifications were sent." in body
    assert "It was suppressed." in body


def test_it_says_which_sentences_a_later_version_no_longer_has(
    console: Console, now: datetime
) -> None:
    texts = ("Die Nato tagt und berät, sagt Die Nato tagt: later", "Die Nato tagt nicht mehr.")
    alert_id = add_story(console.store, "later", now - timedelta(hours=1), texts=texts)
    body = console.page(f"/alerts/{alert_id}")
    assert "Told in version 1" in body
    timeline = body.partition('class="timeline"')[2].partition("</ol>")[0]
    assert timeline.count("Version 2 no longer has this sentence.") == 1


def test_it_says_when_the_page_of_an_article_vanished(console: Console, now: datetime) -> None:
    text = "Die Nato tagt in Paris."
    alert_id = add_story(console.store, "gone", now - timedelta(hours=1), texts=(text, text))
    with console.store.write() as connection:
        record = article_revisions.c.record
        set_gone = func.replace(record, '"gone":false', '"gone":true')
        second = article_revisions.update().where(article_revisions.c.revision == 2)
        connection.execute(second.values(record=set_gone))
    entry = console.page(f"/alerts/{alert_id}").partition('<li class="gone">')[2]
    assert "The page has vanished." in entry.partition("</li>")[0]
    assert "Version 2" not in entry.partition("</li>")[0]


def test_it_says_that_the_link_of_an_article_leads_to_a_pdf(
    console: Console, now: datetime
) -> None:
    alert_id = add_story(console.store, "pdf", now - timedelta(hours=1))
    assert "PDF" not in console.page(f"/alerts/{alert_id}")
    with console.store.write() as connection:
        [article_id] = connection.scalars(select(story_articles.c.article_id))
        entries.add(connection, [entry_record(article_id=article_id, page_outcome="not_read_pdf")])
    body = console.page(f"/alerts/{alert_id}")
    assert "The link leads to a PDF, which is not read." in body


def test_the_beginning_of_the_alert_id_is_enough(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "s", now)
    assert f'value="{alert_id}"' in console.page(f"/alerts/{alert_id[:10]}")


def test_it_shows_each_delivery_and_offers_to_send_it_again(
    console: Console, now: datetime
) -> None:
    alert_id = add_story(console.store, "t", now)
    for state in ("delivered", "failed", "unknown", "pending"):
        add_delivery(console.store, alert_id, f"{state}.example", state, now)
    body = console.page(f"/alerts/{alert_id}")
    assert body.count('action="/deliveries/resend"') == 3
    assert "HTTP &lt;503&gt;." in body
    assert "3 attempts" in body


def test_it_lists_the_actions_taken(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "a", now)
    console.submit("/act", [("one", f"ack:{alert_id}")])
    fields = [("act", "irrelevant"), ("pick", alert_id), ("reason", "too_minor")]
    body = console.submit("/act", [*fields, ("back", f"/alerts/{alert_id}")])
    assert "<li>Acknowledged · <bdi>console</bdi>" in body
    assert "<li>Not relevant: too minor · <bdi>console</bdi>" in body


def test_links_open_the_article_without_a_referrer(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "link", now, url="https://kurier.example/?a=1&b=<x>")
    body = console.page(f"/alerts/{alert_id}")
    assert 'href="https://kurier.example/?a=1&amp;b=%3Cx%3E" rel="noopener noreferrer"' in body


def test_it_shows_what_is_held_with_the_reason_and_the_time(
    console: Console, now: datetime
) -> None:
    alert_id = add_story(console.store, "s", now)
    until = now + timedelta(hours=7)
    with console.store.write() as connection:
        add_held(connection, alert_id, "night", now, until)
    page = console.page(f"/alerts/{alert_id}")
    panel = page.partition('<h2 id="held">')[2].partition("</section>")[0]
    assert "Held back" in panel
    assert "<strong>night</strong> New story" in panel
    assert "Held until the quiet hours end on" in panel
    assert until.isoformat() in panel


def test_a_judged_story_is_a_test_of_its_topic_with_one_click(
    console: Console, now: datetime
) -> None:
    alert_id = add_story(console.store, "test", now, title='Nato tagt: "ja"')
    link = f"/alerts/{alert_id}/tests.yaml"
    assert link not in console.page(f"/alerts/{alert_id}")
    assert console.page(link).startswith("# The story is not judged")
    console.submit("/act", [("one", f"relevant:{alert_id}")])
    assert f'<a href="{link}">' in console.page(f"/alerts/{alert_id}")
    lines = console.page(link).splitlines()
    assert lines[1:4] == ["tests:", r'  - name: "relevant: Nato tagt: \"ja\""', "    match: true"]
