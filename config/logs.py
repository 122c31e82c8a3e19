"""Logs: one line per event on stderr, for people or as JSON, safe against forging and leaks.

::

    structlog ─┐                                             ┌─▶ console (colours on a terminal)
               ├─▶ level ─▶ repeats ─▶ masked ─▶ escaped ─▶ ─┤
    logging ───┘   (including the libraries')                └─▶ JSON

Line feeds, terminal controls and characters that reorder text are escaped, so that no headline and
no server's answer can forge a line.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from config.errors import out_of_memory
from config.secrets import mask
from config.settings import Settings

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff]"
)

# Libraries that log too much: requests and retries of this program, or every unusual page.
_LIBRARIES: Final = {
    "apscheduler": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    "alembic": logging.WARNING,
    "asyncio": logging.WARNING,
    "htmldate": logging.CRITICAL,
    "kafka": logging.WARNING,
    "pymorphy3": logging.WARNING,
    "trafilatura": logging.CRITICAL,
    "urllib3": logging.WARNING,
    "uvicorn.access": logging.WARNING,
}

_DEEPEST: Final = 4


def set_up_logs(settings: Settings, stream: TextIO | None = None) -> None:
    """Send all log lines of this process, including those of libraries, to one handler.

    Args:
        settings: ``log_format`` and ``log_level``.
        stream: Where lines are written; stderr by default, as stdout is for a command's output.
    """
    out = sys.stderr if stream is None else stream
    level = logging.getLevelName(settings.log_level.upper())
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*before, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,  # a command or test may configure logs again
    )
    handler = logging.StreamHandler(out)
    handler.addFilter(RepeatFilter(time.monotonic))
    handler.setFormatter(_formatter(settings.log_format, before, colours=_colours(out)))
    _route_everything(handler, level)


def _formatter(form: str, before: list[Processor], *, colours: bool) -> ProcessorFormatter:
    to_json = form == "json"
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if to_json
        else structlog.dev.ConsoleRenderer(
            colors=colours,
            exception_formatter=structlog.dev.plain_traceback,
            pad_event_to=0,
            sort_keys=False,  # keep the order of the call
        )
    )
    return ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
            without_traceback_of_memory,
            structlog.processors.format_exc_info,
            LogSanitizer(margin="\n" if to_json else "\n  | "),
            renderer,
        ],
    )


def _colours(out: TextIO) -> bool:
    return out.isatty() and not os.environ.get("NO_COLOR")


def _route_everything(handler: logging.Handler, level: int) -> None:
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    for name, least in _LIBRARIES.items():
        logging.getLogger(name).setLevel(max(least, level))


def without_traceback_of_memory(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace the traceback of a lack of memory by a sentence: where it happened says nothing."""
    info = event.get("exc_info")
    error = info[1] if isinstance(info, tuple) else sys.exc_info()[1] if info is True else info
    if isinstance(error, BaseException) and (memory := out_of_memory(error)):
        event["exc_info"] = None
        event["reason"] = str(memory)
    return event


class LogSanitizer:
    """A structlog processor that masks secrets and escapes unsafe characters.

    Args:
        margin: Separates the lines of a traceback; on a console it marks continued lines.
    """

    def __init__(self, margin: str) -> None:
        self._margin = margin

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        """Return the event, safe to print."""
        return {str(_sanitized(key)): self._value(key, value) for key, value in event.items()}

    def _value(self, key: str, value: object) -> object:
        if key in ("exception", "stack") and isinstance(value, str):
            lines = (_escaped(line) for line in value.splitlines())
            return self._margin.join(["", *lines]).lstrip("\n")
        return _sanitized(value)


def _sanitized(value: object, depth: int = 0) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping) and depth < _DEEPEST:
        return {str(_sanitized(k)): _sanitized(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth < _DEEPEST:
        return [_sanitized(v, depth + 1) for v in value]
    return _escaped(str(value))


def _escaped(text: str) -> str:
    return _UNSAFE.sub(lambda m: m.group().encode("unicode_escape").decode(), mask(text))


class RepeatFilter(logging.Filter):
    """Limits identical lines; the first of the next period states how many were left out.

    Args:
        now: Returns monotonic seconds.
        most: Identical lines written in each period.
        period: Length of a period in seconds.
    """

    MOST_LINES: Final = 1_000
    """Most lines counted; when there are more, counting starts over."""

    def __init__(self, now: Callable[[], float], *, most: int = 5, period: float = 60.0) -> None:
        super().__init__()
        self._now = now
        self._most = most
        self._period = period
        self._counts: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to write the line. Called under the handler's lock."""
        key = _identity(record)
        since, count = self._counts.get(key, (self._now(), 0))
        left_out = count - self._most
        if self._now() - since >= self._period:
            since, count = self._now(), 0
            if left_out > 0 and isinstance(record.msg, dict):
                record.msg = {**record.msg, "repeated": left_out}
        if len(self._counts) >= self.MOST_LINES:
            self._counts.clear()
        self._counts[key] = (since, count + 1)
        return count < self._most


def _identity(record: logging.LogRecord) -> str:
    event: Any = record.msg
    if isinstance(event, dict):
        event = {k: v for k, v in event.items() if k not in ("timestamp", "repeated")}
    return f"{record.name}\0{record.levelno}\0{event!s}\0{record.args!s}"
