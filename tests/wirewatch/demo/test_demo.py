"""`wirewatch demo` as a process: the whole demo once, then its other ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from core.messages import ArticleRevision
from core.messages.envelope import ALERTS, ARTICLES
from tests.support import fork_server
from tests.support.browser import Browser
from tests.support.fork_server import ForkedProcess
from tests.support.running_program import get
from wirewatch.demo.expectations import EditionNames, StoryTable, compare, load_expected, outcomes
from wirewatch.demo.newsroom import load_newsroom
from wirewatch.demo.results import Results, ResultsReader
from wirewatch.demo.workspace import Workspace
from wirewatch.run.bootstrap import open_instance, open_stream_log

PATIENCE = 170.0
"""A demo takes half a minute, on a busy machine much longer."""

pytestmark = [pytest.mark.timeout(PATIENCE + 30), pytest.mark.processes]
EXPECTED = load_expected()
ALERTS_OPENED = 6


class StayingDemo:
    """A demo that was asked to stay: it has printed its summary and is still running."""

    def __init__(self, folder: Path, child: ForkedProcess) -> None:
        self.folder, self.child = folder, child
        self.text = ""
        assert child.stdout is not None
        for line in child.stdout:
            self.text += line
            if line.startswith("Ctrl-C ends it."):
                break
        self.console = console_of(self.text)


class FinishedDemo:
    """A demo that ran to its end: what it printed, and what its streams contain."""

    def __init__(self, demo: StayingDemo) -> None:
        self.status = get(f"{demo.console}healthz")[0]
        began = time.monotonic()
        os.killpg(demo.child.pid, signal.SIGINT)  # as a terminal does
        rest, self.errors = demo.child.communicate(timeout=30)
        self.text = demo.text + rest
        self.ended_after, self.code = time.monotonic() - began, demo.child.returncode
        self.refuses = refuses(demo.console)  # at once: another process may get the port
        workspace = Workspace(demo.folder, 0)
        settings, self.log = workspace.settings, workspace.log_file.read_text()
        self.results = Results()
        with open_instance(settings) as me, open_stream_log(settings, me) as streams:
            self.streams = {info.name for info in streams.list_streams()}
            for message in ResultsReader(streams).read_new():
                self.results.add(message)
        self.names = EditionNames(load_newsroom(), self._urls())

    def _urls(self) -> dict[str, str]:
        hosts = {a.outlet: urlsplit(a.url).netloc for a in self.results.articles.values()}
        return {outlet: f"http://{host}" for outlet, host in hosts.items()}


@contextmanager
def demo(folder: Path, *args: str) -> Iterator[ForkedProcess]:
    """Start a demo in a process group of its own, and kill what is left of it at the end."""
    child = fork_server.start(
        ["demo", "--port", "0", *args],
        env=environment() | {"TMPDIR": str(folder)},
        cwd=folder,
        new_session=True,
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
    """An environment with settings that the demo must ignore, and one that applies to it."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("WIREWATCH_")}
    foreign = {"WIREWATCH_STREAMS_URL": "nonsense://", "WIREWATCH_STREAMS_PREFIX": "mine"}
    return inherited | foreign | {"WIREWATCH_LOG_FORMAT": "json"}


@pytest.fixture(scope="module")
def staying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StayingDemo]:
    folder = tmp_path_factory.mktemp("demo")
    data = folder / "data"
    with demo(folder, "--speed", "6", "--data", str(data), "--stay") as child:
        yield StayingDemo(data, child)


@pytest.fixture(scope="module")
def console(staying: StayingDemo) -> str:
    """The console of the demo while it stays. Tests that use it come first in this file."""
    assert staying.child.poll() is None
    return staying.console


@pytest.fixture(scope="module")
def finished(staying: StayingDemo) -> FinishedDemo:
    return FinishedDemo(staying)


# ── its console, in a browser ────────────────────────────────────────────────────────────────────


