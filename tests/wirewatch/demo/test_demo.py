"""`wirewatch demo` as somebody runs it: the whole of it once, then its ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from core.messages import ArticleRevision
from core.messages.envelope import ALERTS, ARTICLES
from tests.support.browser import Browser
from tests.support.cli_installation import WIREWATCH
from tests.support.running_program import get
from wirewatch.demo.facts import Facts, FactsReader
from wirewatch.demo.room import load
from wirewatch.demo.verdict import EditionNames, StoryTable, compare, load_expected, outcomes
from wirewatch.demo.workspace import Workspace, end, free_port
from wirewatch.run.bootstrap import open_instance, open_stream_log

PATIENCE = 170.0
"""A demo takes half a minute, on a machine under load much longer."""

pytestmark = pytest.mark.timeout(PATIENCE + 30)
EXPECTED = load_expected()
TOLD = 6


class Shown:
    """A demo that was run to its end: what it printed, and what its streams hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "demo"
        with demo(folder, "--speed", "6", "--data", str(self.folder), "--stay") as child:
            self.text, self.console = "", ""
            assert child.stdout is not None
            for line in child.stdout:
                self.text += line
                if line.startswith("Ctrl-C ends it."):
                    break
            self.status = get(f"{console_of(self.text)}healthz")[0]
            began = time.monotonic()
            os.killpg(child.pid, signal.SIGINT)  # as a terminal does
            rest, self.errors = child.communicate(timeout=30)
            self.text += rest
            self.ended_after, self.code = time.monotonic() - began, child.returncode
            self.refuses = refuses(console_of(self.text))  # at once: others may get the port
        settings = Workspace(self.folder, 0).settings
        self.facts = Facts()
        with open_instance(settings) as me, open_stream_log(settings, me) as streams:
            self.streams = {info.name for info in streams.list_streams()}
            for message in FactsReader(streams).news():
                self.facts.add(message)
        self.names = EditionNames(load(), self._urls())

    def _urls(self) -> dict[str, str]:
        places = {a.outlet: urlsplit(a.url).netloc for a in self.facts.articles.values()}
        return {outlet: f"http://{place}" for outlet, place in places.items()}


