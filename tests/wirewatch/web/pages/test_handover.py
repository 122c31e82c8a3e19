"""The handover page."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core.store.console import actions, handover
from core.store.console.notes import add_note
from tests.support.console import Console, add_story
from tests.support.stories import add_held


def section(page: str, name: str) -> str:
    """Return a part of the page."""
    return page.partition(f'aria-labelledby="{name}"')[2].partition("</section>")[0]


def test_the_next_shift_sees_what_is_open_taken_and_told(console: Console, now: datetime) -> None:
    store, early = console.store, now - timedelta(hours=10)
    times = {"old": early, "new": now, "taken": now, "acked": early, "done": now}
    ids = {name: add_story(store, name, at) for name, at in times.items()}
    with store.write() as c:
        actions.assign(c, [ids["taken"]], to="Bert", by="Ada", at=now)
        actions.ack(c, [ids["acked"]], by="Ada", at=now)
        actions.close(c, [ids["done"]], by="Ada", at=now)
        add_note(c, ids["old"], "Call <b>Kyiv</b>", by="Ada", at=now)
    page = console.page("/handover")
    titles = {
        name: [title for title in sorted(ids) if f"tagt: {title}<" in section(page, name)]
        for name in ("open", "taken", "told")
    }
    assert titles == {
        "open": ["new", "old"],
        "taken": ["acked", "taken"],
        "told": ["done", "new", "taken"],
    }
    assert "Bert" in section(page, "taken")
    assert "Call &lt;b&gt;Kyiv&lt;/b&gt;" in section(page, "open")
    assert "tagt: old<" in section(console.page("/handover?hours=12"), "told")
    assert console.request("/handover?hours=7")[0] == 422


def test_a_story_of_which_a_message_is_held_is_marked(console: Console, now: datetime) -> None:
    held, _ = (add_story(console.store, name, now) for name in ("held", "sent"))
    with console.store.write() as connection:
        add_held(connection, held, "night", now, now + timedelta(hours=7))
    told = section(console.page("/handover"), "told")
    marked = [row for row in told.split("<li>") if "Message held" in row]
    assert [f"/alerts/{held}" in row for row in marked] == [True]


def test_a_long_list_says_what_it_leaves_out(
    console: Console, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "MOST_SHOWN", 1)
    for name in ("a", "b", "c"):
        add_story(console.store, name, now)
    assert "2 more are not listed" in section(console.page("/handover"), "open")
    console.language = "de"
    assert "weder übernommen noch zugewiesen" in console.page("/handover")
