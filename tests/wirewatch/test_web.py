"""The console over real sockets, on stores filled by hand."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.notification import ShownArticle
from config.faults import Fault
from core.ids import digest
from core.messages import Evidence, Field
from core.store import Store
from core.store import alerts as kept
from core.store import deliveries as sent
from core.store import stories as seen
from core.store.alerts import Alert
from core.store.feed_record import FeedRecord, FeedState
from core.store.feeds import judge
from core.store.stories import Story, StoryArticle
from wirewatch.web import views
from wirewatch.web.app import PAGE_SIZE, Running, create_app
from wirewatch.web.guard import HEADERS
from wirewatch.web.server import address, listen, serve

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> \u202egnp.exe \x1b[31m" + "Ein sehr langer Titel " * 500


@dataclass
class Console:
    """A console that answers."""

    host: str
    store: Store
    ill: list[str]
    faults: list[Fault]

    def get(
        self, path: str, host: str = "", method: str = "GET"
    ) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection(self.host, timeout=10)
        connection.request(method, path, headers={"Host": host or self.host})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, body

    def page(self, path: str) -> str:
        status, _, body = self.get(path)
        assert status == 200, body
        return body


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('web')}/store.db")
    ill: list[str] = []
    faults: list[Fault] = []
    running = Running(topics=lambda: 3, ill=lambda: ill, faults=lambda: faults)
    loop = asyncio.new_event_loop()
    with listen("127.0.0.1", 0) as listener:
        host = address(listener).removeprefix("http://").rstrip("/")
        app = create_app(store, lambda: NOW, running, ["127.0.0.1", "localhost"])
        stop = asyncio.Event()
        serving = threading.Thread(
            target=loop.run_until_complete, args=(serve(app, listener, stop),)
        )
        serving.start()
        yield Console(host, store, ill, faults)
        loop.call_soon_threadsafe(stop.set)
        serving.join()
    loop.close()
    store.close()


def add_story(
    store: Store, number: int, at: datetime, *, title: str = "", url: str = "https://example.org/a"
) -> str:
    """An alert with a story of one article."""
    alert_id, story_id, article_id = (digest(kind, str(number)) for kind in ("a", "s", "r"))
    title = title or f"Geschichte {number}"
    evidence = Evidence(
        field=Field.TEXT,
        start=0,
        end=5,
        surface="Nato",
        rule="direct",
        sentence=f"Die Nato {title}",
    )
    shown = ShownArticle(
        id=article_id, revision=1, url=url, title=title, outlet="kurier", language="de",
        published_at=at, first_seen_at=at, score=30, rules=("direct",), evidence=(evidence,),
    )  # fmt: skip
    with store.write() as connection:
        seen.add_story(connection, Story(story_id, "nato", title, at, at, 1))
        seen.put_article(connection, article(shown, story_id), ())
        kept.open_alert(connection, Alert(
            alert_id, "nato", "NATO", story_id, "open", "normal", title, "New story.",
            "new_story", article_id, at, at,
        ))  # fmt: skip
    return alert_id


def article(shown: ShownArticle, story_id: str) -> StoryArticle:
    return StoryArticle(
        topic_id="nato", article_id=shown.id, revision=1, story_id=story_id, role="original",
        copy_of=None, similarity=1.0, moment=shown.first_seen_at,
        first_seen_at=shown.first_seen_at, outlet=shown.outlet, exact=shown.id,
        facts=shown.model_dump_json(), features="", shingles=b"",
    )  # fmt: skip


def test_an_empty_store_says_so(console: Console) -> None:
    assert "Nothing to tell yet" in console.page("/")
    assert "one of the\n3 tracked topics" in console.page("/")
    assert "No feed is configured" in console.page("/feeds")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/feeds", 200), ("/healthz", 200), ("/metrics", 200), ("/nothing", 404),
     ("/alerts/12345678", 404), ("/?before=12345678", 404), ("/static/console.css", 200),
     ("/static/icon.svg", 200), ("/static/../app.py", 404)],
)  # fmt: skip
def test_every_answer_carries_the_security_headers(
    console: Console, path: str, status: int
) -> None:
    got, headers, body = console.get(path)
    assert got == status, body
    assert {name.lower(): value for name, value in HEADERS.items()}.items() <= headers.items()
    assert "server" not in headers
    if headers["content-type"].startswith("text/html"):
        assert '<html lang="en">' in body
        assert "<main" in body
        assert "<script" not in body


def test_head_is_answered_and_a_post_is_not_taken(console: Console) -> None:
    assert console.get("/", method="HEAD")[0] == 200
    status, headers, _ = console.get("/", method="POST")
    assert status == 405
    assert headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "localhost.", "["])
def test_a_request_under_a_foreign_name_is_refused(console: Console, host: str) -> None:
    status, headers, body = console.get("/", host=host)
    assert (status, "Stories" in body) == (421, False)
    assert headers["x-content-type-options"] == "nosniff"
    assert console.get("/", host="LOCALHOST:1")[0] == 200


def test_hostile_titles_and_urls_stay_text(console: Console) -> None:
    alert_id = add_story(console.store, 1, NOW, title=HOSTILE, url="javascript:alert(1)")
    for body in (console.page("/"), console.page(f"/alerts/{alert_id}")):
        assert "<script" not in body
        assert "&lt;script&gt;alert(1)" in body
        assert "\u202e" not in body
        assert "\x1b" not in body
        assert "javascript:" not in body
        assert "<mark>Nato</mark>" in body
        assert len(body) < 12_000
        assert re.search(r'<h[123][^>]* lang="de" dir="auto"', body)


def test_who_was_told_is_on_the_page(console: Console) -> None:
    alert_id = add_story(console.store, 2, NOW)
    assert "Nobody was told." in console.page(f"/alerts/{alert_id}")
    notice = sent.Notification(digest("n"), alert_id, "desk", "new_story", 0, "{}", NOW)
    with console.store.write() as connection:
        sent.add_notification(connection, notice, ["desk.example"])
    assert "new story to desk (desk.example)" in console.page(f"/alerts/{alert_id}")


def test_paging_shows_every_story_once_though_many_share_a_moment(console: Console) -> None:
    days = (NOW - timedelta(days=1 + n // 40) for n in range(3 * PAGE_SIZE))
    wanted = {add_story(console.store, 100 + n, day) for n, day in enumerate(days)}
    path, pages, found = "/", 0, []
    while path:
        body = console.page(path)
        found += re.findall(r'href="/alerts/([0-9a-f]{32})"', body)
        more = re.search(r'href="(/\?before=[0-9a-f]+)"', body)
        path, pages = (more.group(1) if more else ""), pages + 1
    assert len(found) == len(set(found))
    assert wanted <= set(found)
    assert pages == 4


def test_pages_are_quick_over_thousands_of_stories(console: Console) -> None:
    with console.store.write() as connection:
        first = kept.list_alerts(connection, limit=1)[0]
        for n in range(5000):
            old = replace(first, id=digest("x", str(n)), story_id=digest("y", str(n)))
            kept.open_alert(connection, replace(old, opened_at=NOW - timedelta(days=30, minutes=n)))
    began = time.perf_counter()
    for _ in range(5):
        console.page("/")
    assert (time.perf_counter() - began) / 5 < 0.5


def test_healthz_and_every_page_name_what_is_wrong(console: Console) -> None:
    console.ill.append("relay: The store is <away>.")
    console.faults.append(
        Fault(file="a.yaml", line=1, column=1, code="E1", message="Bad.", mend="")
    )
    try:
        status, _, body = console.get("/healthz")
        assert (status, json.loads(body)["wrong"]) == (503, console.ill)
        page = console.page("/")
        assert "Stopped, and tried again soon: relay: The store is &lt;away&gt;." in page
        assert "The newest configuration is refused" in page
    finally:
        console.ill.clear()
        console.faults.clear()
    assert console.get("/healthz")[0] == 200


# ── pure ─────────────────────────────────────────────────────────────────────────────────────────


def record(**fields: object) -> FeedRecord:
    base = FeedRecord(
        "kurier-1", "kurier", "https://kurier.example/f", "feed", "B", None, "AT", "de",
        "kurier.example", NOW, NOW + timedelta(minutes=5),
    )  # fmt: skip
    return replace(base, **fields)  # type: ignore[arg-type]


def test_what_was_due_before_the_start_is_not_held_against_it() -> None:
    late = state(**WELL, next_due_at=NOW - timedelta(days=1))
    assert views.pulse([late], NOW, NOW, [], []).mood == "good"


def state(**fields: object) -> FeedState:
    return judge(record(**fields), None, NOW)


WELL = {"last_200_at": NOW, "last_new_at": NOW - timedelta(minutes=3)}
DOWN = {"fail_count": 3, "fail_since": NOW, "last_error": "No connection."}


@pytest.mark.parametrize(
    ("states", "ill", "mood", "words"),
    [
        ([], [], "warn", "No feed is configured"),
        ([state()], [], "warn", "Starting: 1 feed to be read"),
        ([state(**WELL)], [], "good", "Working: 1 feed, newest entry 3 min ago"),
        ([state(**WELL), state(**DOWN)], [], "warn",
         "Working, newest entry 3 min ago; 1 feed failing of 2"),
        ([state(**DOWN)], [], "bad", "Broken: no feed can be read, 1 feed failing"),
        ([state(**WELL)], ["relay: away"], "bad", "Broken: a part of the program is down"),
        ([state(**WELL, next_due_at=NOW - timedelta(hours=2))], [], "bad",
         "Broken: feeds have been due for 2 h and are not polled"),
        ([state(**WELL), state(removed_at=NOW, next_due_at=NOW - timedelta(days=9))], [], "good",
         "Working: 1 feed, newest entry 3 min ago"),
    ],
)  # fmt: skip
def test_quiet_or_broken_in_one_line(
    states: list[FeedState], ill: list[str], mood: str, words: str
) -> None:
    found = views.pulse(states, NOW, NOW - timedelta(days=1), ill, [])
    assert (found.mood, found.words) == (mood, words)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "http://[", "//evil", "", "ftp://a/b"]
)
def test_only_web_addresses_are_linked(url: str) -> None:
    assert views.link(url) == ""


@pytest.mark.parametrize(("surface", "parts"), [("", 1), ("fehlt", 1), ("ein", 3), ("Satz", 2)])
def test_a_sentence_is_marked_where_its_surface_stands(surface: str, parts: int) -> None:
    found = views.marked(
        Evidence(
            field=Field.TEXT, start=0, end=1, surface=surface, rule="r", sentence="Hier ein Satz"
        )
    )
    assert len(found) == parts
    assert "".join(piece.text for piece in found) == "Hier ein Satz"
    assert [p.text for p in found if p.marked] == ([surface] if parts > 1 else [])


def test_the_colours_have_enough_contrast() -> None:
    css = (Path(views.__file__).parent / "static/console.css").read_text()
    for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL):
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", block))
        for name in ("ink", "soft", "link", "good", "warn", "bad"):
            for ground in ("paper", "raised"):
                assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
        assert contrast(colours["mark-ink"], colours["mark"]) >= 4.5


def contrast(a: str, b: str) -> float:
    """WCAG 2.2, contrast ratio."""
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
