"""What runs inside an extraction process.

A worker is spawned, never forked: it holds no descriptor, lock or thread of its parent. It
ignores Ctrl-C (the parent decides when work ends) and dies by itself when its parent is gone,
even in the middle of a page that holds the interpreter: the page's own alarm is a C thread.
It alone imports what reads pages: its parent imports this module to name the work.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from config.errors import ExtractionError
from ingest.extract.models import ExtractedPage, PageHints

_WATCH_SECONDS = 0.5
_GRACE_SECONDS = 10.0
_WARM_UP = (
    b"<html lang=de><head><title>Probe</title></head><body><article><h1>Probe</h1>"
    + b"<p>Ein Absatz, an dem alles geladen wird, was ein Artikel braucht, bevor er kommt.</p>" * 4
    + b"</article></body></html>"
)


def prepare(parent: int) -> None:
    """Make a fresh worker ready: its parent watched, Ctrl-C ignored, everything loaded."""
    from ingest.extract.article import extract_page

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with, args=(parent,), name="parent-watch", daemon=True).start()
    extract_page(_WARM_UP, url="https://www.example.com/warm-up", now=datetime.now(UTC))


def _die_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH_SECONDS)
    os._exit(1)


def work(
    body: bytes, url: str, content_type: str | None, hints: PageHints, now: datetime, limit: float
) -> ExtractedPage | tuple[str, str]:
    """Extract one page; an error travels as (outcome, message): our errors do not pickle.

    The parent kills this process after ``limit`` seconds; some grace later the process ends
    itself, should the parent be gone.
    """
    from ingest.extract.article import extract_page

    with Path(os.devnull).open("w") as nowhere:
        faulthandler.dump_traceback_later(limit + _GRACE_SECONDS, exit=True, file=nowhere)
        try:
            return extract_page(body, url=url, content_type=content_type, hints=hints, now=now)
        except ExtractionError as error:
            return error.outcome, error.message
        finally:
            faulthandler.cancel_dump_traceback_later()


Work = Callable[..., ExtractedPage | tuple[str, str]]
