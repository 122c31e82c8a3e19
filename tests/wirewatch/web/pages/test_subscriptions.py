"""Feeds are found, added, changed and removed on pages, without a script."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from config.catalog.load import load_partly
from config.errors import StoreError
from core.store.audit import list_entries
from core.store.feeds import load_feed_states, sync
from ingest.polling.feed_records import feed_records
from tests.support.console import SOURCES, Console, add_feeds, open_console
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import HTML, ScriptedPublisher, item, rss
from tests.support.scripted_publisher import html as page_of
from tests.support.web_server import WebServer
from wirewatch.feed_states import merge_states
from wirewatch.web.app import create_app
from wirewatch.web.pages.subscriptions.candidates import load_candidate
from wirewatch.web.runtime_status import RuntimeStatus

pytestmark = pytest.mark.slow

WRITTEN = f"# of the desk\n{SOURCES}  # the end\n"


@pytest.fixture
def desk(
    server: WebServer, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Console]:
    """A console that may write sources.yaml, of a program that reads it with each request."""
    monkeypatch.setenv("WIREWATCH_WEB_EDIT_FILES", "true")
    with open_console(server, tmp_path, lambda: now) as console:
        folder = console.settings.config_dir
        (folder / "sources.yaml").write_text(WRITTEN, "utf-8")
        runtime = RuntimeStatus(lambda: load_partly(folder, {})[0], list, list, console.settings)
        server.app = create_app(console.store, lambda: now, runtime)
        add_feeds(console.store, console.catalog, now)
        yield console


def sources(console: Console) -> Path:
    return console.settings.config_dir / "sources.yaml"


def fields_of(page: str) -> list[tuple[str, str]]:
    """Return the fields of a page's form as a browser sends them: the checked and the hidden."""
    form = page[page.index('id="subscriptions"') :]
    pairs = []
    for tag in re.findall(r"<input [^>]*>", form):
        attributes = {k: html.unescape(v) for k, v in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        is_sent = attributes.get("type") != "checkbox" or " checked" in tag
        if is_sent and "name" in attributes and attributes["name"] != "csrf":
            pairs.append((attributes["name"], attributes.get("value", "")))
    for name, options in re.findall(r'<select name="(\w+)">(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'value="([^"]*)" selected', options)
        pairs.append((name, chosen[0] if chosen else ""))
    if area := re.search(r"<textarea[^>]*>\n(.*?)</textarea>", form, re.DOTALL):
        pairs.append(("opml", html.unescape(area[1])))
    return pairs


def press(console: Console, path: str, page: str, do: str, **changed: str) -> str:
    """Press a button of a page's form after typing into some of its fields."""
    kept = [(name, value) for name, value in fields_of(page) if name not in changed]
    return console.submit(path, [*kept, *changed.items(), ("do", do)])


def audit_of(console: Console) -> list[tuple[str, str, str]]:
    with console.store.read() as connection:
        return [(e.action, e.subject, e.detail) for e in list_entries(connection)]


@pytest.fixture
def publisher() -> Iterator[ScriptedPublisher]:
    server = ScriptedPublisher()
    yield server
    server.close()


def test_the_feeds_of_a_site_are_found_tried_and_added(
    desk: Console, publisher: ScriptedPublisher
) -> None:
    feed = publisher.serve("/rss.xml", rss(item("1", "<b>Rat</b> vertagt", summary="Kurz.")))
    gone = publisher.url + "/gone.rss"
    links = "".join(
        f"<link rel=alternate type='application/rss+xml' title='Bote &amp; Rat' href='{url}'>"
        for url in (feed, gone)
    )
    site = publisher.serve("/", Answer(page_of("Bote", head=links), headers=HTML))
    page = press(desk, "/feeds/add", desk.page("/feeds/add"), "find", address=site)
    assert "1 feed can be added." in page
    assert "1 entry" in page
    assert "Rat vertagt" in page
    assert "1 cannot be used" in page
    assert sources(desk).read_text("utf-8") == WRITTEN

    page = press(desk, "/feeds/add", page, "change", outlet="bote", language="de", every="2h")
    line = f"+      - {{url: {feed}, every: 2h}}"
    assert line in html.unescape(page)
    assert sources(desk).read_text("utf-8") == WRITTEN
    asked = len(publisher.requests)
    page = press(desk, "/feeds/add", page, "save")
    assert "The feeds are in sources.yaml." in page
    written = sources(desk).read_text("utf-8")
    assert set(WRITTEN.splitlines()) < set(written.splitlines())
    assert "  - id: bote\n" in written
    assert f"      - {{url: {feed}, every: 2h}}\n" in written
    assert [path.name for path in sources(desk).parent.glob(".*")] == []
    digests = [sha256(text.encode()).hexdigest()[:12] for text in (WRITTEN, written)]
    change = "sources.yaml {} → {}".format(*digests)
    assert audit_of(desk) == [("feeds_added", "bote", f"1 · {change}")]
    assert len(publisher.requests) == asked  # what was found is carried by the form

    page = desk.page("/feeds/add")
    page = press(desk, "/feeds/add", page, "find", address="")
    assert "Enter an address first." in page


