"""The system's Chromium, driven over its own DevTools protocol through a pipe: no driver, no port.

::

    Browser.start() ─▶ chromium --remote-debugging-pipe ◀─ JSON, separated by \\0 ─▶ Page
                                                              open, click, press, run, screenshot

Without Chromium the browser tests are left out, and the run says so at its end.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--disable-extensions", "--hide-scrollbars", "--mute-audio",
    "--force-color-profile=srgb", "--remote-debugging-pipe",
)  # fmt: skip
WAIT_SECONDS = 30.0
"""A page answers within a fraction of a second; this leaves time for a busy machine."""

MAX_SHOWN = 2_000
"""Characters of a page's text in the message of a test that failed on it."""

AXE = Path(__file__).parent / "axe" / "axe.min.js"

_KEYS = {"Enter": 13, "Escape": 27, "Tab": 9, " ": 32}


_ran: dict[str, int] = {}
"""Number of browser tests in this run, under ``found``."""


def choose(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests that need a browser if there is none."""
    wanting = {item for item in items if item.get_closest_marker("browser")}
    _ran.update(found=len(wanting))
    if wanting and find() is None:
        config.hook.pytest_deselected(items=list(wanting))
        items[:] = [item for item in items if item not in wanting]


def ran(more: dict[str, int] | None = None) -> dict[str, int]:
    """Return the counts of this run, after adding those of another of its processes."""
    _ran.update(more or {})
    return _ran


def browsers_that_ran() -> str:
    """Return a line for the end of the run: which browser tested the console."""
    if not _ran.get("found"):
        return "browser: not asked for"
    program, count = find(), _ran["found"]
    if program is None:
        return f"browser: {count} tests not run: there is no Chromium (apt-get install chromium)"
    return f"browser: {program}"


class BrowserError(Exception):
    """The browser has ended or does not answer, or a script on a page failed."""


def find() -> str | None:
    """Return the path of Chromium: ``WIREWATCH_TEST_CHROMIUM``, else the system's."""
    if named := os.environ.get("WIREWATCH_TEST_CHROMIUM"):
        return named
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


class Browser:
    """A running browser."""

    def __init__(self, process: subprocess.Popen[bytes], reads: int, writes: int) -> None:
        self._process = process
        self._reads, self._writes = reads, writes
        self._buffer = b""
        self._number = 0
        self.events: dict[str, list[dict[str, Any]]] = {}

    @classmethod
    @contextmanager
    def start(cls) -> Iterator[Browser]:
        """Start a browser with a fresh profile; stop it and delete the profile after the block."""
        program = find()
        if program is None:
            raise BrowserError("There is no Chromium.")
        to_browser, from_browser = _pipe(), _pipe()
        child_ends = (to_browser[0], from_browser[1])
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            line = f'exec "$@" 3<&{child_ends[0]} 4>&{child_ends[1]}'
            command = ["bash", "-c", line, "bash", program, *FLAGS, f"--user-data-dir={profile}"]
            process = subprocess.Popen(
                command, pass_fds=child_ends, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            for fd in child_ends:
                os.close(fd)
            browser = cls(process, from_browser[0], to_browser[1])
            try:
                yield browser
            finally:
                browser._end()

    @contextmanager
    def page(
        self,
        *,
        size: tuple[int, int] = (1280, 900),
        dark: bool = False,
        language: str = "en",
        javascript: bool = True,
        scale: float = 1,
    ) -> Iterator[Page]:
        """Open a tab with its own cookies."""
        context = self.ask("Target.createBrowserContext")["browserContextId"]
        target = self.ask("Target.createTarget", url="about:blank", browserContextId=context)
        session = self.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        page = Page(self, session["sessionId"])
        page.prepare(size, dark=dark, language=language, javascript=javascript, scale=scale)
        try:
            yield page
        finally:
            self.ask("Target.disposeBrowserContext", browserContextId=context)

    def ask(self, method: str, session: str = "", **values: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": values}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._writes, data) :]
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            answer = self.receive(deadline)
            if answer.get("id") == message["id"]:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                return dict(answer["result"])

    def receive(self, deadline: float) -> dict[str, Any]:
        """Return the next message; events are also recorded in :attr:`events`."""
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._reads], [], [], max(0, deadline - time.monotonic()))
            more = os.read(self._reads, 1 << 20) if ready else b""
            if not more:
                raise BrowserError("The browser does not answer.")
            self._buffer += more
        line, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        if "method" in message:
            self.events.setdefault(message.get("sessionId", ""), []).append(message)
        return message

    def _end(self) -> None:
        try:
            self.ask("Browser.close")
            self._process.wait(10)
        except (BrowserError, OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        os.close(self._reads)
        os.close(self._writes)


class Page:
    """A tab."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session

    def prepare(
        self,
        size: tuple[int, int],
        *,
        dark: bool,
        language: str,
        javascript: bool,
        scale: float,
    ) -> None:
        """Emulate the reader's device and browser settings."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")
        phone = size[0] < 600
        self.ask("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1],
                 deviceScaleFactor=scale, mobile=phone)  # fmt: skip
        feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[feature])
        self.ask("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})
        self.ask("Emulation.setTimezoneOverride", timezoneId="UTC")
        if not javascript:
            self.ask("Emulation.setScriptExecutionDisabled", value=True)

    def ask(self, method: str, **values: Any) -> dict[str, Any]:
        """Send a command to this tab and return its result."""
        return self._browser.ask(method, self._session, **values)

    @property
    def problems(self) -> list[str]:
        """Return errors in the tab's log: content refused by policy, exceptions of scripts."""
        found = []
        for event in self._browser.events.get(self._session, ()):
            if event["method"] == "Log.entryAdded":
                entry = event["params"]["entry"]
                if entry["level"] == "error":
                    found.append(entry["text"])
            elif event["method"] == "Runtime.exceptionThrown":
                found.append(str(event["params"]["exceptionDetails"]))
        return found

    def open(self, url: str) -> None:
        """Open an address and wait until the page has loaded."""
        with self.leaving():
            self.ask("Page.navigate", url=url)

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """Wait after the block until another page has loaded."""
        events = self._browser.events.setdefault(self._session, [])
        before = len(events)
        yield
        deadline = time.monotonic() + WAIT_SECONDS
        while not any(e["method"] == "Page.loadEventFired" for e in events[before:]):
            try:
                self._browser.receive(deadline)
            except BrowserError:
                raise self._failure(f"No page loaded within {WAIT_SECONDS} s.") from None

    def run(self, script: str) -> Any:
        """Return the value of an expression on the page, after awaiting a promise."""
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True,
                          awaitPromise=True)  # fmt: skip
        if "exceptionDetails" in answer:
            raise BrowserError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def text(self, selector: str = "body") -> str:
        """Return the visible text of an element; empty if it does not exist."""
        return str(self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def count(self, selector: str) -> int:
        """Return the number of elements."""
        return int(self.run(f"document.querySelectorAll({json.dumps(selector)}).length"))

    def wait(self, script: str) -> None:
        """Wait until an expression is true on the page."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not self.run(f"Boolean({script})"):
            if time.monotonic() > deadline:
                raise self._failure(f"This did not become true within {WAIT_SECONDS} s: {script}")
            time.sleep(0.05)

    def _failure(self, what: str) -> BrowserError:
        """Return an error that also says what the page shows and logged."""
        address, shown = self.run("[location.href, document.body?.innerText ?? '']")
        problems = "".join(f"\n- {problem[:MAX_SHOWN]}" for problem in self.problems) or " none"
        return BrowserError(f"{what}\n{address} shows:\n{shown[:MAX_SHOWN]}\nProblems:{problems}")

    def click(self, selector: str) -> None:
        """Click in the middle of an element."""
        where = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=where[0], y=where[1], button="left",
                     clickCount=1)  # fmt: skip

    def fill(self, selector: str, text: str) -> None:
        """Click into a field and type a text."""
        self.click(selector)
        self.ask("Input.insertText", text=text)

    def press(self, *keys: str) -> None:
        """Press keys one after another."""
        for key in keys:
            code = _KEYS.get(key, ord(key[0].upper()))
            values: dict[str, Any] = {"key": key, "windowsVirtualKeyCode": code}
            if len(key) == 1:
                values["text"] = key
            elif key == "Enter":
                values["text"] = "\r"
            self.ask("Input.dispatchKeyEvent", type="keyDown", **values)
            self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    def axe(self, *rules: str) -> list[str]:
        """Return the serious and critical violations of some rules, or of all of axe-core."""
        self.run(AXE.read_text("utf-8") + ";0")
        options: dict[str, Any] = {"resultTypes": ["violations"]}
        options |= {"runOnly": rules} if rules else {}
        found = self.run(f"axe.run(document, {json.dumps(options)}).then(r => r.violations)")
        return [
            f"{v['impact']} {v['id']}: {v['nodes'][0]['html'][:200]} ({len(v['nodes'])})"
            for v in found
            if v["impact"] in ("serious", "critical")
        ]

    def screenshot(self, path: Path, *, whole: bool = True) -> None:
        """Save the page as a PNG: the whole page, or only what fits the window."""
        data = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(data["data"]))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A running Chromium."""
    with Browser.start() as running:
        yield running


def _pipe() -> tuple[int, int]:
    """Open a pipe with high file descriptors, because the child uses 3 and 4 itself."""
    ends: Sequence[int] = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 20) for end in ends]
    for end in ends:
        os.close(end)
    return high[0], high[1]
