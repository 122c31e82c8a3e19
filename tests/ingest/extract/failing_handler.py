"""A handler of pages that hangs on some, and crashes on others."""

from __future__ import annotations

import time

from core.processes.workers.codec import unframe
from ingest.extract import handler
from ingest.extract.handler import warm_up

__all__ = ["handle", "warm_up"]


def handle(task: bytes) -> bytes:
    """Do what a worker does, but hang or fail on certain pages."""
    match unframe(task)[1]:
        case b"hang":
            time.sleep(60)
        case b"fail":
            raise ValueError("no page is like this")
    return handler.handle(task)
