"""The console in a real browser. The demo's pages are tested with the demo."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.i18n import Phrase
from tests.support.browser import Browser, Page
from tests.support.console import HOSTILE, Console, add_delivery, add_story, serve_console

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Console]:
    """A console whose clock is the real one."""
    with serve_console(tmp_path, now) as found:
        yield found


# ── without JavaScript ───────────────────────────────────────────────────────────────────────────


def test_without_javascript_stories_are_acknowledged_undone_and_judged(
    browser: Browser, live: Console
) -> None:
    add_story(live.store, "one", now())
    with browser.page(javascript=False) as page:
        page.open(f"{live.url}/")
        with page.leaving():
            page.click(".acts button[value^='ack:']")
        assert "1 story acknowledged." in page.text("#flash")
        with page.leaving():
            page.click("#undo")
        assert "Undone for 1 story." in page.text("#flash")
        with page.leaving():
            page.click(".acts button[value^='irrelevant:']")
        with page.leaving():
            page.click("#flash button[value=old]")
        assert "Not relevant: old news" in page.text(".story")


# ── with JavaScript ──────────────────────────────────────────────────────────────────────────────


def test_an_action_updates_the_cards_in_place(browser: Browser, live: Console) -> None:
    for n in range(30):
        add_story(live.store, str(n), now() - timedelta(minutes=n))
    with browser.page() as page:
        page.open(f"{live.url}/?state=open")
        page.run("window.same = true; scrollTo(0, 1500); 0")
        position = page.run("document.querySelectorAll('.story')[15].getBoundingClientRect().top")
        page.run("document.querySelectorAll('.pick input')[15].click()")
        page.run("document.querySelectorAll('.pick input')[16].click()")
        page.run("document.querySelector('.bulk [value=ack]').click()")
        page.wait("document.querySelector('#flash .flash')")
        assert "2 stories acknowledged." in page.text("#flash")
        assert page.count(".story.done") == 2
        assert page.count(".story") == 30
        page.run("document.querySelector('#undo').click()")
        page.wait("document.querySelector('#flash').innerText.includes('Undone')")
        assert page.count(".story.done") == 0
        assert page.run("window.same")  # the page was not loaded again
        assert "done=" not in page.run("location.href")
        assert position == page.run(
            "document.querySelectorAll('.story')[15].getBoundingClientRect().top"
        )
        assert page.problems == []


def test_undo_is_offered_for_ten_seconds(browser: Browser, live: Console) -> None:
    add_story(live.store, "one", now())
    with browser.page() as page:
        page.open(f"{live.url}/")
        page.click(".acts button[value^='ack:']")
        page.wait("document.querySelector('#undo .seconds-left')?.innerText")
        assert 5 <= int(page.text("#undo .seconds-left")) <= 10
        page.wait("!document.querySelector('#flash .flash')")


def test_new_stories_are_announced_without_moving_the_list(browser: Browser, live: Console) -> None:
    for n in range(3):
        add_story(live.store, str(n), now() - timedelta(minutes=n))
    with browser.page() as page:
        page.open(f"{live.url}/")
        before = page.run("[...document.querySelectorAll('.story')].map(e => e.id)")
        time.sleep(1.5)  # until the page listens
        add_story(live.store, "new", now() + timedelta(seconds=1))
        page.wait("document.querySelector('.newer a').innerText === '1 new story'")
        add_story(live.store, "newer", now() + timedelta(seconds=2))
        page.wait("document.querySelector('.newer a').innerText === '2 new stories'")
        assert page.run("[...document.querySelectorAll('.story')].map(e => e.id)") == before
        assert page.run("document.querySelector('.newer').getAttribute('aria-live')") == "polite"
        with page.leaving():
            page.click(".newer a")
        assert page.count(".story") == 5


def current(page: Page) -> str:
    """Return the id of the current story, which has the focus."""
    return str(page.run("document.activeElement.closest('.current')?.id"))


def test_ten_tasks_of_a_shift_are_done_by_the_keyboard_alone(
    browser: Browser, live: Console
) -> None:
    ids = [add_story(live.store, str(n), now() - timedelta(minutes=n)) for n in range(9)]
    story = [f"#s-{alert_id}" for alert_id in ids]
    with browser.page() as page:
        page.open(f"{live.url}/?list=compact")
        assert page.axe() == []
        # 1: acknowledge a story, and 2: undo that
        page.press("j", "j", "k", "a")
        page.wait("document.querySelector('.current.acked')")
        assert f"#{current(page)}" == story[0]
        page.press("u")
        page.wait("document.querySelector('.current.open')")
        assert f"#{current(page)}" == story[0]
        # 3: mark as relevant
        page.press("j", "r")
        page.wait(f"document.querySelector('{story[1]} .badge.good')")
        assert f"#{current(page)}" == story[1]
        # 4: mark as not relevant, with a reason; a reason that is left open marks nothing
        page.press("j", "n")
        page.wait("document.activeElement?.name === 'reason'")
        page.press("Escape")
        assert page.count("#flash .flash") == 0
        assert f"#{current(page)}" == story[2]
        page.press("n")
        page.wait("document.activeElement?.name === 'reason'")
        page.press("3")
        page.wait(f"document.querySelector('{story[2]} .badge.bad')")
        assert "Not relevant: old news" in page.text(story[2])
        assert f"#{current(page)}" == story[2]
        page.press("j", "n")
        page.wait("document.activeElement?.name === 'reason'")
        page.press("Enter")
        page.wait(f"document.querySelector('{story[3]} .badge.bad')")
        # 5: acknowledge several together
        page.press("j", "x", "j", "x", "a")
        page.wait("document.querySelectorAll('.story.acked').length === 2")
        # 6: close a story
        page.press("j", "c")
        page.wait(f"document.querySelector('{story[6]}.closed')")
        page.press("w")
        page.wait(f"document.querySelector('{story[6]}.open')")
        page.press("c")
        page.wait(f"document.querySelector('{story[6]}.closed')")
        # 7: open a story, judge it there, go on to the next one and back to the list
        page.press("j")
        with page.leaving():
            page.press("o")
        assert page.run("location.pathname") == f"/alerts/{ids[7]}"
        page.press("n")
        with page.leaving():
            page.press("1")
        assert "Not relevant: different meaning" in page.text(".headline")
        with page.leaving():
            page.press("j")
        assert page.run("location.pathname") == f"/alerts/{ids[8]}"
        with page.leaving():
            page.press("a")
        assert "1 story acknowledged." in page.text("#flash")
        assert page.run("document.activeElement.id") == "undo"  # the button pressed is gone
        with page.leaving():
            page.press("l")
        assert page.run("location.search") == "?list=compact"
        assert f"#{current(page)}" == story[8]
        # 8: search the stories; in a field, keys are text
        page.press("/", "j")
        assert page.run("document.querySelector('[name=q]').value") == "j"
        page.press("Escape", "k")
        assert f"#{current(page)}" == story[7]
        page.run("document.querySelector('[name=q]').value = ''")
        page.press("/")
        page.ask("Input.insertText", text="tagt: 7")
        with page.leaving():
            page.press("Enter")
        assert page.count(".story") == 1
        # 9: get help on a page with a table, and move in it
        page.open(f"{live.url}/topics")
        page.press("?")
        page.wait("document.querySelector('#shortcuts').open")
        assert page.axe() == []
        page.press("Escape", "j", "j", "k")
        assert page.run("document.activeElement.closest('tbody tr.current a').innerText")
        # 10: search all articles from a page without a search field
        with page.leaving():
            page.press("/")
        assert page.run("location.pathname") == "/search"
        assert page.problems == []


def test_newer_stories_are_counted_in_the_title_and_announced_as_the_reader_wants(
    browser: Browser, live: Console
) -> None:
    add_story(live.store, "old", now() - timedelta(minutes=1))
    with browser.page() as page:
        page.open(f"{live.url}/?list=compact")
        assert page.run("!document.querySelector('#notify').checked")
        assert page.run("!document.querySelector('#sound').checked")
        page.run(
            "window.shown = []; window.tones = 0; document.hasFocus = () => false;"
            " class Fake { constructor(text, more) { shown.push([text, more.body]); } };"
            " Fake.requestPermission = async () => window.answer; window.Notification = Fake;"
            " const start = OscillatorNode.prototype.start; OscillatorNode.prototype.start ="
            " function (at) { tones += 1; return start.call(this, at); }; 0"
        )
        page.run("window.answer = 'denied'; document.querySelector('#notify').click(); 0")
        page.wait("document.querySelector('#notices-note').innerText.includes('does not allow')")
        assert page.run("!document.querySelector('#notify').checked")
        page.run("window.answer = 'granted'; 0")
        page.click("#notify")
        page.click("#sound")
        page.wait("tones === 2")  # it is heard once when it is chosen
        page.run("localStorage.removeItem('wirewatch.sounded'); 0")
        add_story(live.store, "new", now())
        page.wait("document.title.startsWith('(1) ')")
        page.wait("tones === 4")
        assert page.run("shown") == [["1 new story", "Die Nato tagt: new"]]
        with page.leaving():
            page.click(".newer a")
        assert not page.run("document.title").startswith("(")
        assert page.text(".story.new h2") == "Die Nato tagt: new"
        assert page.count(".story.new") == 1
        page.press("m")
        page.wait("!document.querySelector('.story.new')")
        page.open(f"{live.url}/wall")
        assert page.axe() == []
        add_story(live.store, "newest", now())
        page.wait("document.querySelector('.wall h2').innerText === 'Die Nato tagt: newest'")
        page.run("window.fetch = async () => { throw new TypeError('gone') }; renew()")
        page.wait("document.querySelector('.stale').checkVisibility()")
        assert page.count(".wall li") == 3
        assert page.problems == []


@pytest.mark.parametrize("size", [(400, 800), (1400, 900), (1920, 1080)])
def test_the_wall_breaks_no_name_and_fits_into_the_screen(
    browser: Browser, live: Console, size: tuple[int, int]
) -> None:
    live.ill.append(Phrase("health.loop_stalled", loop="relay", late=timedelta(minutes=1)))
    for n, severity in enumerate(("urgent", "high", "normal")):
        add_story(live.store, str(n), now(), severity=severity, copies=n)
    one_line = """(selector) => [...document.querySelectorAll(selector)].every(
        (e) => e.getClientRects().length === 1 && e.offsetHeight < 2 * parseFloat(
            getComputedStyle(e).fontSize))"""
    with browser.page(size=size) as page:
        page.open(f"{live.url}/wall")
        assert page.count(".wall .topic") == 3
        for selector in (".wall .topic", ".wall .counts", ".wall li time", ".wall .badge"):
            assert page.run(f"({one_line})('{selector}')"), selector
        assert page.run("document.documentElement.scrollWidth") == size[0]
        assert (
            page.run(
                "getComputedStyle(document.querySelector('.problems li')).borderInlineStartWidth"
            )
            == "0px"
        )
        assert page.axe() == []


def test_hostile_text_runs_no_script_and_breaks_no_layout(browser: Browser, live: Console) -> None:
    alert = add_story(live.store, "evil", now(), title=HOSTILE, url="javascript:alert(1)",
                      texts=(HOSTILE, HOSTILE + HOSTILE[:80]), outlet="<b>evil</b>")  # fmt: skip
    add_delivery(live.store, alert, "<img src=x onerror=alert(1)>\u202e", "failed", now())
    for size in ((1280, 900), (390, 844)):
        with browser.page(size=size) as page:
            for path in ("/", f"/alerts/{alert}", "/deliveries", "/topics/nato"):
                page.open(live.url + path)
                assert page.run("document.title") != "gotcha"
                assert page.count("img[src=x]") == 0
                assert page.count("a[href^=javascript]") == 0
                assert page.run("document.documentElement.scrollWidth") <= size[0], path
                assert page.problems == []
                assert page.axe() == [], path


def test_the_content_security_policy_blocks_other_scripts(browser: Browser, live: Console) -> None:
    with browser.page() as page:
        page.open(f"{live.url}/")
        page.run(
            "const s = document.createElement('script'); s.textContent = 'window.evil = 1';"
            " document.body.append(s); 0"
        )
        assert page.run("window.evil") is None
        page.wait("true")
        assert any("Content Security Policy" in problem for problem in page.problems)


def test_at_1400_pixels_the_status_of_a_signed_in_reader_has_one_line(
    browser: Browser, live: Console
) -> None:
    more = (
        "<p class='user'><bdi>anna.schmidt</bdi></p>"
        "<form class='sign-out'><button class='bare'>Abmelden</button></form>"
    )
    with browser.page(size=(1400, 900), language="de") as page:
        page.open(f"{live.url}/topics")
        field, room = (
            f"document.querySelector('.find{x}').getBoundingClientRect().bottom"
            for x in (" input", "")
        )
        assert page.run(f"{field} <= {room}")  # all of it is seen
        page.run(
            "const status = document.querySelector('#status');"
            f"status.insertAdjacentHTML('afterend', \"{more}\");"
            'status.querySelector("a").textContent ='
            " '12 von 340 Feeds gestört, neuester Eintrag vor 12 min'; 0"
        )
        line, height = page.run(
            "(() => { const a = document.querySelector('#status a');"
            " return [parseFloat(getComputedStyle(a).lineHeight), a.offsetHeight]; })()"
        )
        assert height < 1.5 * line
        assert page.run(f"{field} > {room}")  # it has given way
        assert page.run("document.documentElement.scrollWidth") <= 1400
