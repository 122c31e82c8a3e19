"""An open page while the console is gone, in a real browser: what it says, and what actions do."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.i18n import Phrase
from tests.support.browser import WAIT_SECONDS, Browser, Page
from tests.support.console import Console, add_story, serve_console

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Console]:
    """A console whose clock is the real one."""
    with serve_console(tmp_path, now) as found:
        yield found


def cut(page: Page, *, offline: bool) -> None:
    """Cut the page's network, or connect it again, and wait until the page's requests notice.

    The browser answers before its network process is told. A form that is sent in between reaches
    the console, and only the answer is lost.
    """
    page.ask("Network.emulateNetworkConditions", offline=offline, latency=0,
             downloadThroughput=-1, uploadThroughput=-1)  # fmt: skip
    deadline = time.monotonic() + WAIT_SECONDS
    while page.run("fetch('/healthz').then(() => false, () => true)") != offline:
        assert time.monotonic() < deadline


def test_a_page_says_that_the_console_is_gone_and_actions_stay_on_it(
    browser: Browser, live: Console
) -> None:
    alert = add_story(live.store, "one", now())
    with browser.page() as page:
        page.open(f"{live.url}/")
        page.run("document.querySelector('.pick input').click()")
        cut(page, offline=True)
        page.run("document.querySelector('.bulk [value=ack]').click()")
        page.wait("document.querySelector('#flash .failed')")
        assert "“Acknowledge” failed: The console does not answer." in page.text("#flash")
        page.wait("!document.querySelector('#connection').hidden")
        assert "No connection to the console since" in page.text("#connection")
        assert "UTC" in page.text("#connection")
        assert page.text("#status") == "No connection"
        assert page.run("document.querySelector('.pick input').checked")
        live.ill.append(Phrase("health.snapshot"))
        cut(page, offline=False)
        page.wait("document.querySelector('#connection.good')")
        assert "The console answers again." in page.text("#connection")
        assert page.text("#status") == "No feeds are configured"
        assert "Its snapshot cannot be read." in page.text("#problems")  # without a reload
        page.run("document.querySelector('.bulk [value=ack]').click()")
        page.wait("document.querySelector('#flash').innerText.includes('1 story acknowledged.')")

        page.open(f"{live.url}/alerts/{alert}")
        cut(page, offline=True)
        page.press("r")
        page.wait("document.querySelector('#flash .failed')")
        assert "“Relevant” failed" in page.text("#flash")
        assert page.run("location.pathname") == f"/alerts/{alert}"
        cut(page, offline=False)
        with page.leaving():
            page.press("r")
        assert "1 story marked as relevant." in page.text("#flash")


OVERLAPPING = """
(() => {
  const real = fetch;
  let asked = 0;
  window.fetch = (url, ...more) => {
    if (!`${url}`.endsWith("/status")) return real(url, ...more);
    if (asked++) return Promise.reject(new TypeError("cut"));
    return new Promise((found) => (window.answerFirst = () => real(url, ...more).then(found)));
  };
  checkConnection();
  checkConnection();
})()
"""
"""Two checks of the connection: the second one fails, then the first one is answered."""


def test_an_answer_that_was_long_under_way_does_not_say_that_the_console_is_back(
    browser: Browser, live: Console
) -> None:
    with browser.page() as page:
        page.open(f"{live.url}/")
        page.run(OVERLAPPING)
        page.wait("!document.querySelector('#connection').hidden")
        page.run("answerFirst().then(() => new Promise((done) => setTimeout(done, 200)))")
        assert "No connection to the console since" in page.text("#connection")
        assert page.text("#status") == "No connection"


def test_what_the_console_refuses_is_said_on_the_page(browser: Browser, live: Console) -> None:
    add_story(live.store, "one", now())
    with browser.page(language="de") as page:
        page.open(f"{live.url}/")
        page.run("document.querySelector('#stories [name=csrf]').value = 'of another session'")
        page.run("document.querySelector('.acts button').click()")
        page.wait("document.querySelector('#flash .failed')")
        assert "ist fehlgeschlagen: Diese Seite ist veraltet." in page.text("#flash")
        assert page.count(".story.done") == 0


def test_the_workbench_keeps_its_text_where_it_cannot_be_saved(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREWATCH_WEB_EDIT_FILES", "true")
    with serve_console(tmp_path, now) as console, browser.page() as page:
        page.open(f"{console.url}/topics/nato/edit")
        page.run("document.querySelector('#text').value += '# unsaved'; 0")
        cut(page, offline=True)
        page.run("document.querySelector('.save').click()")
        page.wait("document.querySelector('#flash .failed')")
        assert "failed: The console does not answer." in page.text("#flash")
        assert page.run("document.querySelector('#text').value").endswith("# unsaved")


def test_times_are_in_the_browsers_zone(browser: Browser, live: Console) -> None:
    with browser.page(language="de") as page:
        page.ask("Emulation.setTimezoneOverride", timezoneId="Asia/Tokyo")
        page.open(f"{live.url}/")
        page.wait("document.body?.dataset.zone === 'Asia/Tokyo'")
        assert f"{now().year}" in page.text("footer time")
        page.open(f"{live.url}/feeds")
        assert "UTC" not in page.text("footer time")