def test_a_private_address_is_not_requested(
    desk: Console, publisher: ScriptedPublisher, server: WebServer, now: datetime
) -> None:
    guarded = desk.settings.model_copy(update={"http_allow_private": False})
    runtime = RuntimeStatus(lambda: desk.catalog, list, list, guarded)
    server.app = create_app(desk.store, lambda: now, runtime)
    page = press(desk, "/feeds/add", desk.page("/feeds/add"), "find", address=publisher.url)
    assert 'class="bad"' in page
    assert publisher.requests == []


OPML = """<?xml version="1.0"?><opml version="2.0"><body>
<outline text="Kurier" xmlUrl="http://kurier.example/f"/>
<outline text="Bote" htmlUrl="https://www.bote.example/" xmlUrl="https://www.bote.example/rss"/>
<outline text="Rat" language="de" xmlUrl="https://rat.example/news"/>
<outline text="Key" xmlUrl="https://x.example/${PATH}"/></body></opml>"""


def test_of_a_list_the_new_feeds_are_chosen_and_added(desk: Console) -> None:
    page = desk.page("/feeds/add")
    assert "Choose a file" in press(desk, "/feeds/add", page, "list")
    assert "is not OPML" in press(desk, "/feeds/add", page, "list", opml="<html>")
    assert "more than 400,000" in press(desk, "/feeds/add", page, "list", opml="x" * 500_000)
    page = press(desk, "/feeds/add", page, "list", opml=OPML)
    assert "3 feeds can be added. 1 is in sources.yaml already." in page
    chosen = [(n, v) for n, v in fields_of(page) if n != "feed" or v == "https://rat.example/news"]
    desk.submit("/feeds/add", [*chosen, ("do", "save")])
    written = sources(desk).read_text("utf-8")
    assert "https://rat.example/news" in written
    assert "bote" not in written
    assert "${" not in written
    unchosen = [(n, v) for n, v in chosen if n != "feed"]
    assert "No feed is chosen." in desk.submit("/feeds/add", [*unchosen, ("do", "save")])


def stored_state(console: Console, now: datetime) -> tuple[str, datetime | None]:
    """Return the stored state of the feed of `kurier`, and when it is due."""
    catalog = load_partly(console.settings.config_dir, {})[0]
    with console.store.write() as connection:
        sync(connection, feed_records(catalog, now), now)
        states = load_feed_states(connection, now)
    state = next(each for each in states if each.feed.outlet == "kurier")
    [shown] = [s for s in merge_states(catalog, states, now) if s.feed.outlet == "kurier"]
    assert shown.state == state.state
    return state.state, None if state.state == "off" else state.feed.next_due_at


