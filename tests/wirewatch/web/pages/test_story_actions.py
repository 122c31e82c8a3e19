"""What people do on a story's page, without JavaScript."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from core.store import escalations
from core.store import stories as story_store
from core.store.alerts import get_alert
from core.store.console import history
from tests.support.console import Console, add_story


def act(console: Console, alert: str, verb: str, **fields: str) -> str:
    """Send a form of a story's page; return the page that it leads to."""
    pairs = [("back", f"/alerts/{alert}"), ("pick", alert), ("act", verb)]
    return console.submit("/act", [*pairs, *fields.items()])


def test_a_story_is_assigned_snoozed_and_closed_with_a_reason_and_a_note(
    console: Console, now: datetime
) -> None:
    alert = add_story(console.store, "a", now)
    body = act(console, alert, "assign", to="Bert")
    assert "1 story assigned." in body
    assert '<span class="badge">For Bert</span>' in body
    body = act(console, alert, "snooze", **{"for": "4h"})
    assert "1 story snoozed." in body
    assert "Snoozed until" in body
    assert "Snoozed until" in console.page("/")
    body = act(console, alert, "snooze", **{"for": "0h"})
    assert "Snoozed until" not in body.partition("<main")[2].partition("</h1>")[0]
    body = act(console, alert, "irrelevant", reason="too_minor", note="<b>a cat</b>")
    assert "&lt;b&gt;a cat&lt;/b&gt;" in body
    assert "<b>a cat</b>" not in body
    done = re.findall(r"<li>(Assigned|Snoozed|Snooze ended|Not relevant)", body)
    assert sorted(done) == ["Assigned", "Not relevant", "Snooze ended", "Snoozed"]


def test_the_name_is_typed_once_and_signs_what_is_done(console: Console, now: datetime) -> None:
    alert = add_story(console.store, "a", now)
    act(console, alert, "assign", to="Bert")
    body = console.submit("/name", [("back", f"/alerts/{alert}"), ("name", "Jörg <script>")])
    assert "Your name is remembered in this browser." in body
    assert 'value="Jörg &lt;script&gt;"' in body
    act(console, alert, "ack")
    with console.store.read() as connection:
        names = [action.by for action in history.load_actions(connection, alert)]
        assert get_alert(connection, alert).acked_by == "Jörg <script>"
    assert set(names) == {"console", "Jörg <script>"}


@pytest.mark.parametrize("fields", [{"for": "soon"}, {"for": "60d"}, {}])
def test_a_time_that_is_none_is_refused(
    console: Console, now: datetime, fields: dict[str, str]
) -> None:
    alert = add_story(console.store, "a", now)
    status, _ = console.post("/act", [("pick", alert), ("act", "snooze"), *fields.items()])
    assert status == 400


def test_the_steps_of_an_escalation_are_shown_until_somebody_takes_care_of_it(
    console: Console, now: datetime
) -> None:
    alert = add_story(console.store, "a", now)
    with console.store.write() as connection:
        due = now + timedelta(minutes=10)
        escalations.start(connection, alert, [(due, ["phone", "boss"])], {})
    assert "1 · phone, boss" in console.page(f"/alerts/{alert}")
    body = act(console, alert, "ack")
    panel = body.partition('id="escalations"')[2].partition("</section>")[0]
    assert '<span class="badge">Stopped</span>' in panel
    assert "acknowledged" in panel


def test_selected_articles_are_split_off_and_merged_again(console: Console, now: datetime) -> None:
    alert = add_story(console.store, "a", now, copies=1)
    page = console.page(f"/alerts/{alert}")
    articles = re.findall(r'name="article" value="([0-9a-f]{32})" form="split"', page)
    assert len(articles) == 2
    fields = [("back", f"/alerts/{alert}"), ("alert", alert)]
    assert "but not all." in console.submit("/split", fields)
    split = console.submit("/split", [*fields, ("article", articles[1])])
    assert "The articles are now a story of their own." in split
    assert f'<option value="{alert}">' in split
    with console.store.read() as connection:
        assert (
            len(story_store.load_articles(connection, get_alert(connection, alert).story_id)) == 1
        )
    merged = console.submit("/merge", [("alert", alert), ("other", _other(split, alert))])
    assert "The stories have been merged." in merged
    assert 'name="article"' in merged


def _other(page: str, alert: str) -> str:
    """Return the id of the story whose page it is, which was split off an alert."""
    ids = set(re.findall(r'name="alert" value="([0-9a-f]{32})"', page))
    [other] = ids - {alert}
    return str(other)


def test_a_suppressed_story_offers_neither_split_nor_merge(console: Console, now: datetime) -> None:
    alert = add_story(console.store, "a", now, alerted=False)
    body = console.page(f"/alerts/{alert}")
    assert 'action="/split"' not in body
    assert 'action="/merge"' not in body


def test_several_stories_are_snoozed_or_assigned_to_the_person_who_acts(
    console: Console, now: datetime
) -> None:
    ids = [add_story(console.store, name, now) for name in ("a", "b", "c")]
    picked = [("pick", ids[0]), ("pick", ids[1])]
    assert "2 stories snoozed." in console.submit(
        "/act", [*picked, ("act", "snooze"), ("for", "4h")]
    )
    assert 'value="assign"' not in console.page("/")
    console.submit("/name", [("name", "Anna")])
    assert '<input type="hidden" name="to" value="Anna">' in console.page("/")
    body = console.submit("/act", [*picked, ("act", "assign"), ("to", "Anna")])
    assert "2 stories assigned." in body
    assert body.count("For Anna") == 2


@pytest.mark.parametrize("address", ["/?state=closed", "/?state=closed&list=compact"])
def test_a_closed_story_is_reopened_where_it_is_listed_or_with_others_that_are_selected(
    console: Console, now: datetime, address: str
) -> None:
    ids = [add_story(console.store, name, now) for name in ("a", "b", "c")]
    assert 'value="reopen:' not in console.page("/")
    picked = [("pick", alert) for alert in ids]
    console.submit("/act", [*picked, ("act", "close")])
    assert console.page(address).count('value="reopen:') == 3
    body = console.submit("/act", [("one", f"reopen:{ids[0]}"), ("back", address)])
    assert "1 story reopened." in body
    assert 'id="undo"' in body
    assert body.count('value="reopen:') == 2
    body = console.submit("/act", [*picked, ("act", "reopen"), ("back", address)])
    assert "2 stories reopened." in body
    assert "No stories match this filter." in body
    assert 'value="ack:' in console.page("/")


def test_a_story_that_was_closed_offers_to_reopen_it_on_its_page(
    console: Console, now: datetime
) -> None:
    alert = add_story(console.store, "a", now)
    body = act(console, alert, "close")
    assert 'id="do-close"' not in body
    assert 'id="do-reopen"' in body
    console.language = "de"
    assert ">Wieder öffnen</button>" in console.page(f"/alerts/{alert}")
    body = act(console, alert, "reopen")
    assert "1 Meldung wieder geöffnet." in body
    assert "<li>Wieder geöffnet" in body
    assert 'id="do-reopen"' not in body
    assert 'id="do-close"' in body


def test_a_reopened_story_stands_out_again_with_the_verdict_that_it_had(
    console: Console, now: datetime
) -> None:
    alert = add_story(console.store, "a", now)
    act(console, alert, "irrelevant", reason="old")
    assert 'class="story panel closed normal done"' in console.page("/")
    act(console, alert, "reopen")
    body = console.page("/")
    assert "Not relevant: old news" in body
    assert 'class="story panel open normal' in body
    assert "done" not in body.partition('class="story panel')[2].partition('"')[0]
