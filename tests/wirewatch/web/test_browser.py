"""The console in a real browser. The demo's pages are tested with the demo."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.browser import Browser
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


def test_the_list_is_worked_through_with_the_keyboard(browser: Browser, live: Console) -> None:
    ids = [add_story(live.store, str(n), now() - timedelta(minutes=n)) for n in range(3)]
    with browser.page() as page:
        page.open(f"{live.url}/")
        here: Callable[[], str] = lambda: page.run("document.querySelector('.story.current').id")  # noqa: E731
        page.press("j", "j")
        assert here() == f"s-{ids[1]}"
        page.press("k")
        assert here() == f"s-{ids[0]}"
        page.press("a")
        page.wait("document.querySelector('.story.current.acked')")
        page.press("u")
        page.wait("document.querySelector('.story.current.open')")
        page.press("j", "r")
        page.wait(f"document.querySelector('#s-{ids[1]} .badge.good')")
        page.press("j", "n")
        page.wait("document.activeElement?.name === 'reason'")
        page.press("Enter")
        page.wait(f"document.querySelector('#s-{ids[2]} .badge.bad')")
        page.press("?")
        page.wait("document.querySelector('#shortcuts').open")
        page.press("Escape")
        page.wait("!document.querySelector('#shortcuts').open")
        page.press("/", "j")
        assert page.run("document.querySelector('[name=q]').value") == "j"
        page.press("Escape", "k")
        with page.leaving():
            page.press("o")
        assert page.run("location.pathname").startswith("/alerts/")
        assert page.problems == []


def test_a_storys_page_has_shortcuts_too(browser: Browser, live: Console) -> None:
    alert = add_story(live.store, "one", now())
    with browser.page() as page:
        page.open(f"{live.url}/alerts/{alert}")
        for key, text in (("a", "1 story acknowledged."), ("u", "Undone for 1 story.")):
            with page.leaving():
                page.press(key)
            assert text in page.text("#flash")


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
