from __future__ import annotations

import io
import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from config import secrets
from config.logs import RepeatFilter, set_up_logs
from config.settings import Settings

SetUp = Callable[..., io.StringIO]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def set_up() -> Iterator[SetUp]:
    """Set logs up onto a text of the test, and put everything back."""
    root = logging.getLogger()
    handlers, level, config = root.handlers[:], root.level, structlog.get_config()

    def onto(stream: io.StringIO | None = None, **settings: Any) -> io.StringIO:
        out = io.StringIO() if stream is None else stream
        set_up_logs(Settings(_env_file=None, **settings), out)
        return out

    yield onto
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.configure(**config)


def fail(message: str) -> None:
    raise ValueError(message)


def lines_of(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_an_event_is_one_json_object_on_one_line(set_up: SetUp) -> None:
    out = set_up(log_format="json")
    structlog.get_logger("ingest.polling.poll").info(
        "feed_polled", outlet="Süddeutsche", entries=3, ok=True
    )
    (line,) = lines_of(out)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "feed_polled", "level": "info", "logger": "ingest.polling.poll",
        "outlet": "Süddeutsche", "entries": 3, "ok": True,
    }  # fmt: skip


@pytest.mark.parametrize("form", ["json", "console"])
def test_events_below_the_level_are_not_written(set_up: SetUp, form: str) -> None:
    out = set_up(log_format=form, log_level="warning")
    structlog.get_logger("a").info("quiet")
    logging.getLogger("some.library").info("quiet too")
    structlog.get_logger("a").warning("loud")
    assert len(out.getvalue().splitlines()) == 1
    assert "loud" in out.getvalue()


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize(
    "text",
    ["x\n2026-11-22T09:00:00Z [error] forged", "x\r\nforged", "\x1b[2J\x1b[31mred", "a\u2028b",
     "\u202eevil", "\x9b31m", "\x00", "\ud800", "a\x85b", "\u2066x"],
)  # fmt: skip
def test_no_text_can_forge_a_line_or_move_the_cursor(set_up: SetUp, form: str, text: str) -> None:
    out = set_up(log_format=form)
    log = structlog.get_logger("a")
    log.info("event", title=text, nested={"k" + text: [text, {text}]}, other=ValueError(text))
    log.info(text)
    logging.getLogger("library").warning("said %s", text)
    written = out.getvalue()
    assert len(written.splitlines()) == 3
    assert all(c == "\n" or c.isprintable() for c in written)


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_cannot_forge_a_line_either(set_up: SetUp, form: str) -> None:
    out = set_up(log_format=form)
    try:
        fail("x\n2026-11-22T09:00:00Z [error    ] forged\x1b[2J")
    except ValueError:
        structlog.get_logger("a").exception("it_broke", url="https://u:p4ssword@x.example/")
    written = out.getvalue()
    assert "ValueError" in written
    assert "\x1b" not in written
    assert "p4ssword" not in written
    first, *rest = written.splitlines()
    assert "it_broke" in first
    assert all(line.startswith("  | ") or line == "" for line in rest)
    assert (rest == []) == (form == "json")


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_lack_of_memory_is_logged_without_a_traceback(set_up: SetUp, form: str) -> None:
    out = set_up(log_format=form)
    try:
        bytearray(sys.maxsize)
    except MemoryError:
        structlog.get_logger("a").exception("page_failed", url="https://x.example/a")
        logging.getLogger("library").exception("broke")
    written = out.getvalue()
    assert "Traceback" not in written
    assert written.count("There is not enough memory.") == len(written.splitlines()) == 2


@pytest.mark.parametrize("form", ["json", "console"])
def test_secrets_are_masked_everywhere(set_up: SetUp, form: str) -> None:
    out = set_up(log_format=form)
    secrets.remember("tok-1234567890")
    log = structlog.get_logger("a")
    log.info(
        "one",
        url="https://user:hunter2@x.example/feed",
        key="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )
    log.info("two", deep=[{"token": "say tok-1234567890 now"}])
    log.info("three", url="https://api.telegram.org/bot12345:AA-bb_cc/sendMessage")
    log.info("four", url="https://hooks.slack.com/services/T00/B00/XXXX")
    log.info("tok-1234567890")
    logging.getLogger("aiohttp.client").warning("GET smtp://me:hunter2@mail.example failed")
    logging.getLogger("uvicorn.access").warning('"GET /alert-feeds/Fe_ed-Tok/atom.xml?topic=x" 200')
    written = out.getvalue()
    for hidden in ("hunter2", "MfKQ9r8", "tok-1234567890", "AA-bb_cc", "XXXX", "Fe_ed-Tok"):
        assert hidden not in written
    assert "x.example/feed" in written


def test_colours_are_for_terminals_only(set_up: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for stream, coloured in ((Terminal(), True), (io.StringIO(), False)):
        set_up(stream)
        structlog.get_logger("a").info("event")
        assert ("\x1b[" in stream.getvalue()) == coloured
    monkeypatch.setenv("NO_COLOR", "1")
    out = set_up(Terminal())
    structlog.get_logger("a").info("event")
    assert "\x1b[" not in out.getvalue()


def test_logs_of_libraries_and_warnings_go_to_the_same_place(set_up: SetUp) -> None:
    out = set_up(log_format="json")
    logging.getLogger("some.library").error("broke: %d", 7)
    logging.getLogger("apscheduler.executors.default").info("Running job")
    logging.getLogger("pymorphy3.opencorpora_dict.wrapper").info("Loading dictionaries")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    library, warning = lines_of(out)
    assert (library["logger"], library["event"], library["level"]) == (
        "some.library", "broke: 7", "error",
    )  # fmt: skip
    assert warning["logger"] == "py.warnings"
    assert "DeprecationWarning" in warning["event"]


def test_bound_context_is_in_the_line(set_up: SetUp) -> None:
    out = set_up(log_format="json")
    with structlog.contextvars.bound_contextvars(feed="a-1"):
        structlog.get_logger("a").info("event")
    assert lines_of(out)[0]["feed"] == "a-1"


def test_setting_up_logs_twice_writes_each_line_once(set_up: SetUp) -> None:
    set_up()
    out = set_up()
    structlog.get_logger("a").info("event")
    assert out.getvalue().count("event") == 1


def record(event: Any) -> logging.LogRecord:
    return logging.LogRecord("a", logging.INFO, "", 0, event, None, None)


def test_identical_lines_are_limited_and_counted() -> None:
    seconds = 0.0
    repeats = RepeatFilter(lambda: seconds, most=2, period=60)
    event = {"event": "busy", "feed": "a"}
    passed = [repeats.filter(record({**event, "timestamp": n})) for n in range(5)]
    assert passed == [True, True, False, False, False]
    assert repeats.filter(record({**event, "feed": "b"}))
    seconds = 61.0
    late = record(event)
    assert repeats.filter(late)
    assert late.msg == {**event, "repeated": 3}
    after = record(event)
    assert repeats.filter(after)
    assert after.msg == event


def test_the_number_of_counted_lines_is_bounded() -> None:
    repeats = RepeatFilter(lambda: 0.0)
    assert all(repeats.filter(record({"event": n})) for n in range(3 * RepeatFilter.MOST_LINES))
    assert len(repeats._counts) <= RepeatFilter.MOST_LINES
