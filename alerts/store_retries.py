"""Save the outcome of an attempt, and try again while the store is unavailable."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

import structlog

from config.errors import StoreError
from core.backoff import exponential
from core.store.threads import StoreThreads

FIRST_BACKOFF, LONGEST_BACKOFF = 0.2, 2.0
"""Seconds between tries."""

T = TypeVar("T")

log = structlog.get_logger(__name__)


async def insist(threads: StoreThreads, save: Callable[[], T], *, for_seconds: float) -> T:
    """Call until it succeeds or the time is over.

    Args:
        threads: Where the calls run.
        save: Saves the outcome in one transaction.
        for_seconds: For how long to try.

    Raises:
        StoreError: The store was unavailable for all that time, or a retry cannot help.
    """
    deadline = time.monotonic() + for_seconds
    failures = 0
    while True:
        try:
            return await threads.run(save)
        except StoreError as error:
            failures += 1
            pause = exponential(FIRST_BACKOFF, failures, LONGEST_BACKOFF)
            if not error.retry or time.monotonic() + pause > deadline:
                raise
            log.warning("saving_delivery_failed", retry_in=pause, reason=str(error))
            await asyncio.sleep(pause)
