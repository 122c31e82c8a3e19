"""Logs: one line per event on stderr, for people or as JSON, with nothing forged and no secret.

::

    structlog ─┐                                             ┌─▶ console (colours on a terminal)
               ├─▶ level ─▶ repeats ─▶ masked ─▶ escaped ─▶ ─┤
    logging ───┘   (of the libraries too)                    └─▶ JSON

A line feed, a terminal control or a character that reorders text is shown as an escape, so that
no title and no server's answer can write a line of its own.
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

from config.secrets import mask
from config.settings import Settings

_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff]"
)

# Libraries that report our own work, or every page they dislike, as theirs.
_LIBRARIES: Final = {
    "apscheduler": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    "alembic": logging.WARNING,
    "asyncio": logging.WARNING,
    "htmldate": logging.CRITICAL,
    "kafka": logging.WARNING,
    "trafilatura": logging.CRITICAL,
    "uvicorn.access": logging.WARNING,
}

_DEEPEST: Final = 4


def set_up_logs(settings: Settings, stream: TextIO | None = None) -> None:
    """Send every log line of the process, the libraries' too, to one place.

    Args:
        settings: ``log_format`` and ``log_level``.
        stream: Where lines go; stderr by default, so that stdout stays a command's answer.
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
        cache_logger_on_first_use=False,  # a command or test may set them up again
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
            sort_keys=False,  # the one who logs knows what is to be read first
        )
    )
    return ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
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


class LogSanitizer:
    """A structlog processor: masks secrets and escapes what could forge or hide a line.

    Args:
        margin: What parts the lines of a traceback; the console's marks them as continued.
    """

    def __init__(self, margin: str) -> None:
        self._margin = margin

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        """The same event, fit to print."""
        return {str(_tidy(key)): self._value(key, value) for key, value in event.items()}

    def _value(self, key: str, value: object) -> object:
        if key in ("exception", "stack") and isinstance(value, str):
            lines = (_escaped(line) for line in value.splitlines())
            return self._margin.join(["", *lines]).lstrip("\n")
        return _tidy(value)


def _tidy(value: object, depth: int = 0) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping) and depth < _DEEPEST:
        return {str(_tidy(k)): _tidy(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth < _DEEPEST:
        return [_tidy(v, depth + 1) for v in value]
    return _escaped(str(value))


def _escaped(text: str) -> str:
    return _UNFIT.sub(lambda m: m.group().encode("unicode_escape").decode(), mask(text))


class RepeatFilter(logging.Filter):
    """Lets an identical line through a few times a minute; the next one says how many it held.

    Args:
        now: Gives seconds from a fixed moment.
        most: Identical lines let through per period.
        period: Seconds.
    """

    MOST_LINES: Final = 1_000
    """Lines remembered; when there are more, counting begins anew."""

    def __init__(self, now: Callable[[], float], *, most: int = 5, period: float = 60.0) -> None:
        super().__init__()
        self._now = now
        self._most = most
        self._period = period
        self._counts: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written. Called under the handler's lock."""
        key = _identity(record)
        since, count = self._counts.get(key, (self._now(), 0))
        held = count - self._most
        if self._now() - since >= self._period:
            since, count = self._now(), 0
            if held > 0 and isinstance(record.msg, dict):
                record.msg = {**record.msg, "repeated": held}
        if len(self._counts) >= self.MOST_LINES:
            self._counts.clear()
        self._counts[key] = (since, count + 1)
        return count < self._most


def _identity(record: logging.LogRecord) -> str:
    event: Any = record.msg
    if isinstance(event, dict):
        event = {k: v for k, v in event.items() if k not in ("timestamp", "repeated")}
    return f"{record.name}\0{record.levelno}\0{event!s}\0{record.args!s}"
