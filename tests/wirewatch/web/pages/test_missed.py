"""The page on which people report an article that they missed."""

from __future__ import annotations

from datetime import datetime

from core.ids import hash_parts
from core.store.missed_articles import list_missed
from tests.support.console import Console, add_story

NEVER = "https://kurier.example/nie"


def test_a_reported_article_is_explained_recorded_and_listed(
    console: Console, now: datetime
) -> None:
    assert '<option value="nato" selected>' in console.page("/missed?topic=nato")
    body = console.submit("/missed", [("topic", "nato"), ("url", NEVER)])
    assert '<h2 id="answer">Never seen</h2>' in body
    assert "Recorded as missed." in body
    rows = console.page("/missed").partition('<h2 id="reported">')[2]
    assert f'href="{NEVER}"' in rows
    with console.store.read() as connection:
        [row] = list_missed(connection, since=now)
    assert (row.topic_id, row.outcome) == ("nato", "never_seen")


def test_what_was_decided_leads_to_its_story_with_the_reason(
    console: Console, now: datetime
) -> None:
    alert_id = add_story(console.store, "s", now, alerted=False, texts=("Die Nato tagt.",))
    article = hash_parts("article", "s", "0")
    body = console.submit("/missed", [("topic", "nato"), ("url", article)])
    answer = body.partition('<h2 id="answer">')[2].partition("</section>")[0]
    assert answer.startswith("Too old</h2>")
    assert f'href="/alerts/{alert_id}"' in answer


def test_an_unknown_topic_is_refused(console: Console) -> None:
    status, _ = console.post("/missed", [("topic", "none"), ("url", NEVER)])
    assert status == 400