@pytest.mark.browser
def test_the_demos_stories_are_listed_and_can_be_filtered(browser: Browser, console: str) -> None:
    with browser.page() as page:
        page.open(f"{console}")
        assert page.count(".story") == ALERTS_OPENED
        assert page.count(".story mark") >= ALERTS_OPENED
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
@pytest.mark.parametrize("dark", [False, True])
def test_no_page_is_wider_than_a_phone(browser: Browser, console: str, dark: bool) -> None:
    with browser.page(size=(390, 844), dark=dark) as page:
        for path in ("/", "/topics", "/topics/nato-membership", "/feeds", "/deliveries"):
            page.open(console + path.removeprefix("/"))
            assert page.run("document.documentElement.scrollWidth") <= 390, path
        ground = page.run("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 150) == dark


# ── its results ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("story", EXPECTED.stories, ids=lambda s: s.title)
def test_every_article_of_a_story_has_the_expected_result(
    finished: FinishedDemo, story: StoryTable
) -> None:
    results = outcomes(finished.results, finished.names)
    assert {name: results.get(name) for name in story.editions} == story.editions


def test_the_demo_finds_its_results_as_expected_and_exits_with_0(finished: FinishedDemo) -> None:
    assert finished.code == 0, f"{finished.text}\n{finished.errors}"
    assert (
        f"The results of all {len(load_newsroom().editions)} articles and versions are as expected."
        in finished.text
    )


def test_stories_are_neither_mixed_nor_split(finished: FinishedDemo) -> None:
    feeds = {h.feed_id: h.outlet for h in finished.results.health}
    assert compare(EXPECTED, finished.results, finished.names, feeds) == []


def test_other_expectations_lead_to_differences(finished: FinishedDemo) -> None:
    feeds = {h.feed_id: h.outlet for h in finished.results.health}
    first = EXPECTED.stories[0]
    other = StoryTable(first.title, {**first.editions, "tagesspur/fahrplan": {}})
    wrong = type(EXPECTED)((other, *EXPECTED.stories[1:]), (), {}, ())
    differences = " ".join(compare(wrong, finished.results, finished.names, feeds))
    assert "tagesspur/fahrplan is nato-membership: copy; expected: no topic." in differences
    assert "The feed of alpenwarte was failing, then recovered; expected: healthy." in differences
    assert "The page of courier/cables was not read" in differences


def test_a_message_waits_until_the_quiet_hours_end(finished: FinishedDemo) -> None:
    (event,) = finished.results.held.values()
    assert (event.topic_id, event.target) == ("nato-enlargement-history", "console")
    assert event.held_until is not None
    assert "Told later" in finished.text
    other = replace(EXPECTED, held=())
    feeds = {h.feed_id: h.outlet for h in finished.results.health}
    (difference,) = compare(other, finished.results, finished.names, feeds)
    assert difference == "The message about courier/cables waits; expected the opposite."


def test_how_the_log_is_written_is_the_users_choice(finished: FinishedDemo) -> None:
    lines = finished.log.splitlines()
    assert all("event" in json.loads(line) for line in lines[:5])
    assert len(lines) >= 5


def test_the_summary_is_plain_text_without_colours(finished: FinishedDemo) -> None:
    assert "\x1b" not in finished.text
    assert "publishes" not in finished.text  # in a pipe only the summary is printed
    for part in (
        "Console: http://127.0.0.1:",
        f"Alerts: {ALERTS_OPENED} stories",
        "of the shorter text is the same as in hafenblatt",
        "more than six hours old",
        "On its page only reader comments mention it.",
        "On its page only menus and link boxes mention it.",
        "On its page only the box of related links mentions it.",
        "“Senator”",
        "*Beitritt*",
    ):
        assert part in finished.text


def test_it_is_the_ordinary_program_with_the_shipped_topics(finished: FinishedDemo) -> None:
    assert {ALERTS, ARTICLES} <= finished.streams  # not under the prefix of the user's environment
    articles = finished.results.articles.values()
    assert all(isinstance(a, ArticleRevision) for a in articles)
    assert {a.published_source for a in articles} >= {"feed", "jsonld"}
    assert {a.access.value for a in articles} >= {"free", "paid"}


def test_with_stay_it_continues_until_ctrl_c(finished: FinishedDemo) -> None:
    assert finished.status == 200
    assert finished.ended_after < 15
    assert "The files are kept in" in finished.text
    assert finished.refuses


def test_a_signal_in_the_middle_ends_the_demo_and_leaves_nothing(tmp_path: Path) -> None:
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
    """Return whether no server listens there."""
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


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with demo(tmp_path, "--data", str(tmp_path)) as child:
        _, errors = child.communicate(timeout=PATIENCE)
    assert child.returncode == 2
    assert "is not empty" in errors
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