def test_a_feed_is_paused_changed_and_removed(desk: Console, now: datetime) -> None:
    feed_id = next(feed.id for feed in desk.catalog.feeds if feed.outlet == "kurier")
    path = f"/feeds/{feed_id}/edit"
    assert f'href="{path}"' in desk.page("/feeds")
    page = desk.page(path)
    shown = press(desk, path, page, "change", every="3m", paused="true")
    line = "{url: https://kurier.example/f, every: 3m, paused: true}"
    assert line in html.unescape(shown)
    assert "is not a duration" in html.unescape(press(desk, path, page, "save", every="soon"))
    assert sources(desk).read_text("utf-8") == WRITTEN

    # Somebody else changes the file: nothing is lost, and the second attempt writes.
    sources(desk).write_text(WRITTEN.replace("Der Kurier", "Kurier"), "utf-8")
    refused = press(desk, path, page, "save", every="3m", paused="true")
    assert "somebody has changed the file" in refused
    assert "The feed was changed." in press(desk, path, refused, "save")
    written = sources(desk).read_text("utf-8")
    assert line in written
    assert "name: Kurier," in written
    assert written.startswith("# of the desk\n")

    # The program no longer polls it, and its row says why, until it goes on.
    assert stored_state(desk, now) == ("off", None)
    row = desk.page("/feeds")
    assert "Paused here" in row
    assert "paused in sources.yaml" in row
    press(desk, path, desk.page(path), "save", paused="")
    assert stored_state(desk, now) == ("new", now)

    page = press(desk, path, desk.page(path), "removal")
    assert "-  - {id: kurier" in page
    assert "kurier" in sources(desk).read_text("utf-8")
    press(desk, path, page, "remove")
    assert "kurier" not in sources(desk).read_text("utf-8")
    assert desk.request(path)[0] == 404
    entries = [
        (action, subject, *detail.rpartition("sources.yaml ")[::2])
        for action, subject, detail in audit_of(desk)
    ]
    assert [entry[:3] for entry in entries] == [
        ("feed_removed", feed_id, ""), ("feed_changed", feed_id, "paused · "),
        ("feed_changed", feed_id, "every, paused · "),
    ]  # fmt: skip
    hashes = [hash_ for *_, change in reversed(entries) for hash_ in change.split(" → ")]
    assert hashes[1:-1:2] == hashes[2::2]  # each change begins where the last one ended


def test_the_password_of_an_address_is_neither_shown_nor_lost(desk: Console) -> None:
    url = "https://kurier.example/f?api_key=geheimnis1"
    sources(desk).write_text(WRITTEN.replace("https://kurier.example/f", f"'{url}'"), "utf-8")
    feed = load_partly(desk.settings.config_dir, {})[0].feeds[0]
    path = f"/feeds/{feed.id}/edit"
    page = desk.page(path)
    shown = press(desk, path, page, "change", every="3m")
    for body in (page, shown, press(desk, path, page, "change", outlet="courier")):
        assert "geheimnis1" not in body
    assert "Passwords in addresses are hidden" in shown
    assert "environment" in press(desk, path, page, "change", url="https://evil.example/${PATH}")
    press(desk, path, page, "save", every="3m")
    assert url in sources(desk).read_text("utf-8")


def test_where_writing_is_not_allowed_the_change_is_shown_to_copy(console: Console) -> None:
    page = press(console, "/feeds/add", console.page("/feeds/add"), "list", opml=OPML)
    assert 'value="save"' not in page
    rat = [("opml", OPML), ("feed", "https://rat.example/news")]
    shown = console.submit("/feeds/add", [*rat, ("do", "change")])
    assert "WIREWATCH_WEB_EDIT_FILES" in shown
    assert "+++ b/sources.yaml" in shown
    refused = console.submit("/feeds/add", [*rat, ("do", "save")])
    assert "Not saved: the console may not write files here." in refused
    assert (console.settings.config_dir / "sources.yaml").read_text("utf-8") == SOURCES


def test_a_field_of_the_form_is_not_trusted() -> None:
    refused = ("", "[]", "{}", "[" * 100_000, '{"url": 7}', '{"url": "javascript:alert(1)"}',
               '{"url": "file:///etc/passwd"}')  # fmt: skip
    assert [text for text in refused if load_candidate(text) is not None] == []
    odd = '{"url": "https://a.example/", "kind": "x", "trial": {"entries": -1, "headlines": 7}}'
    candidate = load_candidate(odd)
    assert candidate is not None
    assert (candidate.kind, candidate.trial and candidate.trial.entries) == ("feed", 0)


def test_without_an_entry_in_the_audit_log_no_feed_is_changed(
    desk: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_work: object) -> None:
        raise StoreError("The store is away.")

    path = f"/feeds/{desk.catalog.feeds[0].id}/edit"
    page = desk.page(path)
    monkeypatch.setattr(desk.store, "transact", fail)
    refused = press(desk, path, page, "save", every="3m")
    assert "Not saved: the audit log cannot be written" in html.unescape(refused)
    assert sources(desk).read_text("utf-8") == WRITTEN