@contextmanager
def demo(folder: Path, *args: str) -> Iterator[subprocess.Popen[str]]:
    """A demo in a process group of its own, of which nothing is left afterwards."""
    child = subprocess.Popen(
        [str(WIREWATCH), "demo", "--port", "0", *args],
        env=environment() | {"TMPDIR": str(folder)},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    late = threading.Timer(PATIENCE, os.killpg, (child.pid, signal.SIGKILL))
    late.start()
    try:
        yield child
    finally:
        late.cancel()
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate()


def console_of(text: str) -> str:
    line = next(line for line in text.splitlines() if line.startswith("Console: "))
    return line.removeprefix("Console: ").strip()


def environment() -> dict[str, str]:
    """What somebody has set for the real thing is nothing to the demo."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("WIREWATCH_")}
    return kept | {"WIREWATCH_STREAMS_URL": "nonsense://", "WIREWATCH_STREAMS_PREFIX": "mine"}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return Shown(tmp_path_factory.mktemp("shown"))


@pytest.mark.parametrize("story", EXPECTED.stories, ids=lambda s: s.title)
def test_every_article_of_a_story_comes_out_as_the_table_says(
    shown: Shown, story: StoryTable
) -> None:
    found = outcomes(shown.facts, shown.names)
    assert {name: found.get(name) for name in story.editions} == story.editions


def test_it_says_so_itself_and_ends_with_0(shown: Shown) -> None:
    assert shown.code == 0, f"{shown.text}\n{shown.errors}"
    assert f"All {len(load().editions)} articles and versions came out as the table" in shown.text


def test_stories_are_neither_mixed_nor_split(shown: Shown) -> None:
    feeds = {h.feed_id: h.outlet for h in shown.facts.health}
    assert compare(EXPECTED, shown.facts, shown.names, feeds) == []


def test_a_table_that_says_something_else_is_noticed(shown: Shown) -> None:
    feeds = {h.feed_id: h.outlet for h in shown.facts.health}
    first = EXPECTED.stories[0]
    other = StoryTable(first.title, {**first.editions, "tagesspur/fahrplan": {}})
    wrong = type(EXPECTED)((other, *EXPECTED.stories[1:]), (), {}, ())
    said = " ".join(compare(wrong, shown.facts, shown.names, feeds))
    assert "tagesspur/fahrplan is nato-membership: copy; expected: no topic." in said
    assert "The feed of alpenwarte was failing, then recovered; expected: well." in said
    assert "The page of courier/cables was not read" in said


def test_the_summary_is_in_plain_words_without_colour(shown: Shown) -> None:
    assert "\x1b" not in shown.text
    assert "publishes" not in shown.text  # a pipe is told the result, not the course
    for words in (
        "Console: http://127.0.0.1:",
        f"Told: {TOLD} stories",
        "of the shorter text is the same as in hafenblatt",
        "more than six hours old",
        "On its page only reader comments speak of that.",
        "Only menus and link boxes on its page speak of that.",
        "Said once in passing, score 10 of 30",
        "“Senator”",
        "*Nato-Beitritt*",
    ):
        assert words in shown.text


def test_it_is_the_ordinary_program_with_the_shipped_topics(shown: Shown) -> None:
    assert {ALERTS, ARTICLES} <= shown.streams  # and not under the prefix of the user's own
    articles = shown.facts.articles.values()
    assert all(isinstance(a, ArticleRevision) for a in articles)
    assert {a.published_source for a in articles} >= {"feed", "jsonld"}
    assert {a.access.value for a in articles} >= {"free", "paid"}


def test_it_goes_on_until_ctrl_c_when_it_is_asked_to_stay(shown: Shown) -> None:
    assert shown.status == 200
    assert shown.ended_after < 15
    assert "Everything is kept in" in shown.text
    assert shown.refuses


def test_a_signal_in_the_middle_ends_all_of_it_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with demo(tmp_path, "--port", str(port)) as child:
            assert child.stdout is not None
            console = console_of(next(line for line in child.stdout if "Console: " in line))
            assert address(console)[1] != port
            _until_up(console)
            child.terminate()
            began = time.monotonic()
            rest, errors = child.communicate(timeout=30)
    assert child.returncode == 0, errors
    assert "Stopped before the end" in rest
    assert time.monotonic() - began < 15
    assert list(tmp_path.glob("wirewatch-demo-*")) == []
    assert refuses(console)


def address(url: str) -> tuple[str, int]:
    return "127.0.0.1", urlsplit(url).port or 0


def refuses(url: str) -> bool:
    """Whether nobody listens there."""
    try:
        socket.create_connection(address(url), timeout=10).close()
    except ConnectionRefusedError:
        return True
    return False


def _until_up(console: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if get(f"{console}healthz")[0]:
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the console never answered")


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with demo(tmp_path, "--data", str(tmp_path)) as child:
        _, errors = child.communicate(timeout=PATIENCE)
    assert child.returncode == 2
    assert "is not empty" in errors
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


# ── what it left, in a browser ───────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def console(shown: Shown) -> Iterator[str]:
    """The console of the ordinary program, run again on what the demo left."""
    place = Workspace(shown.folder, free_port(0))
    running = place.start()
    try:
        _until_up(place.console)
        yield place.console
    finally:
        end(running)


@pytest.mark.browser
def test_the_demos_stories_appear_and_can_be_filtered(browser: Browser, console: str) -> None:
    with browser.page() as page:
        page.open(f"{console}")
        assert page.count(".story") == TOLD
        assert page.count(".story mark") >= TOLD
        assert "also in" in page.text(".stories")
        page.run("document.querySelector('[name=topic]').value = 'nato-membership'")
        with page.leaving():
            page.click(".filters button.main")
        assert page.run("location.search").startswith("?topic=nato-membership")
        topics = "[...document.querySelectorAll('.story .topic')].map(e => e.innerText)"
        assert set(page.run(topics)) == {"NATO membership"}
        with page.leaving():
            page.click(".story h2 a")
        assert page.count(".timeline > li") >= 1
        assert "Why it matched" in page.text()
        assert page.problems == []


@pytest.mark.browser
def test_no_page_has_a_serious_finding_of_axe(browser: Browser, console: str) -> None:
    stories = json.loads(get(f"{console}api/v1/stories")[1])
    alert = stories["stories"][0]["alert_id"]
    paths = ("/", f"/alerts/{alert}", "/topics", "/topics/nato-russia-talks", "/feeds",
             "/deliveries?state=delivered", "/login", "/?state=suppressed", "/nothing")  # fmt: skip
    for dark in (False, True):
        with browser.page(dark=dark, language="de" if dark else "en") as page:
            for path in paths:
                page.open(console + path.removeprefix("/"))
                assert page.axe() == [], path


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_wider_than_a_phone(browser: Browser, console: str, dark: bool) -> None:
    with browser.page(size=(390, 844), dark=dark) as page:
        for path in ("/", "/topics", "/topics/nato-membership", "/feeds", "/deliveries"):
            page.open(console + path.removeprefix("/"))
            assert page.run("document.documentElement.scrollWidth") <= 390, path
        ground = page.run("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 150) == dark
