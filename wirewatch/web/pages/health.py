"""Endpoints for machines: the health check and the metrics.

They answer while the pages cannot: neither waits for a thread that a page may occupy, and a store
that another process keeps locked is a problem to report, not one to wait for.
"""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

from config.errors import WirewatchError
from config.i18n import in_english
from core.clock import rfc3339
from core.store import Store, feed_queries
from core.store import alerts as alert_store
from wirewatch.web.render import READ_METHODS, PageRenderer

STORE_SECONDS = 3.0
"""How long the health check waits for the store: monitors give up after five or ten seconds."""


class HealthEndpoints:
    """Answers ``/healthz`` and ``/metrics``."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer
        self._store = StoreProbe(renderer.store)

    def mount(self, app: FastAPI) -> None:
        """Add the endpoints to the app."""
        app.add_api_route("/healthz", self.healthz, methods=READ_METHODS)
        app.add_api_route("/metrics", self.metrics, methods=READ_METHODS)

    async def healthz(self) -> JSONResponse:
        """Return 200 while all is well, else 503 with the problems.

        The store answers, every process reports, every stage runs and makes progress, and no canary
        is missing. ``feeds`` says how many feeds were ever read, and how many were not: a program
        that runs well has told nothing of an outlet that it never read.
        """
        problems, processes = await asyncio.to_thread(self._runtime)
        problems += await self._store.find_problems()
        body = {
            "status": "ill" if problems else "ok",
            "wrong": problems,
            "at": rfc3339(self._renderer.clock()),
            "feeds": self._store.feeds,
            "processes": processes,
        }
        return JSONResponse(body, status_code=503 if problems else 200)

    async def metrics(self) -> Response:
        """Return the metrics of all processes in Prometheus' format."""
        text = await asyncio.to_thread(self._renderer.runtime.metrics)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    def _runtime(self) -> tuple[list[str], list[Any]]:
        runtime = self._renderer.runtime
        reasons = [in_english(reason) for reason in runtime.ill()]
        return [*reasons, *map(in_english, runtime.canary())], list(runtime.processes())


class StoreProbe:
    """Asks whether the store answers, once for all who want to know at the same time.

    Args:
        store: The store.
        seconds: How long to wait for it.
    """

    def __init__(self, store: Store, seconds: float = STORE_SECONDS) -> None:
        self._store = store
        self._seconds = seconds
        self._asking: asyncio.Task[list[str]] | None = None
        self.feeds: dict[str, int] | None = None
        """How many configured feeds were ever ``read``, and how many were ``not_read``."""

    async def find_problems(self) -> list[str]:
        """Return why the store cannot be read; empty where it can."""
        asking = self._asking
        if asking is None or asking.done():
            asking = self._asking = asyncio.create_task(asyncio.to_thread(self._read))
        done, _ = await asyncio.wait((asking,), timeout=self._seconds)
        return asking.result() if done else [f"The store has not answered for {self._seconds:g} s."]

    def _read(self) -> list[str]:
        try:
            with self._store.read() as connection:
                alert_store.list_alerts(connection, limit=1)
                read, unread = feed_queries.count_read(connection)
                self.feeds = {"read": read, "not_read": unread}
        except WirewatchError as error:
            self.feeds = None
            return [str(error)]
        return []
